import { inTransaction, inTurn } from "@shop/postgres";
import { type Logger } from "@shop/telemetry";
import { type Database, type Prisma, type Tx } from "./database";
import { tellOfPayment } from "./events";
import { type Inventory, shortageErrors } from "./inventory";
import { toMoney } from "./money";
import { advance } from "./order-changes";
import { invalidTransition, type OrderError, paymentDeclined } from "./order-errors";
import { type Order } from "./orders";
import { type PaymentProvider, type ProviderOutcome } from "./payment-provider";
import {
  beginCapture,
  openTransaction,
  type Payment,
  refreshPayment,
  type SettledOutcome,
  settleTransaction,
  type Transaction,
} from "./transactions";

/** A payment on its way, with all that it takes to go on. */
export interface Job {
  /** What is to be settled; null where nothing is. */
  readonly transaction: Transaction | null;
  readonly payment: Payment;
  readonly order: Order;
  /** The provider's reference of the payment's authorization, once there is one. */
  readonly authorization: string | null;
}

/** A job that has something to settle. */
export type OpenJob = Job & { readonly transaction: Transaction };

/**
 * Asks for what a transaction is about and notes the answer.
 * @returns how the payment then stands and what is to be settled next; null where the provider has yet to settle it, or
 *   somebody else has noted the answer
 */
export type Step = (job: OpenJob) => Promise<Job | null>;

// No request of ours is under way for longer: what the provider does not know of by then will never be.
const abandonAfterMs = 10 * 60_000;
const toOrderId = ["input", "orderId"];

/** How each kind of transaction is settled. Every step may run twice, and at the same time: one notes the outcome. */
export function createSettlementSteps(deps: {
  db: Database;
  inventory: Inventory;
  provider: PaymentProvider;
  log: Logger;
}): Record<Transaction["kind"], Step> {
  const { db, inventory, provider, log } = deps;

  /** Notes an outcome under the order's lock, together with what follows from it, unless somebody has noted it before. */
  async function note(
    job: OpenJob,
    outcome: ProviderOutcome | SettledOutcome,
    follow: (tx: Tx, job: OpenJob, outcome: SettledOutcome) => Promise<Job>,
  ): Promise<Job | null> {
    if (outcome.status === "PENDING") return null;
    if (outcome.status === "UNKNOWN") {
      const transactionId = job.transaction.id;
      log.warn(
        { err: outcome.cause, transactionId },
        "the provider gave no answer: a transaction stays PENDING for now",
      );
      return null;
    }
    return inTransaction(db, async (tx) => {
      const order = await settleTransaction(tx, job.transaction.id, job.order, outcome);
      return order === null ? null : follow(tx, { ...job, order }, outcome);
    });
  }

  /** The payment comes to nothing. */
  async function fail(tx: Tx, job: Job, failureCode: string, errors: OrderError[]): Promise<Job> {
    const rejection = errors as unknown as Prisma.InputJsonArray;
    const payment = await refreshPayment(tx, job.payment.id, { token: null, rejection });
    await tellOfPayment(tx, "failed", payment, job.order.userId, { amountMinor: payment.amountMinor, failureCode });
    return { ...job, payment, transaction: null };
  }

  /** The payment comes to nothing, and the money that it holds goes back. */
  async function giveBack(tx: Tx, job: Job, failureCode: string, errors: OrderError[]): Promise<Job> {
    const { id: paymentId, amountMinor } = job.payment;
    const transaction = await openTransaction(tx, { paymentId, kind: "VOID", amountMinor });
    return { ...(await fail(tx, job, failureCode, errors)), transaction };
  }

  /** The operation as it stands; begun only for an order that can be paid, and safe to begin again with the same key. */
  async function askForAuthorization({
    transaction,
    payment,
    order,
  }: OpenJob): Promise<ProviderOutcome | SettledOutcome | null> {
    const { id: key, attempts, createdAt } = transaction;
    const amount = toMoney(payment.amountMinor, payment.currency);
    const known = attempts === 0 ? null : await provider.find({ key, amount });
    if (known !== null) return known;
    if (order.status === "AWAITING_PAYMENT" && payment.token !== null) {
      return provider.authorize({ key, amount, token: payment.token });
    }
    const abandoned = createdAt.getTime() + abandonAfterMs < Date.now();
    return abandoned ? { status: "FAILED", failureCode: "abandoned" } : null;
  }

  return {
    AUTHORIZE: async (job) => {
      const outcome = await askForAuthorization(job);
      if (outcome === null) return null;
      if (outcome.status === "SUCCEEDED") {
        const begun = await inTurn(db, () => beginCapture(db, job, outcome.reference));
        if (begun !== null) return { ...job, ...begun, authorization: outcome.reference };
      }
      return note(job, outcome, (tx, now, settled) => {
        if (settled.status === "FAILED") return fail(tx, now, settled.failureCode, [paymentDeclined()]);
        const error = invalidTransition(now.order.status, "paid", toOrderId);
        return giveBack(tx, { ...now, authorization: settled.reference }, "order_not_payable", [error]);
      });
    },
    CAPTURE: async (job) => {
      const { transaction, order } = job;
      const committed = await inventory.commit(order.id, order.lines);
      if (!committed.ok) {
        const failureCode = "stock_unavailable";
        const errors = shortageErrors(committed.shortages, order.lines).map((error) => ({ ...error, path: toOrderId }));
        return note(job, { status: "FAILED", failureCode }, (tx, now) => giveBack(tx, now, failureCode, errors));
      }
      const outcome = await provider.capture({ key: transaction.id, authorization: authorizationOf(job) });
      if (outcome.status === "FAILED") {
        // The order keeps its stock for another payment, and lets it go when it is cancelled or expires.
        return note(job, outcome, (tx, now) => giveBack(tx, now, outcome.failureCode, [paymentDeclined()]));
      }
      return note(job, outcome, async (tx, now) => {
        const payment = await refreshPayment(tx, now.payment.id);
        const paid = await advance(tx, now.order, "PAID", { actorId: now.order.userId });
        if (paid === null) throw new Error(`order ${order.id} was changed while its payment was being captured`);
        await tellOfPayment(tx, "captured", payment, paid.userId, { amountMinor: payment.amountMinor });
        return { ...now, payment, order: paid, transaction: null };
      });
    },
    VOID: async (job) => {
      const { id: paymentId, amountMinor } = job.payment;
      const outcome = await provider.void({ key: job.transaction.id, authorization: authorizationOf(job) });
      // A capture that was given up and came through: it ran twice at once, with different answers about the stock.
      const wasTaken = outcome.status === "FAILED" && outcome.failureCode === "already_captured";
      if (outcome.status === "FAILED") log.error({ paymentId, outcome, wasTaken }, "held money was not let go");
      return note(job, outcome, async (tx, now) => {
        const payment = await refreshPayment(tx, paymentId);
        if (!wasTaken) return { ...now, payment, transaction: null };
        const reason = "It was taken although its order could not be paid.";
        return {
          ...now,
          payment,
          transaction: await openTransaction(tx, { paymentId, kind: "REFUND", amountMinor, reason }),
        };
      });
    },
    REFUND: async (job) => {
      const { id: key, amountMinor } = job.transaction;
      const amount = toMoney(amountMinor, job.payment.currency);
      const outcome = await provider.refund({ key, authorization: authorizationOf(job), amount });
      if (outcome.status === "FAILED") log.error({ paymentId: job.payment.id, outcome }, "a refund was refused");
      return note(job, outcome, async (tx, now) => {
        const payment = await refreshPayment(tx, now.payment.id);
        if (outcome.status === "SUCCEEDED") {
          await tellOfPayment(tx, "refunded", payment, now.order.userId, { amountMinor });
        }
        return { ...now, payment, transaction: null };
      });
    },
  };
}

function authorizationOf({ payment, authorization }: Job): string {
  if (authorization === null) throw new Error(`payment ${payment.id} has no authorization to go by`);
  return authorization;
}
