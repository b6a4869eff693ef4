import { resolve } from "node:path";

export const repository = resolve(__dirname, "../..");

/** Given to every Node process that is measured: what npm run gateway gives itself. */
export const v8Flags = ["--max-semi-space-size=32", "--max-old-space-size=1024"];

/** The gateway that is measured has a core to itself; load, subgraphs and all else share the other. */
export const gatewayCore = 1;
export const loadCore = 0;

/** The whole shop and those who buy in it share these two. */
export const checkoutCores = "0,1";

export const childEnvironment: NodeJS.ProcessEnv = {
  ...process.env,
  NODE_ENV: "production",
  APOLLO_TELEMETRY_DISABLED: "1",
};
