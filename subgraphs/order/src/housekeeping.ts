import { type Database } from "./database";

// Longer than the 24 hours that a client may count on, and than the 7 days that a topic keeps its events.
const keptMs = 8 * 24 * 60 * 60_000;

/** Forgets idempotency keys and published events that nobody can need any more. @returns 0: there is nothing to go on with */
export async function forgetTheOld(db: Database): Promise<0> {
  const before = new Date(Date.now() - keptMs);
  await db.idempotencyKey.deleteMany({ where: { createdAt: { lt: before } } });
  await db.outboxEvent.deleteMany({ where: { publishedAt: { not: null }, occurredAt: { lt: before } } });
  return 0;
}
