import { type Viewer } from "@shop/auth";
import { createId } from "@shop/ids";
import { inTransaction } from "@shop/postgres";
import { type Database, type Tx } from "./database";
import { claimKey, type ClientKey, markAnswered, withdrawKey } from "./idempotency";
import {
  invalidTransition,
  keyInProgress,
  keyReused,
  notFound,
  type OrderError,
  paymentPending,
  readStoredErrors,
} from "./order-errors";
import { lockOrder, maySee, type Order, withLines } from "./orders";
import { type Settlement } from "./settlement";
import { type Job } from "./settlement-steps";
import { checkIdempotencyKey, checkText } from "./text-rules";
import { openTransaction, type Payment } from "./transactions";

/** What came of a change: payment and order as they stand, as far as the viewer has them, and what kept it from being made. */
export type PaymentOutcome =
  | { readonly ok: true; readonly payment: Payment; readonly order: Order }
  | {
      readonly ok: false;
      readonly payment: Payment | null;
      readonly order: Order | null;
      readonly errors: OrderError[];
    };

export interface Payments {
  /**
   * Pays an order: authorises, makes the stock final, captures. Where the provider has not settled by the end of the
   * call the payment is PENDING, and the worker or a webhook goes on with it.
   */
  pay(
    viewer: Viewer,
    input: { orderId: string; paymentToken: string; idempotencyKey: string },
  ): Promise<PaymentOutcome>;
  /** A payment as it stands, with its order. */
  withOrder(paymentId: string): Promise<{ payment: Payment; order: Order }>;
}

const maxTokenLength = 200;
const keyPath = ["input", "idempotencyKey"];
const orderPath = ["input", "orderId"];
const tokenPath = ["input", "paymentToken"];

export function createPayments(deps: { db: Database; settlement: Settlement; providerName: string }): Payments {
  const { db, settlement } = deps;

  async function begin(tx: Tx, viewer: Viewer, key: ClientKey, input: { orderId: string; paymentToken: string }) {
    const { orderId, paymentToken: token } = input;
    const order = await lockOrder(tx, orderId);
    if (order === null || !maySee(viewer, order.userId)) return refused(null, notFound("order", orderPath));
    const errors = [...checkText(token, maxTokenLength, tokenPath), ...checkIdempotencyKey(key.key, keyPath)];
    if (errors.length > 0) return refused(order, ...errors);
    const id = createId("pay");
    const claim = await claimKey(tx, key, [orderId, token], id);
    if (claim.state === "REUSED") return refused(order, keyReused(keyPath));
    if (claim.state === "KNOWN") return claim;

    const live = await tx.payment.findFirst({ where: { orderId, status: { notIn: ["FAILED", "VOIDED"] } } });
    const error = whyNotPayable(order, live);
    if (error !== null) {
      await withdrawKey(tx, key);
      return { ...refused(order, error), payment: live };
    }
    const { currency, totalMinor: amountMinor } = order;
    if (amountMinor === null) throw new Error(`order ${orderId} awaits its payment and has no total`);
    const payment = await tx.payment.create({
      data: {
        id,
        orderId,
        provider: deps.providerName,
        token,
        amountMinor,
        currency,
        status: "PENDING",
        createdAt: new Date(),
      },
    });
    const transaction = await openTransaction(tx, { paymentId: id, kind: "AUTHORIZE", amountMinor });
    const job: Job = { transaction, payment, order, authorization: null };
    return { state: "BEGUN", job } as const;
  }

  async function withOrder(paymentId: string): Promise<{ payment: Payment; order: Order }> {
    const { order, ...payment } = await db.payment.findUniqueOrThrow({
      where: { id: paymentId },
      include: { order: { include: withLines } },
    });
    return { payment, order };
  }

  return {
    pay: async (viewer, input) => {
      const key: ClientKey = { viewerId: viewer.userId, mutation: "payOrder", key: input.idempotencyKey };
      const begun = await inTransaction(db, (tx) => begin(tx, viewer, key, input));
      if (begun.state === "REFUSED") return begun;
      if (begun.state === "KNOWN") {
        const first = toOutcome(await withOrder(begun.subjectId));
        const stillRuns = isUnsettled(first) && !begun.answered;
        return stillRuns ? { ...first, ok: false, errors: [keyInProgress(keyPath)] } : first;
      }
      const settled = await settlement.run(begun.job);
      const outcome = toOutcome(settled ?? (await withOrder(begun.job.payment.id)));
      if (isUnsettled(outcome)) await markAnswered(db, key);
      return outcome;
    },
    withOrder,
  };
}

function refused(order: Order | null, ...errors: OrderError[]) {
  return { state: "REFUSED", ok: false, payment: null as Payment | null, order, errors } as const;
}

function toOutcome({ payment, order }: { payment: Payment; order: Order }): PaymentOutcome {
  const errors = readStoredErrors(payment.rejection);
  return errors.length === 0 ? { ok: true, payment, order } : { ok: false, payment, order, errors };
}

/** Whether it is not known yet what comes of the payment. */
function isUnsettled({ ok, payment }: PaymentOutcome): boolean {
  return ok && (payment.status === "PENDING" || payment.status === "AUTHORIZED");
}

function whyNotPayable(order: Order, live: Payment | null): OrderError | null {
  if (order.status === "AWAITING_PAYMENT") return live === null ? null : paymentPending(orderPath);
  const isPaid = order.status === "PAID" || order.status === "SHIPPED" || order.status === "DELIVERED";
  if (!isPaid) return invalidTransition(order.status, "paid", orderPath);
  return { code: "ALREADY_PAID", message: "This order is paid already.", path: orderPath };
}
