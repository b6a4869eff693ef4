// All that the stores hold, as text to look for something in.
import { planProcesses } from "@shop/local/processes";
import { Redis } from "ioredis";
import { createConnection } from "mongoose";
import { Client } from "pg";
import { type RunningShop } from "./running-shop";

/**
 * Every row of the three PostgreSQL databases, outboxes included, every document of MongoDB and every value of Redis, in
 * lower case. Kafka's topics are not in it: they keep what was told for seven days.
 */
export async function readStoredText({ env }: Pick<RunningShop, "env">): Promise<string> {
  const { env: urls } = planProcesses({ ...env }, () => undefined);
  const databases = ["USER_DATABASE_URL", "ORDER_DATABASE_URL", "COMMENT_DATABASE_URL"];
  const texts = await Promise.all([
    ...databases.map((variable) => readPostgres(urls[variable] ?? "")),
    readMongo(urls["MONGO_URL"] ?? ""),
    readRedis(urls["REDIS_URL"] ?? ""),
  ]);
  return texts.join("\n").toLowerCase();
}

async function readPostgres(connectionString: string): Promise<string> {
  const client = new Client({ connectionString });
  await client.connect();
  try {
    const { rows } = await client.query<{ xml: string }>("SELECT schema_to_xml('public', true, false, '') AS xml");
    return rows[0]?.xml ?? "";
  } finally {
    await client.end();
  }
}

async function readMongo(url: string): Promise<string> {
  const connection = await createConnection(url).asPromise();
  try {
    const collections = await connection.listCollections();
    const documents = collections.map(({ name }) => connection.collection(name).find().toArray());
    return JSON.stringify(await Promise.all(documents));
  } finally {
    await connection.close();
  }
}

const readers: Record<string, (redis: Redis, key: string) => Promise<unknown>> = {
  string: (redis, key) => redis.get(key),
  hash: (redis, key) => redis.hgetall(key),
  set: (redis, key) => redis.smembers(key),
  zset: (redis, key) => redis.zrange(key, 0, -1),
  list: (redis, key) => redis.lrange(key, 0, -1),
};

async function readRedis(url: string): Promise<string> {
  const redis = new Redis(url);
  try {
    const values: unknown[] = [];
    for (const key of await redis.keys("*")) values.push(key, await readers[await redis.type(key)]?.(redis, key));
    return JSON.stringify(values);
  } finally {
    redis.disconnect();
  }
}
