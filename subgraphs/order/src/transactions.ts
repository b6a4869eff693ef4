import { createId } from "@shop/ids";
import { type Database, type Prisma, type Tx } from "./database";
import { type Payment, type Transaction, type TransactionKind } from "./generated/prisma/client";
import { type Order } from "./orders";
import { type ProviderOutcome } from "./payment-provider";
import { summarize } from "./payment-status";

export { type Payment, type Transaction };

/** What has come of a transaction for good: what its provider says, or that we gave it up. */
export type SettledOutcome =
  Extract<ProviderOutcome, { status: "SUCCEEDED" }> | { readonly status: "FAILED"; readonly failureCode: string };

/** For how long a transaction is its own call's before a worker takes it up: longer than what a step asks for can take. */
const leaseMs = 10_000;
const longestDelayMs = 30_000;

/** When a worker takes up a transaction again that it has tried so many times. */
export function nextAttemptAt(attempts: number): Date {
  return new Date(Date.now() + Math.min(1_000 * 2 ** attempts, longestDelayMs));
}

interface AskedTransaction {
  /** Where somebody had to know it before. */
  readonly id?: string;
  readonly paymentId: string;
  readonly kind: TransactionKind;
  readonly amountMinor: bigint;
  readonly reason?: string | null;
}

/** What is going to be asked of the provider. Its id is our key there. */
export function newTransaction(asked: AskedTransaction): Transaction {
  const now = Date.now();
  return {
    ...{ id: createId("txn", now), status: "PENDING", reference: null, failureCode: null, reason: null },
    ...asked,
    ...{ attendAt: new Date(now + leaseMs), attempts: 0, createdAt: new Date(now) },
  };
}

/** Notes what is going to be asked of the provider, before it is asked. */
export async function openTransaction(tx: Tx, asked: AskedTransaction): Promise<Transaction> {
  return tx.transaction.create({ data: newTransaction(asked) });
}

/**
 * Notes what came of a transaction, once, under the lock of the order that is at hand.
 * @returns the order, what can have changed of it since read anew; null where somebody else has noted the transaction
 */
export async function settleTransaction(
  tx: Tx,
  transactionId: string,
  order: Order,
  outcome: SettledOutcome,
): Promise<Order | null> {
  const reference = outcome.status === "SUCCEEDED" ? outcome.reference : null;
  const failureCode = outcome.status === "FAILED" ? outcome.failureCode : null;
  const [now] = await tx.$queryRaw<Pick<Order, "status" | "version">[]>`
    WITH locked AS (SELECT status, version FROM orders WHERE id = ${order.id} FOR UPDATE),
    settled AS (
      UPDATE transactions
         SET status = ${outcome.status}::transaction_status, reference = ${reference}, failure_code = ${failureCode},
             attend_at = NULL
        FROM locked WHERE transactions.id = ${transactionId} AND transactions.status = 'PENDING' RETURNING id)
    SELECT locked.status::text, version FROM locked, settled`;
  return now === undefined ? null : { ...order, ...now };
}

/**
 * Notes that money is held for an order which still awaits it, and that it is to be captured: in one statement, as every
 * payment that goes well comes this way. Once it stands, the order can be nothing but paid: cancelling and expiry wait.
 * @returns payment and capture; null where the order is not to be paid any more, or somebody else has noted the authorization
 */
export async function beginCapture(
  db: Database,
  { transaction: authorization, payment, order }: { transaction: Transaction; payment: Payment; order: Order },
  reference: string,
): Promise<{ payment: Payment; transaction: Transaction } | null> {
  const { id: paymentId, amountMinor } = payment;
  const transaction = newTransaction({ paymentId, kind: "CAPTURE", amountMinor });
  // Nothing comes before an authorization: with its capture it is all that there is.
  const { status } = summarize([{ ...authorization, status: "SUCCEEDED" }, transaction]);
  const begun = await db.$executeRaw`
    WITH payable AS (SELECT 1 FROM orders WHERE id = ${order.id} AND status = 'AWAITING_PAYMENT' FOR UPDATE),
    settled AS (
      UPDATE transactions SET status = 'SUCCEEDED', reference = ${reference}, attend_at = NULL
        FROM payable WHERE id = ${authorization.id} AND status = 'PENDING' RETURNING payment_id),
    begun AS (
      INSERT INTO transactions (id, payment_id, kind, status, amount_minor, attend_at, created_at)
      SELECT ${transaction.id}, payment_id, 'CAPTURE', 'PENDING', ${amountMinor}::bigint,
             ${transaction.attendAt}::timestamptz, ${transaction.createdAt}::timestamptz FROM settled)
    UPDATE payments SET token = NULL, status = ${status}::payment_status FROM settled WHERE id = payment_id`;
  return begun === 1 ? { payment: { ...payment, token: null, status }, transaction } : null;
}

/** Brings a payment's status to what its transactions come to. Under the order's lock. */
export async function refreshPayment(
  tx: Tx,
  paymentId: string,
  set: Prisma.PaymentUncheckedUpdateInput = {},
): Promise<Payment> {
  const transactions = await tx.transaction.findMany({ where: { paymentId } });
  return tx.payment.update({ where: { id: paymentId }, data: { ...set, ...summarize(transactions) } });
}

/** Whether an order's money is being taken: until that is settled, the order can be nothing but paid. */
export async function isBeingCaptured(tx: Tx, orderId: string): Promise<boolean> {
  const capture = await tx.transaction.findFirst({
    where: { kind: "CAPTURE", status: "PENDING", payment: { orderId } },
    select: { id: true },
  });
  return capture !== null;
}
