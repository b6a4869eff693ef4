import { inTransaction } from "@shop/postgres";
import { type Database } from "./database";
import { advance, type StatusChange } from "./order-changes";
import { lockOrder } from "./orders";
import { type ReleaseStock } from "./stock-release";
import { isBeingCaptured } from "./transactions";

/** Orders that nobody has paid, and their stock, which others wait for. Money that still comes for one goes back by itself. */
export interface UnpaidOrders {
  /** Lets go of orders that were not paid in time, a batch at a time. @returns how many */
  expire(): Promise<number>;
  /** Calls off the orders of a product that is not sold any more. @param before those placed by then */
  withdraw(productId: string, before: Date): Promise<void>;
  /** Calls off one whose customer is gone. @returns whether it was; it is not while its money is being taken */
  abandon(id: string): Promise<boolean>;
}

const batchSize = 20;

export function createUnpaidOrders({ db, release }: { db: Database; release: ReleaseStock }): UnpaidOrders {
  /** Ends an order, unless it is paid or about to be: once its money is being taken it can be nothing else. */
  async function end(id: string, status: "EXPIRED" | "CANCELLED", change?: StatusChange): Promise<boolean> {
    const ended = await inTransaction(db, async (tx) => {
      const order = await lockOrder(tx, id);
      if (order?.status !== "AWAITING_PAYMENT" || (await isBeingCaptured(tx, id))) return null;
      return advance(tx, order, status, change);
    });
    if (ended !== null) await release(ended);
    return ended !== null;
  }

  return {
    expire: async () => {
      const due = await db.order.findMany({
        where: {
          status: "AWAITING_PAYMENT",
          expiresAt: { lte: new Date() },
          payments: { none: { transactions: { some: { kind: "CAPTURE", status: "PENDING" } } } },
        },
        orderBy: { expiresAt: "asc" },
        take: batchSize,
        select: { id: true },
      });
      await Promise.all(due.map(({ id }) => end(id, "EXPIRED")));
      return due.length;
    },
    abandon: (id) => end(id, "CANCELLED", { note: "The customer's account was deleted." }),
    withdraw: async (productId, before) => {
      const note = "A product of this order is not sold any more.";
      let after = "";
      for (;;) {
        const found = await db.order.findMany({
          where: {
            id: { gt: after },
            status: "AWAITING_PAYMENT",
            placedAt: { lt: before },
            lines: { some: { productId } },
          },
          orderBy: { id: "asc" },
          take: batchSize,
          select: { id: true },
        });
        await Promise.all(found.map(({ id }) => end(id, "CANCELLED", { note })));
        const last = found.at(-1);
        if (last === undefined) return;
        after = last.id;
      }
    },
  };
}
