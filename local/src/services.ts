import { join } from "node:path";
import { type Database } from "@shop/migrations";
import { type Config } from "./config";
import { type WantedPort } from "./ports";
import { type StandInKind } from "./stand-in-kinds";

/** A service of ours as a process. */
export interface ServicePlan {
  readonly name: string;
  readonly script: string;
  readonly args: readonly string[];
  /** The module with the schema of its environment; undefined where it is given all by its arguments. */
  readonly configuration?: string;
  readonly ports: readonly WantedPort[];
  /** What of its environment is its alone. */
  readonly env?: Readonly<Record<string, string>>;
  readonly url: string;
}

const root = join(__dirname, "../..");
const subgraphNames = ["user", "product", "order", "notification", "comment"] as const;

/** The five subgraphs, the gateway, and the sandbox payment provider where the environment names none. */
export function planServices(config: Config): ServicePlan[] {
  const subgraphs = subgraphNames.map((name, index) => {
    const variable = `${name.toUpperCase()}_PORT` as const;
    const port = config[variable as keyof Config] as number;
    const operations = planOperations(name, config.OPS_PORT, index + 1);
    const inventory = { name: "product's inventory RPC", port: config.INVENTORY_PORT, variable: "INVENTORY_PORT" };
    return {
      name,
      script: join(root, "subgraphs", name, "dist", "main.js"),
      configuration: join(root, "subgraphs", name, "dist", "config.js"),
      args: [],
      ports: [{ name, port, variable }, ...(name === "product" ? [inventory] : []), ...operations.ports],
      env: operations.env,
      url: `http://${config.HOST}:${port}`,
    };
  });
  const operations = planOperations("gateway", config.OPS_PORT, 0);
  const gateway = {
    name: "gateway",
    script: join(root, "gateway", "dist", "main.js"),
    configuration: join(root, "gateway", "dist", "config.js"),
    args: [],
    ports: [{ name: "gateway", port: config.GATEWAY_PORT, variable: "GATEWAY_PORT" }, ...operations.ports],
    env: operations.env,
    url: `http://${config.HOST}:${config.GATEWAY_PORT}`,
  };
  return [...(config.PAYMENTS_SANDBOX_URL === undefined ? [paymentsPlan(config)] : []), ...subgraphs, gateway];
}

/** @param first 0: each takes any free one */
function planOperations(name: string, first: number, index: number): Required<Pick<ServicePlan, "ports" | "env">> {
  const port = first === 0 ? 0 : first + index;
  const wanted = { name: `${name}'s operations`, port, variable: "OPS_PORT" };
  return { ports: port === 0 ? [] : [wanted], env: { OPS_PORT: String(port) } };
}

function paymentsPlan(config: Config): ServicePlan {
  const options = {
    host: config.HOST,
    port: config.PAYMENTS_SANDBOX_PORT,
    dataDir: join(config.dataDir, "payments"),
    webhookUrl: `http://${config.HOST}:${config.ORDER_PORT}/v1/payment-webhooks/sandbox`,
    webhookSecret: config.PAYMENTS_SANDBOX_WEBHOOK_SECRET,
  };
  const kind: StandInKind = "payments";
  return {
    name: "payments",
    script: join(root, "local", "dist", "run-stand-in.js"),
    args: [kind, JSON.stringify(options)],
    ports: [
      { name: "the sandbox payment provider", port: config.PAYMENTS_SANDBOX_PORT, variable: "PAYMENTS_SANDBOX_PORT" },
    ],
    url: `http://${config.HOST}:${config.PAYMENTS_SANDBOX_PORT}`,
  };
}

/** Where the services find each other, in one environment for all of them. */
export function serviceEnvironment(config: Config): Record<string, string> {
  const at = (port: number) => `http://${config.HOST}:${port}`;
  const userUrl = at(config.USER_PORT);
  const derived = {
    HOST: config.HOST,
    USER_URL: userUrl,
    PRODUCT_URL: at(config.PRODUCT_PORT),
    ORDER_URL: at(config.ORDER_PORT),
    NOTIFICATION_URL: at(config.NOTIFICATION_PORT),
    COMMENT_URL: at(config.COMMENT_PORT),
    JWKS_URL: `${userUrl}/.well-known/jwks.json`,
    INVENTORY_URL: at(config.INVENTORY_PORT),
    PAYMENTS_SANDBOX_URL: at(config.PAYMENTS_SANDBOX_PORT),
    MAILBOX_DIR: join(config.dataDir, "mailbox"),
    PUBLIC_URL: `http://localhost:${config.GATEWAY_PORT}`,
    S3_ACCESS_KEY: config.S3_ACCESS_KEY,
    S3_SECRET_KEY: config.S3_SECRET_KEY,
    PAYMENTS_SANDBOX_WEBHOOK_SECRET: config.PAYMENTS_SANDBOX_WEBHOOK_SECRET,
  };
  return { ...derived, ...config.inherited };
}

/** The databases by their variables in the environment that the services are given. */
export function databaseUrls(env: Readonly<Record<string, string>>): Record<Database, string> {
  const required = (variable: string): string => env[variable] ?? "";
  return {
    user: required("USER_DATABASE_URL"),
    order: required("ORDER_DATABASE_URL"),
    comment: required("COMMENT_DATABASE_URL"),
  };
}
