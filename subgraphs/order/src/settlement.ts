import { type Logger } from "@shop/telemetry";
import { type Database } from "./database";
import { withLines } from "./orders";
import { type Job, type OpenJob, type Step } from "./settlement-steps";
import { nextAttemptAt, type Transaction } from "./transactions";
import { UnavailableError } from "./unavailable";

/**
 * Brings payments to rest: authorize → commit the stock → capture, or void where the order is not payable any more or
 * the stock is gone; and refunds. Each step is noted before it is asked for and safe to repeat: whoever comes first, the
 * call itself, the worker or another instance, settles it, once.
 */
export interface Settlement {
  /**
   * Asks, notes the answer and goes on until nothing is left to ask.
   * @returns how the payment then stands; null where that has to be read: somebody else goes on with it, or a worker
   *   will, because a neighbour did not answer or the provider has yet to settle it
   */
  run(job: Job): Promise<Job | null>;
  /** Runs a transaction that is noted already. */
  runById(transactionId: string): Promise<Job | null>;
  /** Takes up what was left behind, a batch at a time. @returns how many */
  resume(): Promise<number>;
  /**
   * Has a transaction taken up at the next turn of the worker: its provider says that it was settled.
   * @returns whether there is anything to take up
   */
  hasten(transactionId: string): Promise<boolean>;
}

const batchSize = 20;

export function createSettlement(deps: {
  db: Database;
  steps: Record<Transaction["kind"], Step>;
  log: Logger;
}): Settlement {
  const { db, steps, log } = deps;

  async function run(first: Job): Promise<Job | null> {
    let job: Job | null = first;
    while (job !== null && hasWork(job)) job = await stepOrLeave(job);
    return job;
  }

  async function stepOrLeave(job: OpenJob): Promise<Job | null> {
    try {
      return await steps[job.transaction.kind](job);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      log.warn({ err: error, transactionId: job.transaction.id }, "a payment's transaction stays PENDING for now");
      return null;
    }
  }

  async function runById(transactionId: string): Promise<Job | null> {
    const found = await db.transaction.findUnique({
      where: { id: transactionId },
      include: {
        payment: { include: { order: { include: withLines }, transactions: { where: { kind: "AUTHORIZE" } } } },
      },
    });
    if (found?.status !== "PENDING") return null;
    const { payment: paymentRow, ...transaction } = found;
    const { order, transactions, ...payment } = paymentRow;
    return run({ transaction, payment, order, authorization: transactions[0]?.reference ?? null });
  }

  /** Its failure must not keep the others of the batch from their turn. */
  async function runAgain(transactionId: string): Promise<void> {
    try {
      await runById(transactionId);
    } catch (error) {
      log.error({ err: error, transactionId }, "a payment's transaction could not be settled: it is tried again");
    }
  }

  return {
    run,
    runById,
    resume: async () => {
      const now = new Date();
      const due = await db.transaction.findMany({
        where: { status: "PENDING", attendAt: { lte: now } },
        orderBy: { attendAt: "asc" },
        take: batchSize,
      });
      const taken = await Promise.all(
        due.map(async ({ id, attempts, attendAt }) => {
          const { count } = await db.transaction.updateMany({
            where: { id, status: "PENDING", attendAt },
            data: { attempts: attempts + 1, attendAt: nextAttemptAt(attempts + 1) },
          });
          return count === 1 ? [id] : [];
        }),
      );
      await Promise.all(taken.flat().map(runAgain));
      return due.length;
    },
    hasten: async (transactionId) => {
      const { count } = await db.transaction.updateMany({
        where: { id: transactionId, status: "PENDING" },
        data: { attendAt: new Date() },
      });
      return count === 1;
    },
  };
}

function hasWork(job: Job): job is OpenJob {
  return job.transaction !== null;
}
