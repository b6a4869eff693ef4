import { type Viewer } from "@shop/auth";
import { isId } from "@shop/ids";
import { inTurn } from "@shop/postgres";
import { type Database } from "./database";
import { type ClientKey, digestOf, findKey, markAnswered } from "./idempotency";
import { notePayment } from "./new-payment";
import {
  invalidTransition,
  keyInProgress,
  keyReused,
  notFound,
  type OrderError,
  paymentPending,
  readStoredErrors,
} from "./order-errors";
import { maySee, type Order, requireRightTo, withLines } from "./orders";
import { type Settlement } from "./settlement";
import { checkIdempotencyKey, checkText } from "./text-rules";
import { type Payment } from "./transactions";

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
// Each try meets another change of the same order; more than a few in a row are a bug.
const maxTries = 10;
const keyPath = ["input", "idempotencyKey"];
const orderPath = ["input", "orderId"];
const tokenPath = ["input", "paymentToken"];

export function createPayments(deps: { db: Database; settlement: Settlement; providerName: string }): Payments {
  const { db, settlement } = deps;

  async function begin(viewer: Viewer, key: ClientKey, input: { orderId: string; paymentToken: string }) {
    const { orderId, paymentToken: token } = input;
    const requestHash = digestOf([orderId, token]);
    for (let tries = 0; tries < maxTries; tries++) {
      const found = await readPayable(orderId);
      if (found === null || !maySee(viewer, found.order.userId)) return refused(null, notFound("order", orderPath));
      const { order, live } = found;
      requireRightTo(viewer, order);
      const errors = [...checkText(token, maxTokenLength, tokenPath), ...checkIdempotencyKey(key.key, keyPath)];
      if (errors.length > 0) return refused(order, ...errors);
      const error = whyNotPayable(order, live);
      if (error === null) {
        const job = await notePayment(db, key, order, { requestHash, token, provider: deps.providerName });
        if (job !== null) return { state: "BEGUN", job } as const;
      }
      const known = await findKey(db, key, requestHash);
      if (known?.state === "REUSED") return refused(order, keyReused(keyPath));
      if (known !== null) return known;
      if (error !== null) return { ...refused(order, error), payment: live };
    }
    throw new Error(`order ${orderId} changes too fast to pay it`);
  }

  /** An order, and that payment of it which may hold money. */
  async function readPayable(orderId: string): Promise<{ order: Order; live: Payment | null } | null> {
    if (!isId(orderId)) return null;
    const found = await db.order.findUnique({
      where: { id: orderId },
      include: { ...withLines, payments: { where: { status: { notIn: ["FAILED", "VOIDED"] } } } },
    });
    if (found === null) return null;
    const { payments, ...order } = found;
    return { order, live: payments[0] ?? null };
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
      const begun = await inTurn(db, () => begin(viewer, key, input));
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
