// npm run test:pages: what people see, in Chromium. Apart from `npm test`, since a bare machine has no browser.
import shared from "../jest.config.mjs";

export default {
  ...shared,
  rootDir: import.meta.dirname,
  testMatch: ["<rootDir>/*.test.ts"],
  testTimeout: 120_000,
};
