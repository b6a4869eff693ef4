import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";

const lockKey = 0x6d696772;
const lookEveryMs = 250;
const othersMayTakeMs = 600_000;

/**
 * Gives work a session that holds the lock of the one applier that may be at a database. A killed one's ends with its
 * connection.
 * @throws where another has it for ten minutes
 */
export async function withApplierLock<T>(connectionString: string, work: (session: Client) => Promise<T>): Promise<T> {
  const session = new Client({ connectionString, connectionTimeoutMillis: 5_000, lock_timeout: 2_000 });
  session.on("error", () => undefined); // a connection that breaks fails what is asked over it
  await session.connect();
  try {
    const giveUpAtMs = Date.now() + othersMayTakeMs;
    // Asked again and again, and not waited for: CREATE INDEX CONCURRENTLY waits for every statement that runs, and one
    // that waits for this lock would run until the index is there.
    while (!(await tryLock(session))) {
      if (Date.now() > giveUpAtMs) {
        throw new Error("Another applier has been at it for ten minutes: see what holds it up (pg_stat_activity).");
      }
      await sleep(lookEveryMs);
    }
    return await work(session);
  } finally {
    await session.end();
  }
}

async function tryLock(session: Client): Promise<boolean> {
  const { rows } = await session.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [lockKey]);
  return rows[0]?.locked ?? false;
}
