import { type Client } from "pg";
import { type Migration } from "./folder";

/**
 * Whether it makes or drops an index beside the writes that go on meanwhile. PostgreSQL does that outside transactions
 * only, so such a migration is one statement, which can be done again.
 */
export function isConcurrent(sql: string): boolean {
  const withoutComments = sql.replace(/--.*$/gm, "");
  return /\bINDEX\s+CONCURRENTLY\b/i.test(withoutComments);
}

/**
 * Drops what is left of the named indexes where making them was cut short: PostgreSQL keeps such an index, marked as
 * invalid, writes to it and reads by it never, and IF NOT EXISTS would take it for the index.
 */
export async function dropInvalidIndexes(session: Client, pending: readonly Migration[]): Promise<void> {
  const names = pending.flatMap(
    ({ sql }) => /CREATE.*\bINDEX CONCURRENTLY IF NOT EXISTS "(\w+)"/i.exec(sql)?.[1] ?? [],
  );
  if (names.length === 0) return;
  const { rows } = await session.query<{ name: string }>(
    `SELECT relname AS name FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
      WHERE NOT indisvalid AND relnamespace = current_schema()::regnamespace AND relname = ANY ($1)`,
    [names],
  );
  for (const { name } of rows) await session.query(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
}
