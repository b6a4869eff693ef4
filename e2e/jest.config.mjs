import { preset } from "../jest.preset.mjs";

export default {
  ...preset,
  rootDir: import.meta.dirname,
  testMatch: ["<rootDir>/{test,faults}/**/*.test.ts"],
  maxWorkers: 1,
};
