import { type Environment } from "./config";
import { databaseExists } from "./databases";
import { messageOf } from "./failure";
import { withoutPassword } from "./without-password";

const limitMs = 5_000;

/** Asks a store something that it answers whatever is in it, by the client that the services use. @throws what that says */
type Probe = (address: string) => Promise<unknown>;

const probes: Readonly<Partial<Record<keyof Environment, Probe>>> = {
  USER_DATABASE_URL: databaseExists,
  ORDER_DATABASE_URL: databaseExists,
  COMMENT_DATABASE_URL: databaseExists,
  MONGO_URL: askMongo,
  REDIS_URL: askRedis,
  KAFKA_BROKERS: askKafka,
  S3_ENDPOINT: askHttp,
  PAYMENTS_SANDBOX_URL: askHttp,
};

/** Tries each store that the environment names. @returns a line for each that does not answer, with the way out */
export async function findSilentStores(config: Environment): Promise<string[]> {
  const tried = await Promise.all(
    Object.entries(probes).map(async ([variable, probe]) => {
      const address = config[variable as keyof Environment]?.toString();
      if (address === undefined) return [];
      const problem = await problemOf(probe(address));
      if (problem === undefined) return [];
      return [
        `${variable} names ${withoutPassword(address)}, which does not answer as it should: ${problem}. ` +
          `Start it there, correct ${variable}, or unset it and have a stand-in.`,
      ];
    }),
  );
  return tried.flat();
}

async function problemOf(answer: Promise<unknown>): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`nothing came within ${limitMs / 1_000} s`), limitMs);
  });
  const problem = await Promise.race([answer.then(() => undefined, describe), silence]);
  clearTimeout(timer);
  return problem;
}

/** Where a name has several addresses and none answers, the error has a code and no message. */
function describe(error: unknown): string {
  const { code } = error as { code?: unknown };
  return messageOf(error) || String(code);
}

async function askMongo(url: string): Promise<void> {
  const { createConnection } = await import("mongoose");
  const connection = createConnection(url, { serverSelectionTimeoutMS: limitMs - 500 });
  await connection.asPromise();
  await connection.close();
}

async function askRedis(url: string): Promise<void> {
  const { Redis } = await import("ioredis");
  const client = new Redis(url, { lazyConnect: true, retryStrategy: () => null });
  let failure: unknown;
  client.on("error", (error) => (failure = error));
  try {
    await client.ping();
  } catch (error) {
    throw failure ?? error;
  } finally {
    client.disconnect();
  }
}

async function askKafka(brokers: string): Promise<void> {
  const { Kafka, logLevel } = await import("kafkajs");
  const admin = new Kafka({ brokers: brokers.split(","), logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
  await admin.connect();
  await admin.describeCluster();
  await admin.disconnect();
}

async function askHttp(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(limitMs) }).catch((error: unknown) => {
    throw error instanceof Error && error.cause !== undefined ? error.cause : error;
  });
  await response.arrayBuffer(); // whatever it says to a stranger
}
