import { type Database } from "./database";
import { type UnpaidOrders } from "./unpaid-orders";

/**
 * What becomes of the orders of somebody whose account is deleted. Unpaid ones are called off. One that is paid keeps its
 * address until it has come there or is called off; then nothing is left but what the books need: number, lines, amounts,
 * dates and the country. See docs/adr/0026-what-a-deleted-account-leaves.md.
 */
export interface Departures {
  /** Notes that a customer is gone. A second time changes nothing. */
  note(userId: string): Promise<void>;
  /** Does what can be done by now for those who are gone, a batch at a time. @returns how many orders it changed */
  attend(): Promise<number>;
}

const batchSize = 100;
// Longer than any access token that is left of a deleted account: until then one more order may come.
const lateMs = 60 * 60_000;

export function createDepartures(deps: { db: Database; unpaidOrders: Pick<UnpaidOrders, "abandon"> }): Departures {
  const { db, unpaidOrders } = deps;

  async function callOff(): Promise<number> {
    const unpaid = await db.$queryRaw<{ id: string }[]>`
      SELECT id FROM departures JOIN orders USING (user_id) WHERE status = 'AWAITING_PAYMENT' LIMIT ${batchSize}`;
    const outcomes = await Promise.all(unpaid.map(({ id }) => unpaidOrders.abandon(id)));
    return outcomes.filter((wasCalledOff) => wasCalledOff).length;
  }

  /** An order without a recipient is one that this was done to: none is placed so. */
  async function erase(): Promise<number> {
    return db.$executeRaw`
      WITH ended AS (
        SELECT id FROM departures JOIN orders USING (user_id)
         WHERE status IN ('DELIVERED', 'CANCELLED', 'EXPIRED', 'REJECTED') AND recipient <> ''
         LIMIT ${batchSize} FOR UPDATE OF orders SKIP LOCKED),
      unwritten AS (
        UPDATE order_timeline SET note = NULL FROM ended
         WHERE order_id = ended.id AND actor_id IS NOT NULL AND note IS NOT NULL),
      untold AS (
        UPDATE outbox SET payload = payload - 'reason' - 'trackingNumber' FROM ended
         WHERE key = ended.id AND payload ?| ARRAY['reason', 'trackingNumber'])
      UPDATE orders
         SET recipient = '', line1 = '', line2 = NULL, city = '', region = NULL, postal_code = '', phone = NULL,
             tracking_number = NULL
        FROM ended WHERE orders.id = ended.id`;
  }

  /** Forgets who is gone, with their idempotency keys, once nothing of theirs is left to do. */
  async function finish(): Promise<void> {
    await db.$executeRaw`
      WITH finished AS (
        DELETE FROM departures WHERE departed_at < ${new Date(Date.now() - lateMs)}
           AND NOT EXISTS (SELECT FROM orders WHERE orders.user_id = departures.user_id AND recipient <> '')
        RETURNING user_id)
      DELETE FROM idempotency_keys USING finished WHERE viewer_id = user_id`;
  }

  return {
    note: async (userId) => {
      await db.departure.createMany({ data: { userId }, skipDuplicates: true });
    },
    attend: async () => {
      const calledOff = await callOff();
      const erased = await erase();
      await finish();
      return calledOff + erased;
    },
  };
}
