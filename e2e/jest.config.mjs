import { preset } from "../jest.preset.mjs";

export default {
  ...preset,
  rootDir: import.meta.dirname,
  testMatch: ["<rootDir>/{test,rest,faults}/**/*.test.ts"],
  maxWorkers: 1,
};
