import { type Viewer } from "@shop/auth";
import { inTransaction } from "@shop/postgres";
import { type Database, type Tx } from "./database";
import { claimKey, type ClientKey, withdrawKey } from "./idempotency";
import { advance } from "./order-changes";
import { invalidTransition, keyReused, notFound, paymentPending } from "./order-errors";
import { canBecome } from "./order-status";
import { lockOrder, maySee, type OrderOutcome, refused, requireRightTo } from "./orders";
import { refundableMinor } from "./payment-status";
import { type Settlement } from "./settlement";
import { type ReleaseStock } from "./stock-release";
import { checkIdempotencyKey, checkOptionalText } from "./text-rules";
import { isBeingCaptured, openTransaction } from "./transactions";

export interface Cancellation {
  /** Calls an order off, gives back all that was paid, and lets its stock go. */
  cancel(
    viewer: Viewer,
    request: { id: string; reason?: string | null; idempotencyKey: string },
  ): Promise<OrderOutcome>;
}

const maxReasonLength = 500;
const keyPath = ["idempotencyKey"];

export function createCancellation(deps: {
  db: Database;
  settlement: Settlement;
  release: ReleaseStock;
}): Cancellation {
  const { db, settlement, release } = deps;

  async function begin(tx: Tx, viewer: Viewer, key: ClientKey, id: string, reason: string | null) {
    const order = await lockOrder(tx, id);
    if (order === null || !maySee(viewer, order.userId)) return refused(null, notFound("order", ["id"]));
    requireRightTo(viewer, order);
    const errors = [
      ...checkOptionalText(reason, maxReasonLength, ["reason"]),
      ...checkIdempotencyKey(key.key, keyPath),
    ];
    if (errors.length > 0) return refused(order, ...errors);
    const claim = await claimKey(tx, key, [id, reason], id);
    if (claim.state === "REUSED") return refused(order, keyReused(keyPath));
    if (claim.state === "KNOWN") return { ok: true, order } as const;
    const error = canBecome(order.status, "CANCELLED")
      ? (await isBeingCaptured(tx, id)) && paymentPending(["id"])
      : invalidTransition(order.status, "cancelled", ["id"]);
    if (error) {
      await withdrawKey(tx, key);
      return refused(order, error);
    }
    const cancelled = await advance(tx, order, "CANCELLED", { note: reason ?? undefined, actorId: viewer.userId });
    if (cancelled === null) throw new Error(`order ${id} changed under its lock`);
    return { ok: true, order: cancelled, refunds: await refundAll(tx, id) } as const;
  }

  /** Notes the refund of all that is left of what was captured. @returns the transactions, to be run once they stand */
  async function refundAll(tx: Tx, orderId: string): Promise<string[]> {
    const payments = await tx.payment.findMany({ where: { orderId }, include: { transactions: true } });
    const refunds: string[] = [];
    for (const { id: paymentId, transactions } of payments) {
      const amountMinor = refundableMinor(transactions);
      if (amountMinor === 0n) continue;
      const reason = "The order was cancelled.";
      refunds.push((await openTransaction(tx, { paymentId, kind: "REFUND", amountMinor, reason })).id);
    }
    return refunds;
  }

  return {
    cancel: async (viewer, { id, reason = null, idempotencyKey }) => {
      const key: ClientKey = { viewerId: viewer.userId, mutation: "cancelOrder", key: idempotencyKey };
      const outcome = await inTransaction(db, (tx) => begin(tx, viewer, key, id, reason));
      if ("refunds" in outcome) {
        await Promise.all([release(outcome.order), ...outcome.refunds.map((refund) => settlement.runById(refund))]);
      }
      return outcome;
    },
  };
}
