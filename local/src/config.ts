import { resolve } from "node:path";
import { list, loadEnvironment, port, secret, url } from "@shop/env";
import { z } from "zod";

const postgres = () => url("postgresql", "postgres").optional();
// The others must know it beforehand, so that it cannot be any free one.
const ownPort = (defaultPort: number) => port(defaultPort).refine((given) => given > 0, { error: "must not be 0" });

/** What `npm start` itself reads; every process it starts reads its own besides. */
export const environment = z.object({
  HOST: z.string().default("127.0.0.1").describe("The address that everything listens on"),
  DATA_DIR: z.string().default(".data").describe("Where the stand-ins keep their data"),
  USER_DATABASE_URL: postgres().describe("PostgreSQL of user; without it a stand-in is started"),
  ORDER_DATABASE_URL: postgres().describe("PostgreSQL of order; without it a stand-in is started"),
  COMMENT_DATABASE_URL: postgres().describe("PostgreSQL of comment; without it a stand-in is started"),
  MONGO_URL: url("mongodb", "mongodb+srv").optional().describe("MongoDB of product; without it a stand-in is started"),
  REDIS_URL: url("redis", "rediss").optional().describe("Redis; without it redis-server or a stand-in is started"),
  KAFKA_BROKERS: list().optional().describe("Kafka, as host:port,host:port; without it a stand-in is started"),
  S3_ENDPOINT: url("http", "https").optional().describe("MinIO or another S3; without it a stand-in is started"),
  S3_ACCESS_KEY: z.string().default("minioadmin").describe("Access key of the object store"),
  S3_SECRET_KEY: z.string().default("minioadmin").describe("Secret key of the object store"),
  PAYMENTS_SANDBOX_URL: url("http", "https")
    .optional()
    .describe("The sandbox payment provider; without it one is started"),
  POSTGRES_PORT: ownPort(15432).describe("Port of the PostgreSQL stand-in"),
  MONGO_PORT: ownPort(17017).describe("Port of the MongoDB stand-in"),
  REDIS_PORT: ownPort(16379).describe("Port of redis-server or of the Redis stand-in"),
  KAFKA_PORT: ownPort(19092).describe("Port of the Kafka stand-in"),
  S3_PORT: ownPort(9000).describe("Port of the S3 stand-in"),
  PAYMENTS_SANDBOX_PORT: ownPort(8086).describe("Port of the sandbox payment provider"),
  GATEWAY_PORT: ownPort(8085).describe("Port of the gateway"),
  USER_PORT: ownPort(8080).describe("Port of user"),
  PRODUCT_PORT: ownPort(8081).describe("Port of product"),
  ORDER_PORT: ownPort(8082).describe("Port of order"),
  NOTIFICATION_PORT: ownPort(8083).describe("Port of notification"),
  COMMENT_PORT: ownPort(8084).describe("Port of comment"),
  OPS_PORT: port(9464).describe(
    "The operations port of the gateway; the five services have the next five, in the order user, product, order, notification, comment. 0: any free ones",
  ),
  INVENTORY_PORT: ownPort(8181).describe("Port of the inventory RPC, served by product"),
  PAYMENTS_SANDBOX_WEBHOOK_SECRET: secret("development-webhook-secret").describe(
    "What the sandbox provider signs its webhooks with",
  ),
  REDIS_STAND_IN: z
    .enum(["auto", "always"])
    .default("auto")
    .describe("`always` takes the stand-in even where redis-server is on the PATH"),
});

export type Environment = z.infer<typeof environment>;

export interface Config extends Environment {
  /** Handed on to every process that is started, under what is decided here. */
  readonly inherited: Readonly<Record<string, string>>;
  readonly dataDir: string;
}

/** @param root the project's folder, which a relative DATA_DIR starts from */
export function loadConfig(root: string): Config {
  const values = loadEnvironment(environment, process.env);
  const inherited = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== ""),
  );
  return { ...values, inherited, dataDir: resolve(root, values.DATA_DIR) };
}

/** As `loadConfig`, of a test's own environment, whose DATA_DIR is absolute. @throws where it does not fit */
export function parseConfig(given: Readonly<Record<string, string>>): Config {
  const values = environment.parse(given);
  return { ...values, inherited: given, dataDir: values.DATA_DIR };
}

/** Set by jest's global setup, for the tests that it runs. */
export function testEnvironment() {
  const values = loadEnvironment(
    z.object({
      TEST_POSTGRES_URL: url("postgresql"),
      TEST_MONGO_URL: url("mongodb"),
      TEST_REDIS_URL: url("redis"),
      TEST_KAFKA_BROKERS: list(),
      TEST_S3_URL: url("http"),
      TEST_MIGRATIONS_VERSION: z.string(),
    }),
    process.env,
  );
  return {
    postgresUrl: values.TEST_POSTGRES_URL,
    mongoUrl: values.TEST_MONGO_URL,
    redisUrl: values.TEST_REDIS_URL,
    kafkaBrokers: values.TEST_KAFKA_BROKERS,
    s3Url: values.TEST_S3_URL,
    migrationsVersion: values.TEST_MIGRATIONS_VERSION,
  };
}
