import { preset } from "../../jest.preset.mjs";

export default { ...preset, rootDir: "../..", testMatch: ["<rootDir>/deploy/helm/test/**/*.test.ts"] };
