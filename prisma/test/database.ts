// Databases of a test's own, with nothing in them.
import { randomUUID } from "node:crypto";
import { Client } from "pg";

export interface EmptyDatabase {
  readonly url: string;
  /** A session that ends with the database at the latest. */
  session(): Promise<Client>;
  drop(): Promise<void>;
}

const serverUrl = process.env["TEST_POSTGRES_URL"] ?? "";

export async function createEmptyDatabase(): Promise<EmptyDatabase> {
  const name = `test_migrations_${randomUUID().replaceAll("-", "")}`;
  await onServer(`CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    session: async () => {
      const client = new Client({ connectionString: url.href });
      client.on("error", () => undefined); // the database is dropped under it
      await client.connect();
      return client;
    },
    drop: () => onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** Asks until the answer is yes: something that another session does has come as far. */
export async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function onServer(statement: string): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  await client.query(statement).finally(() => client.end());
}
