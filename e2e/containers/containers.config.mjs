// .ci/containers: the images and the composed system. Apart from `npm test`, since it needs a Docker engine.
import shared from "../jest.config.mjs";

export default {
  ...shared,
  rootDir: import.meta.dirname,
  testMatch: ["<rootDir>/*.test.ts"],
  testTimeout: 120_000,
};
