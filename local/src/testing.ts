// For tests: the stores that jest's global setup started, and a database of one's own on them.
import { randomUUID } from "node:crypto";
import { type Database } from "@shop/migrations";
import { Client } from "pg";
import { testEnvironment } from "./config";

export { freePorts } from "./ports";
export { startTestBroker, type TestBroker } from "./test-broker";

export interface TestDatabase {
  readonly url: string;
  drop(): Promise<void>;
}

/** A database of this test's own, with all migrations of the service applied (it is copied from one that has them). */
export async function createTestDatabase(database: Database): Promise<TestDatabase> {
  const name = `test_${database}_${randomUUID().replaceAll("-", "")}`;
  const { postgresUrl, migrationsVersion } = testEnvironment();
  const template = templateOf(database, migrationsVersion);
  await onServer((client) => client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`));
  const url = new URL(postgresUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () => onServer((client) => client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)),
  };
}

/** @param version of the migrations: a server that is used again may hold templates made from older ones */
export function templateOf(database: Database, version: string): string {
  return `template_${database}_${version}`;
}

/** A MongoDB database of this test's own; it is dropped by whoever connects to it. */
export function testMongoUrl(): string {
  return `${testEnvironment().mongoUrl}/test_${randomUUID().replaceAll("-", "")}`;
}

export interface TestStores {
  readonly redisUrl: string;
  readonly kafkaBrokers: string[];
  readonly s3: { readonly endpoint: string; readonly accessKey: string; readonly secretKey: string };
}

/** The stores that tests share: judge by keys and ids that are yours. */
export function testStores(): TestStores {
  const { redisUrl, kafkaBrokers, s3Url } = testEnvironment();
  const { username, password, origin } = new URL(s3Url);
  return { redisUrl, kafkaBrokers, s3: { endpoint: origin, accessKey: username, secretKey: password } };
}

async function onServer(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: testEnvironment().postgresUrl });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
