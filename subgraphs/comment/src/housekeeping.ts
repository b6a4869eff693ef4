import { type Logger } from "@shop/telemetry";
import { type Database } from "./database";

const intervalMs = 60 * 60_000;
// Longer than the 24 hours that a client may count on, and than the 7 days that a topic keeps its events.
const keptMs = 8 * 24 * 60 * 60_000;

/** Forgets, once an hour, idempotency keys and events that nobody can need any more. */
export function startHousekeeping({ db, log }: { db: Database; log: Logger }): { stop(): void } {
  const timer = setInterval(() => {
    forgetTheOld(db).catch((error: unknown) => log.warn({ err: error }, "housekeeping failed and is tried again"));
  }, intervalMs);
  return { stop: () => clearInterval(timer) };
}

async function forgetTheOld(db: Database): Promise<void> {
  const before = new Date(Date.now() - keptMs);
  await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: before } } });
  await db.inboxEvent.deleteMany({ where: { receivedAt: { lt: before } } });
}
