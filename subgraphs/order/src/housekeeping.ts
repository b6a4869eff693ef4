import { type Database } from "./database";

// Longer than the 24 hours that a client may count on.
const keptMs = 8 * 24 * 60 * 60_000;
// So many at once that no statement is cut off for being slow.
const batchSize = 5_000;

/** Forgets idempotency keys that nobody can need any more, a batch at a time. @returns how many */
export async function forgetTheOld(db: Database): Promise<number> {
  const before = new Date(Date.now() - keptMs);
  return db.$executeRaw`
    DELETE FROM idempotency_keys WHERE (viewer_id, mutation, key) IN (
      SELECT viewer_id, mutation, key FROM idempotency_keys WHERE created_at < ${before} LIMIT ${batchSize})`;
}
