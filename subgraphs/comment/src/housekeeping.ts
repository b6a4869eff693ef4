import { type Database } from "./database";
import { type Departures } from "./departures";

// Longer than the 24 hours that a client may count on, and than the 7 days that a topic keeps its events.
const keptMs = 8 * 24 * 60 * 60_000;
// So many at once that no statement is cut off for being slow.
const batchSize = 5_000;

/** Forgets idempotency keys and events that nobody can need any more, and looks again after accounts that left. */
export function createHousekeeping({ db, departures }: { db: Database; departures: Departures }): () => Promise<void> {
  return async () => {
    await departures.sweep();
    const before = new Date(Date.now() - keptMs);
    await untilNone(
      () => db.$executeRaw`
        DELETE FROM idempotency_keys WHERE (viewer_id, mutation, key) IN (
          SELECT viewer_id, mutation, key FROM idempotency_keys WHERE created_at < ${before} LIMIT ${batchSize})`,
    );
    await untilNone(
      () => db.$executeRaw`
        DELETE FROM inbox WHERE event_id IN (
          SELECT event_id FROM inbox WHERE received_at < ${before} LIMIT ${batchSize})`,
    );
  };
}

async function untilNone(forgetSome: () => Promise<number>): Promise<void> {
  while ((await forgetSome()) > 0) continue;
}
