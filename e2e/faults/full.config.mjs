// npm run test:faults: the fault suite with its full figures; `npm test` runs it with a few of each.
import shared from "../jest.config.mjs";

export default {
  ...shared,
  rootDir: import.meta.dirname,
  testMatch: ["<rootDir>/*.test.ts"],
  globals: { faultFigures: "full" },
  testTimeout: 300_000,
};
