import { applyMigrations, databases, type Database } from "@shop/migrations";
import { Client, DatabaseError } from "pg";
import { messageOf } from "./failure";

const connectLimitMs = 5_000;
const noSuchDatabase = "3D000";

/**
 * Makes each of these databases where it is missing, and applies what it lacks of its migrations.
 * @throws an error that names the database
 */
export async function prepareDatabases(urls: Readonly<Partial<Record<Database, string>>>): Promise<void> {
  for (const database of databases) {
    const url = urls[database];
    if (url === undefined) continue;
    await prepareDatabase(database, url).catch((error: unknown) => {
      throw new Error(`${database}: ${messageOf(error)}`);
    });
  }
}

/** A new one is migrated under another name and then renamed: a kill halfway leaves none with half a migration in it. */
async function prepareDatabase(database: Database, url: string): Promise<void> {
  if (await databaseExists(url)) {
    await applyMigrations(database, url);
    return;
  }
  const name = decodeURIComponent(new URL(url).pathname.slice(1));
  const making = `${name}_making`;
  await withClient(withDatabase(url, "postgres"), async (client) => {
    await client.query(`DROP DATABASE IF EXISTS ${client.escapeIdentifier(making)} WITH (FORCE)`);
    await client.query(`CREATE DATABASE ${client.escapeIdentifier(making)}`);
    await applyMigrations(database, withDatabase(url, making));
    await client.query(`ALTER DATABASE ${client.escapeIdentifier(making)} RENAME TO ${client.escapeIdentifier(name)}`);
  });
}

/** @throws where its server does not answer or does not let us in */
export async function databaseExists(url: string): Promise<boolean> {
  try {
    await withClient(url, () => Promise.resolve());
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && error.code === noSuchDatabase) return false;
    throw error;
  }
}

function withDatabase(url: string, name: string): string {
  const changed = new URL(url);
  changed.pathname = `/${encodeURIComponent(name)}`;
  return changed.href;
}

async function withClient(connectionString: string, work: (client: Client) => Promise<void>): Promise<void> {
  const client = new Client({ connectionString, connectionTimeoutMillis: connectLimitMs });
  client.on("error", () => undefined); // a connection that breaks fails what is asked over it
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}
