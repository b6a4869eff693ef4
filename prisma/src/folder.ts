import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Database, databases } from "./config";

export interface Migration {
  /** `<timestamp>_<name>`, the folder's name; migrations are applied in its order. */
  readonly name: string;
  readonly sql: string;
}

const root = join(__dirname, "..");

export function readSchema(database: Database): string {
  return readFileSync(join(root, database, "schema.prisma"), "utf8");
}

export function readMigrations(database: Database): Migration[] {
  const folder = join(root, database, "migrations");
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ name, sql: readFileSync(join(folder, name, "migration.sql"), "utf8") }))
    .sort((a, b) => a.name.localeCompare(b.name));
}

/** Changes with any migration: what was made from an older set is told apart by it. */
export function migrationsVersion(): string {
  const hash = createHash("sha256");
  for (const database of databases)
    for (const { name, sql } of readMigrations(database)) hash.update(`${name}\n${sql}`);
  return hash.digest("hex").slice(0, 12);
}

/** @returns the path of the new migration's file */
export function writeMigration(database: Database, migration: Migration): string {
  const folder = join(root, database, "migrations", migration.name);
  mkdirSync(folder);
  const file = join(folder, "migration.sql");
  writeFileSync(file, migration.sql, { flag: "wx" });
  return file;
}
