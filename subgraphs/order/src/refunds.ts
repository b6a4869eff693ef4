import { requireRole, type Viewer } from "@shop/auth";
import { staffActed } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { appendToOutbox } from "@shop/messaging";
import { inTransaction } from "@shop/postgres";
import { type Database, type Tx } from "./database";
import { claimKey, type ClientKey, markAnswered, withdrawKey } from "./idempotency";
import { type Money, toMoney } from "./money";
import { currencyMismatch, invalid, keyInProgress, keyReused, notFound, type OrderError } from "./order-errors";
import { lockOrder, type Orders } from "./orders";
import { refundableMinor } from "./payment-status";
import { type PaymentOutcome, type Payments } from "./payments";
import { type Settlement } from "./settlement";
import { checkIdempotencyKey, checkOptionalText } from "./text-rules";
import { openTransaction, type Payment } from "./transactions";

export interface RefundInput {
  readonly paymentId: string;
  /** All that is left where it is absent. */
  readonly amount?: Money | null;
  readonly reason?: string | null;
  readonly idempotencyKey: string;
}

export interface Refunds {
  /** Gives back what was captured, or a part of it; never more. @throws UNAUTHENTICATED or FORBIDDEN unless STAFF asks */
  refund(viewer: Viewer | null, input: RefundInput): Promise<PaymentOutcome>;
}

const maxReasonLength = 500;
const keyPath = ["input", "idempotencyKey"];
const amountPath = ["input", "amount"];

export function createRefunds(deps: {
  db: Database;
  orders: Orders;
  payments: Payments;
  settlement: Settlement;
}): Refunds {
  const { db, orders, payments, settlement } = deps;

  async function begin(tx: Tx, key: ClientKey, payment: Payment, input: RefundInput) {
    const { id: paymentId, currency } = payment;
    const order = await lockOrder(tx, payment.orderId); // refunds of one payment come one after the other
    const id = createId("txn");
    const claim = await claimKey(tx, key, [paymentId, input.amount ?? null, input.reason ?? null], id);
    if (claim.state !== "NEW") return claim;
    const leftMinor = refundableMinor(await tx.transaction.findMany({ where: { paymentId } }));
    const amountMinor = input.amount ? BigInt(input.amount.amountMinor) : leftMinor;
    if (order === null || leftMinor === 0n || amountMinor > leftMinor) {
      await withdrawKey(tx, key);
      return { state: "EXCEEDS", left: toMoney(leftMinor, currency) } as const;
    }
    await openTransaction(tx, { id, paymentId, kind: "REFUND", amountMinor, reason: input.reason });
    await appendToOutbox(tx, staffActed, {
      actorId: key.viewerId,
      action: "payment.refund-asked",
      targetId: paymentId,
      before: { refundableMinor: Number(leftMinor), currency },
      after: { refundableMinor: Number(leftMinor - amountMinor), currency },
    });
    return { state: "BEGUN", id } as const;
  }

  async function outcomeOf(payment: Payment, transactionId: string): Promise<PaymentOutcome> {
    const { status } = await db.transaction.findUniqueOrThrow({ where: { id: transactionId } });
    return withErrors(payment, status === "FAILED" ? [refundDeclined()] : []);
  }

  /** The payment as it stands now. */
  async function withErrors(payment: Payment, errors: OrderError[]): Promise<PaymentOutcome> {
    const now = await payments.withOrder(payment.id);
    return errors.length === 0 ? { ok: true, ...now } : { ok: false, ...now, errors };
  }

  return {
    refund: async (viewer, input) => {
      const staff = requireRole(viewer, "STAFF");
      const [order] = await orders.ofPayments(staff, [input.paymentId]);
      const payment = order?.payments.find(({ id }) => id === input.paymentId);
      if (payment === undefined) {
        return { ok: false, payment: null, order: null, errors: [notFound("payment", ["input", "paymentId"])] };
      }
      const errors = checkRefund(input, payment.currency);
      if (errors.length > 0) return withErrors(payment, errors);
      const key: ClientKey = { viewerId: staff.userId, mutation: "refundPayment", key: input.idempotencyKey };
      const begun = await inTransaction(db, (tx) => begin(tx, key, payment, input));
      switch (begun.state) {
        case "REUSED":
          return withErrors(payment, [keyReused(keyPath)]);
        case "EXCEEDS":
          return withErrors(payment, [refundExceedsPayment(begun.left)]);
        case "KNOWN": {
          const { status } = await db.transaction.findUniqueOrThrow({ where: { id: begun.subjectId } });
          const stillRuns = status === "PENDING" && !begun.answered;
          return stillRuns ? withErrors(payment, [keyInProgress(keyPath)]) : outcomeOf(payment, begun.subjectId);
        }
        case "BEGUN":
          if ((await settlement.runById(begun.id)) === null) await markAnswered(db, key);
          return outcomeOf(payment, begun.id);
      }
    },
  };
}

function checkRefund({ amount, reason, idempotencyKey }: RefundInput, currency: string): OrderError[] {
  const errors: OrderError[] = [
    ...checkOptionalText(reason, maxReasonLength, ["input", "reason"]),
    ...checkIdempotencyKey(idempotencyKey, keyPath),
  ];
  if (amount && amount.currency !== currency) errors.push(currencyMismatch(currency, [...amountPath, "currency"]));
  if (amount && amount.amountMinor < 1) {
    errors.push(invalid("Give back at least one minor unit.", [...amountPath, "amountMinor"]));
  }
  return errors;
}

function refundExceedsPayment(left: Money): OrderError {
  const message = `Of this payment ${left.amountMinor} minor units of ${left.currency} can be given back, and no more.`;
  return { code: "REFUND_EXCEEDS_PAYMENT", message, path: amountPath };
}

function refundDeclined(): OrderError {
  const message = "The provider refused the refund: see the transaction's failureCode.";
  return { code: "PAYMENT_DECLINED", message, path: ["input", "paymentId"] };
}
