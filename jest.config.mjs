import { preset } from "./jest.preset.mjs";

export default {
  ...preset,
  // The stand-ins run once for all unit and subgraph tests; each test file makes itself a database of its own.
  globalSetup: "<rootDir>/local/test-setup/start.mjs",
  globalTeardown: "<rootDir>/local/test-setup/stop.mjs",
  maxWorkers: 2, // they mostly wait, for stores and for each other
  modulePathIgnorePatterns: ["<rootDir>/bench/peers/"],
  testMatch: [
    "<rootDir>/{packages,subgraphs}/*/test/**/*.test.ts",
    "<rootDir>/{gateway,prisma,local,bench}/test/**/*.test.ts",
  ],
};
