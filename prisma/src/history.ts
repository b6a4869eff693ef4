// What _prisma_migrations says of the migrations that were begun, and what a killed applier left in it.
import { type Client } from "pg";

/**
 * In `logs` of a migration that our applier has begun. What it does is then in the database if it is noted as finished,
 * and only then: see migration-adapter.ts. One that `prisma migrate deploy` left unfinished may have been applied or not.
 */
export const begunMark = "begun by prisma/src/apply.ts";

// Prisma's own lock, which its schema engine holds while it applies: here as there.
const enginesLockKey = 72_707_369;

export interface Unfinished {
  readonly name: string;
  /** What the database said; null of one that was cut off. */
  readonly reason: string | null;
}

export async function readFinished(session: Client): Promise<string[]> {
  if (!(await hasHistory(session))) return [];
  const { rows } = await session.query<{ migration_name: string }>(
    `SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY started_at`,
  );
  return rows.map(({ migration_name }) => migration_name);
}

/** The migration that stands in the way of all others, if one does. */
export async function readUnfinished(session: Client): Promise<Unfinished | undefined> {
  if (!(await hasHistory(session))) return undefined;
  const { rows } = await session.query<Unfinished>(
    `SELECT migration_name AS name, logs AS reason FROM _prisma_migrations
      WHERE finished_at IS NULL AND rolled_back_at IS NULL ORDER BY started_at LIMIT 1`,
  );
  return rows[0];
}

/**
 * Notes that nothing is there of what our applier began and did not finish, so that it can be begun again. A statement
 * that still runs for a killed applier is waited for: it may yet finish.
 * @throws (SQLSTATE 55P03) where that takes longer than the session's lock_timeout
 */
export async function forgetCutOff(session: Client): Promise<void> {
  if (!(await hasHistory(session))) return;
  await session.query("SELECT pg_advisory_lock($1)", [enginesLockKey]);
  try {
    await session.query(
      `UPDATE _prisma_migrations SET rolled_back_at = now()
        WHERE finished_at IS NULL AND rolled_back_at IS NULL AND logs = $1`,
      [begunMark],
    );
  } finally {
    await session.query("SELECT pg_advisory_unlock($1)", [enginesLockKey]);
  }
}

/** As `prisma migrate resolve --rolled-back`. @returns whether there was such a failed migration */
export async function markRolledBack(session: Client, name: string): Promise<boolean> {
  if (!(await hasHistory(session))) return false;
  const { rowCount } = await session.query(
    `UPDATE _prisma_migrations SET rolled_back_at = now()
      WHERE finished_at IS NULL AND rolled_back_at IS NULL AND migration_name = $1`,
    [name],
  );
  return rowCount === 1;
}

async function hasHistory(session: Client): Promise<boolean> {
  const { rows } = await session.query<{ exists: boolean }>(
    "SELECT to_regclass('_prisma_migrations') IS NOT NULL AS exists",
  );
  return rows[0]?.exists ?? false;
}
