// What every test run of this repository shares: TypeScript through swc, and the ESM-only packages with it.
const esmOnly = ["jose", "graphql-scalars", "@prisma/schema-engine-wasm"];

export const preset = {
  testEnvironment: "node",
  transform: {
    "^.+\\.[cm]?[jt]s$": [
      "@swc/jest",
      {
        jsc: { parser: { syntax: "typescript" }, target: "es2023" },
        module: { type: "commonjs" },
        sourceMaps: "inline",
      },
    ],
  },
  // What this repository built itself is CommonJS already; a dependency's dist/ need not be.
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join("|")})/)`, "^(?!.*/node_modules/).*/dist/"],
  testTimeout: 30_000,
};
