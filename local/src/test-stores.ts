import { chmodSync } from "node:fs";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { databases, migrationsVersion } from "@shop/migrations";
import { prepareDatabases } from "./databases";
import { type StartedProcess } from "./managed-process";
import { freePorts } from "./ports";
import { postgresPassword, postgresUser, startPostgres } from "./postgres/server";
import { type StandInKind } from "./stand-in-kinds";
import { startStandInProcess } from "./stand-in-process";
import { templateOf } from "./testing";

const host = "127.0.0.1";
const accessKey = "minioadmin";

export interface RunningTestStores {
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/**
 * Starts the stores that tests run on, each as `npm start` would, and a template of each PostgreSQL database with all
 * migrations applied.
 * @param given an environment in which a TEST_ variable may name a store that runs already
 */
export async function startTestStores(
  dataDir: string,
  given: Readonly<Record<string, string | undefined>>,
): Promise<RunningTestStores> {
  chmodSync(dataDir, 0o755); // PostgreSQL may run as another user
  const ports = await freePorts(host, 5);
  const [postgresPort = 0, mongoPort = 0, redisPort = 0, kafkaPort = 0, s3Port = 0] = ports;
  const started: Promise<StartedProcess>[] = [];
  const standIn = (kind: StandInKind, port: number, more: object = {}): void => {
    const options = { host, port, dataDir: join(dataDir, kind), ...more };
    const env = { ...(given as Record<string, string>), LOG_LEVEL: "warn" };
    started.push(startStandInProcess({ kind, options, env, onLine: () => undefined }));
  };
  const env: Record<string, string> = { TEST_MIGRATIONS_VERSION: migrationsVersion() };
  const provide = (variable: string, value: string, start: () => void): void => {
    if (given[variable] === undefined) start();
    env[variable] = given[variable] ?? value;
  };

  provide(
    "TEST_POSTGRES_URL",
    `postgresql://${postgresUser}:${postgresPassword}@${host}:${postgresPort}/postgres`,
    () => {
      const log = createLogger("test-stores");
      started.push(startPostgres({ host, port: postgresPort, dataDir: join(dataDir, "postgres"), log }));
    },
  );
  provide("TEST_MONGO_URL", `mongodb://${host}:${mongoPort}`, () => standIn("mongo", mongoPort));
  provide("TEST_REDIS_URL", `redis://${host}:${redisPort}`, () => standIn("redis", redisPort));
  provide("TEST_KAFKA_BROKERS", `${host}:${kafkaPort}`, () => standIn("kafka", kafkaPort));
  provide("TEST_S3_URL", `http://${accessKey}:${accessKey}@${host}:${s3Port}`, () =>
    standIn("s3", s3Port, { accessKey, secretKey: accessKey }),
  );
  const processes = await Promise.all(started);
  await prepareTemplates(env["TEST_POSTGRES_URL"] ?? "");
  return {
    dataDir,
    env,
    stop: async () => {
      await Promise.all(processes.map((process) => process.stop()));
    },
  };
}

async function prepareTemplates(serverUrl: string): Promise<void> {
  const urls = databases.map((database) => {
    const url = new URL(serverUrl);
    url.pathname = `/${templateOf(database, migrationsVersion())}`;
    return [database, url.href];
  });
  await prepareDatabases(Object.fromEntries(urls) as Parameters<typeof prepareDatabases>[0]);
}
