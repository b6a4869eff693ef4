import { type Database } from "./database";

// Longer than the 24 hours that a client may count on, and than the 7 days that a topic keeps its events.
const keptMs = 8 * 24 * 60 * 60_000;
// So many at once that no statement is cut off for being slow.
const batchSize = 5_000;

/**
 * Forgets idempotency keys and published events that nobody can need any more, a batch at a time. The outbox is looked
 * at from its oldest end, so that it is not searched where there is nothing to forget.
 * @returns how many
 */
export async function forgetTheOld(db: Database): Promise<number> {
  const before = new Date(Date.now() - keptMs);
  const keys = await db.$executeRaw`
    DELETE FROM idempotency_keys WHERE (viewer_id, mutation, key) IN (
      SELECT viewer_id, mutation, key FROM idempotency_keys WHERE created_at < ${before} LIMIT ${batchSize})`;
  const events = await db.$executeRaw`
    DELETE FROM outbox WHERE published_at IS NOT NULL AND occurred_at < ${before} AND position IN (
      SELECT position FROM outbox ORDER BY position LIMIT ${batchSize})`;
  return keys + events;
}
