import { preset } from "../jest.preset.mjs";

export default {
  ...preset,
  rootDir: import.meta.dirname,
  testMatch: ["<rootDir>/{test,rest,faults,telemetry}/**/*.test.ts"],
  maxWorkers: 1,
};
