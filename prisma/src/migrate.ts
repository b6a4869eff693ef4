import { Client } from "pg";
import { type Database } from "./config";
import { readMigrations, readSchema } from "./folder";
import { withSchemaEngine } from "./schema-engine";

// One applier at a time; a second one waits and then finds nothing left to do.
const lockKey = 0x6d696772;
const everything = { externalTables: [], externalEnums: [] };

/**
 * Applies what `prisma migrate deploy` would: the migrations of prisma/<database> that the database does not know yet.
 * @returns the names of those applied
 * @throws where one fails: it stays noted as failed in _prisma_migrations until someone has looked
 */
export async function applyMigrations(database: Database, connectionString: string): Promise<string[]> {
  const lock = new Client({ connectionString, connectionTimeoutMillis: 5_000 });
  await lock.connect();
  try {
    await lock.query("SELECT pg_advisory_lock($1)", [lockKey]);
    const { appliedMigrationNames } = await withSchemaEngine(connectionString, readSchema(database), (engine) =>
      engine.applyMigrations({ migrationsList: toMigrationsList(database), filters: everything }),
    );
    return appliedMigrationNames;
  } finally {
    await lock.end();
  }
}

function toMigrationsList(database: Database) {
  return {
    baseDir: "migrations",
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: readMigrations(database).map(({ name, sql }) => ({
      path: name,
      migrationFile: { path: "migration.sql", content: { tag: "ok" as const, value: sql } },
    })),
  };
}

/**
 * The SQL that brings a database with all migrations to what schema.prisma says; empty where they agree.
 * @param connectionString of a server on which a shadow database may be made: the migrations are applied to that
 */
export async function diffFromSchema(database: Database, connectionString: string): Promise<string> {
  const schema = readSchema(database);
  const { stdout } = await withSchemaEngine(connectionString, schema, (engine) =>
    engine.diff({
      from: { tag: "migrations", ...toMigrationsList(database) },
      to: { tag: "schemaDatamodel", files: [{ content: schema, path: "schema.prisma" }] },
      script: true,
      exitCode: null,
      filters: everything,
    }),
  );
  return stdout ?? "";
}
