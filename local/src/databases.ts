import { applyMigrations, databases, type Database } from "@shop/migrations";
import { Client } from "pg";

/** Makes each database where it is missing, and applies what it lacks of its migrations. */
export async function prepareDatabases(urls: Readonly<Record<Database, string>>): Promise<void> {
  for (const database of databases) {
    await createDatabase(urls[database]);
    await applyMigrations(database, urls[database]);
  }
}

/** @param url of the database to make; `postgres` on the same server must be there to ask from */
async function createDatabase(url: string): Promise<void> {
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const server = new URL(url);
  server.pathname = "/postgres";
  const client = new Client({ connectionString: server.href, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${client.escapeIdentifier(name)}`);
  } finally {
    await client.end();
  }
}
