import { createId } from "@shop/ids";
import { type Prisma, type Tx } from "./database";
import { type Payment, type Transaction, type TransactionKind } from "./generated/prisma/client";
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

/**
 * Notes what is going to be asked of the provider, before it is asked: its id is our key there.
 * @param asked.id where somebody had to know it before
 */
export async function openTransaction(
  tx: Tx,
  asked: { id?: string; paymentId: string; kind: TransactionKind; amountMinor: bigint; reason?: string | null },
): Promise<Transaction> {
  const now = Date.now();
  return tx.transaction.create({
    data: {
      id: createId("txn", now),
      ...asked,
      status: "PENDING",
      attendAt: new Date(now + leaseMs),
      createdAt: new Date(now),
    },
  });
}

/** Notes what came of a transaction, once. @returns false where somebody else has noted it */
export async function settleTransaction(tx: Tx, transactionId: string, outcome: SettledOutcome): Promise<boolean> {
  const { count } = await tx.transaction.updateMany({
    where: { id: transactionId, status: "PENDING" },
    data:
      outcome.status === "SUCCEEDED"
        ? { status: "SUCCEEDED", reference: outcome.reference, attendAt: null }
        : { status: "FAILED", failureCode: outcome.failureCode, attendAt: null },
  });
  return count === 1;
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
