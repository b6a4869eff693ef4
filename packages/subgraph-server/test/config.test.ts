import { loadDoorConfig } from "../src/config";

const before = process.env;
afterEach(() => {
  process.env = before;
});

it.each([
  [{}, { corsOrigins: [], anyLocalhost: true, docs: true }],
  [{ NODE_ENV: "production" }, { corsOrigins: [], anyLocalhost: false, docs: false }],
  [
    { NODE_ENV: "production", PAGES: "start,docs", CORS_ORIGINS: "https://shop.example" },
    { corsOrigins: ["https://shop.example"], anyLocalhost: false, docs: true },
  ],
  [{ PAGES: "none" }, { corsOrigins: [], anyLocalhost: true, docs: false }],
])("lets in and describes, with %j, what the environment says", (env, door) => {
  process.env = env;
  expect(loadDoorConfig()).toEqual(door);
});
