import { type SqlTransaction } from "./postgres-outbox";

/**
 * Notes an event as received, in the transaction of its effect. The table is `inbox`, made by the service's own
 * migrations.
 * @returns false where it was received before: its effect stands already and must not be had twice
 */
export async function recordInInbox(tx: SqlTransaction, eventId: string): Promise<boolean> {
  const inserted = await tx.$executeRaw`INSERT INTO inbox (event_id) VALUES (${eventId}) ON CONFLICT DO NOTHING`;
  return inserted === 1;
}
