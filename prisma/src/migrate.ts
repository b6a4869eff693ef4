import { setTimeout as sleep } from "node:timers/promises";
import { type Client } from "pg";
import { withApplierLock } from "./applier-lock";
import { dropInvalidIndexes } from "./concurrent-index";
import { type Database } from "./config";
import { readMigrations, readSchema, type Migration } from "./folder";
import { begunMark, forgetCutOff, markRolledBack, readFinished, readUnfinished } from "./history";
import { withSchemaEngine } from "./schema-engine";

const everything = { externalTables: [], externalEnums: [] };
const longestPauseMs = 8_000;

export interface ApplyOptions {
  /** For how long a table in use is tried again, in milliseconds. */
  readonly patienceMs?: number;
  /** Told of each try that a table in use has refused. */
  readonly onBusy?: (reason: string) => void;
  /** Other migrations than those of prisma/<database>, for tests. */
  readonly migrations?: readonly Migration[];
}

/**
 * Applies what `prisma migrate deploy` would: the migrations of prisma/<database> that the database does not know yet.
 * One applier at a time; a second one waits and then finds nothing left to do. What a killed one left is gone on with.
 * @returns the names of those applied
 * @throws where one fails, with the way out: it stays noted as failed in _prisma_migrations until someone has looked.
 *   One that found its table in use for too long is not noted: to be applied again as it is.
 */
export function applyMigrations(
  database: Database,
  connectionString: string,
  { patienceMs = 60_000, onBusy, migrations = readMigrations(database) }: ApplyOptions = {},
): Promise<string[]> {
  return withApplierLock(connectionString, async (session) => {
    const before = await readFinished(session);
    const giveUpAtMs = Date.now() + patienceMs;
    for (let pauseMs = 500; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      const busy = await tryToApply(session, database, connectionString, migrations);
      if (busy === null) break;
      if (Date.now() + pauseMs > giveUpAtMs) {
        throw new Error(`${busy}. Nothing of it was done: find who holds it (pg_stat_activity), and apply again.`);
      }
      onBusy?.(busy);
      await sleep(pauseMs);
    }
    return (await readFinished(session)).filter((name) => !before.includes(name));
  });
}

/**
 * Lets a failed migration be applied again, as `prisma migrate resolve --rolled-back`.
 * @returns false where no migration of this name has failed
 */
export function forgiveMigration(connectionString: string, name: string): Promise<boolean> {
  return withApplierLock(connectionString, (session) => markRolledBack(session, name));
}

/** @returns null when all is applied, or what was in use */
async function tryToApply(
  session: Client,
  database: Database,
  connectionString: string,
  migrations: readonly Migration[],
): Promise<string | null> {
  try {
    await forgetCutOff(session);
    const finished = await readFinished(session);
    const pending = migrations.filter(({ name }) => !finished.includes(name));
    await dropInvalidIndexes(session, pending);
    if (pending.length === 0) return null;
    await withSchemaEngine(connectionString, readSchema(database), (engine) =>
      engine.applyMigrations({ migrationsList: toMigrationsList(migrations), filters: everything }),
    );
    return null;
  } catch (error) {
    const unfinished = await readUnfinished(session);
    if (unfinished === undefined || unfinished.reason === begunMark) {
      if (!isBusy(messageOf(error))) throw error;
      return "another applier is at it";
    }
    if (isBusy(unfinished.reason ?? "")) {
      await markRolledBack(session, unfinished.name);
      return `${unfinished.name}: a table is in use`;
    }
    await dropInvalidIndexes(session, migrations).catch(() => undefined); // the next try does it, if this one cannot
    throw new Error(wayOut(database, unfinished.name, unfinished.reason), { cause: error });
  }
}

/** What passes by itself: no lock within lock_timeout (55P03), or two that wait for each other (40P01). */
function isBusy(reason: string): boolean {
  return /\b(55P03|40P01)\b|lock timeout|deadlock detected/.test(reason);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function wayOut(database: Database, name: string, reason: string | null): string {
  const resolved = `npm run migrate -- ${database} --rolled-back ${name}`;
  return reason === null
    ? `${name} was begun by "prisma migrate deploy" and not finished: it may be in the database or not. Look. If it ` +
        `is not there: ${resolved}, and apply again. If it is: prisma migrate resolve --applied ${name}.`
    : `${name} failed, and nothing of it is in the database: ${reason.trim()}\n` +
        `Mend what it met, then: ${resolved}, and apply again.`;
}

function toMigrationsList(migrations: readonly Migration[]) {
  return {
    baseDir: "migrations",
    lockfile: { path: "migration_lock.toml", content: 'provider = "postgresql"\n' },
    shadowDbInitScript: "",
    migrationDirectories: migrations.map(({ name, sql }) => ({
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
      from: { tag: "migrations", ...toMigrationsList(readMigrations(database)) },
      to: { tag: "schemaDatamodel", files: [{ content: schema, path: "schema.prisma" }] },
      script: true,
      exitCode: null,
      filters: everything,
    }),
  );
  return stdout ?? "";
}
