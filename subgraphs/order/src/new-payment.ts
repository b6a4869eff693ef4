import { createId } from "@shop/ids";
import { isUniqueViolation } from "@shop/postgres";
import { type Database } from "./database";
import { type ClientKey } from "./idempotency";
import { type Order } from "./orders";
import { type Job } from "./settlement-steps";
import { newTransaction, type Payment } from "./transactions";

/**
 * Notes a payment of an order, with the authorization that is to be asked for and the client's key: all of it stands, or
 * nothing. It waits for whatever is being done to the order.
 * @returns null where nothing was noted: the key is claimed already, the order is not as it was read, or another payment
 *   of it may hold money
 */
export async function notePayment(
  db: Database,
  key: ClientKey,
  order: Order,
  asked: { requestHash: string; token: string; provider: string },
): Promise<Job | null> {
  const { id: orderId, currency, totalMinor: amountMinor } = order;
  if (amountMinor === null) throw new Error(`order ${orderId} awaits its payment and has no total`);
  const { token, provider } = asked;
  const createdAt = new Date();
  const payment: Payment = {
    ...{ id: createId("pay"), orderId, provider, token, amountMinor, currency, createdAt },
    ...{ status: "PENDING", refundedMinor: 0n, rejection: null },
  };
  const transaction = newTransaction({ paymentId: payment.id, kind: "AUTHORIZE", amountMinor });
  try {
    // One statement, as in noteOrder. The row lock comes first: all that follows is made from what it finds.
    const noted = await db.$executeRaw`
      WITH payable AS (
        SELECT id FROM orders
         WHERE id = ${orderId} AND version = ${order.version} AND status = 'AWAITING_PAYMENT' FOR UPDATE),
      claimed AS (
        INSERT INTO idempotency_keys (viewer_id, mutation, key, request_hash, subject_id)
        SELECT ${key.viewerId}, ${key.mutation}, ${key.key}, ${asked.requestHash}, ${payment.id} FROM payable
        ON CONFLICT DO NOTHING RETURNING subject_id AS payment_id),
      begun AS (
        INSERT INTO payments (id, order_id, provider, token, amount_minor, currency, status, created_at)
        SELECT payment_id, ${orderId}, ${provider}, ${token}, ${amountMinor}::bigint, ${currency}, 'PENDING',
               ${createdAt}::timestamptz FROM claimed)
      INSERT INTO transactions (id, payment_id, kind, status, amount_minor, attend_at, created_at)
      SELECT ${transaction.id}, payment_id, 'AUTHORIZE', 'PENDING', ${amountMinor}::bigint,
             ${transaction.attendAt}::timestamptz, ${transaction.createdAt}::timestamptz FROM claimed`;
    return noted === 1 ? { transaction, payment, order, authorization: null } : null;
  } catch (error) {
    // An index lets one payment of an order be live.
    if (isUniqueViolation(error)) return null;
    throw error;
  }
}
