import { generateKeyPairSync } from "node:crypto";
import { formatServiceKey } from "@shop/env";
import { loadConfig } from "../src/config";

const { privateKey } = generateKeyPairSync("ed25519");
const given = { ...process.env };
afterEach(() => {
  process.env = { ...given };
});

function settingsFor(env: Record<string, string>) {
  process.env = { ...given, GATEWAY_SERVICE_KEY: formatServiceKey(privateKey), ...env };
  const { pages, introspection, corsOrigins, consoles } = loadConfig();
  return { pages, introspection, corsOrigins, consoles };
}

const all = ["start", "sandbox", "graphiql", "docs"];
const sandbox = "https://studio.apollographql.com";

it("serves all pages in development, answers introspection whatever pages there are, and lets Apollo Studio in", () => {
  expect(settingsFor({ NODE_ENV: "development" })).toMatchObject({
    ...{ pages: all, introspection: true, corsOrigins: [sandbox] },
  });
  expect(settingsFor({ NODE_ENV: "development", PAGES: "none" })).toMatchObject({ pages: [], introspection: true });
});

it("serves in production what works without introspection, and lets in no other origin", () => {
  expect(settingsFor({ NODE_ENV: "production" })).toMatchObject({
    ...{ pages: ["start", "docs"], introspection: false, corsOrigins: [] },
  });
});

it.each([
  ["none", false],
  ["start", false],
  ["docs,start", false],
  ["graphiql", true],
  ["sandbox", true],
  [all.join(), true],
])("answers introspection in production where a page needs it: %s", (PAGES, introspection) => {
  const pages = PAGES === "none" ? [] : PAGES.split(",");
  expect(settingsFor({ NODE_ENV: "production", PAGES })).toMatchObject({ pages, introspection });
});

it.each(["true", "false"])("does as it is told about introspection: %s", (INTROSPECTION) => {
  for (const PAGES of ["none", "graphiql"]) {
    const { introspection } = settingsFor({ NODE_ENV: "production", PAGES, INTROSPECTION });
    expect(introspection).toBe(INTROSPECTION === "true");
  }
});

it("has the consoles that it is told of", () => {
  expect(settingsFor({}).consoles).toEqual({ minio: undefined, jaeger: undefined });
  const urls = { MINIO_CONSOLE_URL: "http://localhost:9001", JAEGER_UI_URL: "http://localhost:16686" };
  expect(settingsFor(urls).consoles).toEqual({ minio: urls.MINIO_CONSOLE_URL, jaeger: urls.JAEGER_UI_URL });
});
