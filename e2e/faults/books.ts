// The shop's books, each read where it is kept.
import { setTimeout as sleep } from "node:timers/promises";
import { auditMoney, auditStock, type BookedOrder, type BookedProduct, type BookedTransaction } from "./audit";
import { type FaultShop } from "./fault-shop";
import { type Stores } from "./stores";

export interface Books {
  /**
   * Waits until nothing is under way any more.
   * @param beforeEachLook such as moving the clock on, for a test that has no time
   * @returns how long that took, in milliseconds
   * @throws with what still is, when the time is over
   */
  untilAtRest(withinMs: number, beforeEachLook?: () => Promise<void>): Promise<number>;
  /**
   * Holds the books against each other, once they are at rest.
   * @param received units of each product that the staff have counted in so far
   * @returns whatever does not agree; nothing, in a shop that cannot be wrong
   */
  audit(received: ReadonlyMap<string, number>): Promise<string[]>;
}

export function createBooks(shop: Pick<FaultShop, "charges" | "env">, { sql, catalogue }: Stores): Books {
  async function readOrders(): Promise<BookedOrder[]> {
    const { rows } = await sql.query<BookedOrder>(`
      SELECT id, status::text, status = 'AWAITING_PAYMENT' AND expires_at <= now() AS "isOverdue",
             (SELECT json_object_agg(product_id, quantity) FROM order_lines WHERE order_id = orders.id) AS lines,
             (SELECT coalesce(json_agg(json_build_object('id', t.id, 'paymentId', payment_id, 'kind', kind,
                       'status', t.status, 'reference', reference, 'amountMinor', t.amount_minor)), '[]')
                FROM transactions t JOIN payments p ON p.id = payment_id WHERE order_id = orders.id) AS transactions
        FROM orders`);
    return rows;
  }
  const readProducts = () => catalogue.collection<BookedProduct>("products").find().toArray();

  /** Never asked for, and never will be, as its order is over: it fails for good once no call can be under way. */
  async function isForgotten({ status }: BookedOrder, { kind, id }: BookedTransaction): Promise<boolean> {
    if (kind !== "AUTHORIZE" || !["CANCELLED", "EXPIRED"].includes(status)) return false;
    return (await fetch(`${shop.env["PAYMENTS_SANDBOX_URL"] ?? ""}/v1/operations/${id}`)).status === 404;
  }

  async function* unrestOfOrders(orders: readonly BookedOrder[]) {
    for (const order of orders) {
      if (order.status === "PENDING" || order.isOverdue) yield `order ${order.id} is ${order.status}`;
      for (const transaction of order.transactions) {
        if (transaction.status !== "PENDING" || (await isForgotten(order, transaction))) continue;
        yield `${transaction.kind} ${transaction.id} of ${order.status} order ${order.id} is pending`;
      }
    }
    const { rows } = await sql.query("SELECT type FROM outbox WHERE published_at IS NULL");
    if (rows.length > 0) yield `${rows.length} events wait in the outbox`;
  }

  function* unrestOfStock(orders: readonly BookedOrder[], products: readonly BookedProduct[]) {
    const statuses = new Map(orders.map(({ id, status }) => [id, status]));
    for (const { _id, holds, outbox } of products) {
      if (outbox.length > 0) yield `${outbox.length} events wait in product ${_id}`;
      for (const { orderId, state } of holds) {
        const status = statuses.get(orderId) ?? "";
        const awaitsRelease = ["CANCELLED", "EXPIRED"].includes(status) && ["HELD", "COMMITTED"].includes(state);
        const awaitsSettling = ["SHIPPED", "DELIVERED"].includes(status) && state === "COMMITTED";
        if (awaitsRelease || awaitsSettling) yield `${_id} is ${state} for ${status} order ${orderId}`;
      }
    }
  }

  async function readUnrest(): Promise<string[]> {
    const orders = await readOrders();
    const found = [...unrestOfStock(orders, await readProducts())];
    for await (const one of unrestOfOrders(orders)) found.push(one);
    return found;
  }

  return {
    untilAtRest: async (withinMs, beforeEachLook) => {
      const startedAt = Date.now();
      for (;;) {
        await beforeEachLook?.();
        const unrest = await readUnrest();
        const tookMs = Date.now() - startedAt;
        if (unrest.length === 0) return tookMs;
        if (tookMs > withinMs) throw new Error(`not at rest after ${tookMs} ms:\n${unrest.join("\n")}`);
        await sleep(250);
      }
    },
    audit: async (received) => {
      const orders = await readOrders();
      const products = await readProducts();
      return [...auditStock(orders, products, received), ...auditMoney(orders, await shop.charges())];
    },
  };
}
