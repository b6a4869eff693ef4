// The shop's three books, each read where it is kept: orders and payments, stock, and the provider's money.
import { setTimeout as sleep } from "node:timers/promises";
import { type Charge, type FaultShop } from "./fault-shop";
import { type Stores } from "./stores";

interface BookedTransaction {
  readonly id: string;
  readonly kind: "AUTHORIZE" | "CAPTURE" | "VOID" | "REFUND";
  readonly status: "PENDING" | "SUCCEEDED" | "FAILED";
  readonly amountMinor: number;
  readonly reference: string | null;
}

interface BookedOrder {
  readonly id: string;
  readonly status: string;
  readonly isOverdue: boolean;
  /** Quantities by product. */
  readonly lines: Readonly<Record<string, number>>;
  readonly transactions: readonly BookedTransaction[];
}

interface BookedProduct {
  readonly _id: string;
  readonly available: number;
  readonly stock: number;
  readonly holds: readonly { readonly orderId: string; readonly quantity: number; readonly state: string }[];
  readonly outbox: readonly unknown[];
}

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

const soldStatuses = ["PAID", "SHIPPED", "DELIVERED"];
const overStatuses = ["CANCELLED", "EXPIRED", "REJECTED"];

export function createBooks(shop: Pick<FaultShop, "charges" | "env">, { sql, catalogue }: Stores): Books {
  async function readOrders(): Promise<BookedOrder[]> {
    const { rows } = await sql.query<BookedOrder>(`
      SELECT id, status::text, status = 'AWAITING_PAYMENT' AND expires_at <= now() AS "isOverdue",
             (SELECT json_object_agg(product_id, quantity) FROM order_lines WHERE order_id = orders.id) AS lines,
             (SELECT coalesce(json_agg(json_build_object('id', t.id, 'kind', kind, 'status', t.status, 'reference',
                                                         reference, 'amountMinor', t.amount_minor)), '[]')
                FROM transactions t JOIN payments p ON p.id = payment_id WHERE order_id = orders.id) AS transactions
        FROM orders`);
    return rows;
  }
  const readProducts = () => catalogue.collection<BookedProduct>("products").find().toArray();

  /** Never asked for, and never will be, as its order is over: it fails for good once no call can be under way. */
  async function isForgotten({ status }: BookedOrder, { kind, id }: BookedTransaction): Promise<boolean> {
    if (kind !== "AUTHORIZE" || !overStatuses.includes(status)) return false;
    return (await fetch(`${shop.env["PAYMENTS_SANDBOX_URL"] ?? ""}/v1/operations/${id}`)).status === 404;
  }

  async function unrest(): Promise<string[]> {
    const found: string[] = [];
    const orders = await readOrders();
    for (const order of orders) {
      if (order.status === "PENDING" || order.isOverdue) found.push(`order ${order.id} is ${order.status}`);
      for (const transaction of order.transactions) {
        if (transaction.status !== "PENDING" || (await isForgotten(order, transaction))) continue;
        found.push(`${transaction.kind} ${transaction.id} of ${order.status} order ${order.id} is pending`);
      }
    }
    const statuses = new Map(orders.map(({ id, status }) => [id, status]));
    for (const { _id, holds, outbox } of await readProducts()) {
      if (outbox.length > 0) found.push(`${outbox.length} events wait in product ${_id}`);
      for (const { orderId, state } of holds) {
        const status = statuses.get(orderId) ?? "";
        const awaitsRelease = ["CANCELLED", "EXPIRED"].includes(status) && (state === "HELD" || state === "COMMITTED");
        const awaitsSettling = ["SHIPPED", "DELIVERED"].includes(status) && state === "COMMITTED";
        if (awaitsRelease || awaitsSettling) found.push(`${_id} is ${state} for ${status} order ${orderId}`);
      }
    }
    const { rowCount } = await sql.query("SELECT 1 FROM outbox WHERE published_at IS NULL");
    if (rowCount !== 0) found.push(`${rowCount ?? 0} events wait in the outbox`);
    return found;
  }

  function* auditStock(products: BookedProduct[], orders: BookedOrder[], received: ReadonlyMap<string, number>) {
    const byId = new Map(orders.map((order) => [order.id, order]));
    for (const { _id, available, stock, holds } of products) {
      const reserved = sum(holds.filter(({ state }) => state === "HELD").map(({ quantity }) => quantity));
      const sold = sum(orders.map(({ status, lines }) => (soldStatuses.includes(status) ? (lines[_id] ?? 0) : 0)));
      // What an unpaid order has made final on its way to a payment that came to nothing is its own until it is over.
      const kept = sum(
        holds
          .filter(({ orderId, state }) => state === "COMMITTED" && byId.get(orderId)?.status === "AWAITING_PAYMENT")
          .map(({ quantity }) => quantity),
      );
      const all = received.get(_id);
      if (available < 0) yield `${available} of ${_id} are available`;
      if (available + reserved + kept + sold !== all) {
        yield `of ${_id} ${available} available + ${reserved + kept} reserved + ${sold} sold is not ${all ?? 0} received`;
      }
      if (stock !== available + reserved) yield `of ${_id} ${stock} are on the shelf, not ${available} + ${reserved}`;
      for (const { orderId, state } of holds) {
        const status = byId.get(orderId)?.status ?? "no";
        if (state === "COMMITTED" && !soldStatuses.includes(status) && status !== "AWAITING_PAYMENT") {
          yield `${_id} is final for ${status} order ${orderId}`;
        }
      }
    }
    for (const { id, status, lines } of orders) {
      if (!soldStatuses.includes(status)) continue;
      for (const [productId, quantity] of Object.entries(lines)) {
        const hold = products.find(({ _id }) => _id === productId)?.holds.find(({ orderId }) => orderId === id);
        const isFinal = hold?.quantity === quantity && ["COMMITTED", "SETTLED"].includes(hold.state);
        if (!isFinal) yield `${status} order ${id} has ${hold?.state ?? "nothing"} of ${productId}`;
      }
    }
  }

  function* auditMoney(orders: BookedOrder[], charges: Charge[]) {
    const byReference = new Map(charges.map((charge) => [charge.id, charge]));
    const known = new Set<string>();
    for (const { id, status, transactions } of orders) {
      const booked = (kind: string): number =>
        sum(
          transactions
            .filter((one) => one.kind === kind && one.status === "SUCCEEDED")
            .map(({ amountMinor }) => amountMinor),
        );
      const ours = transactions.flatMap(({ kind, reference }) => {
        const charge = kind === "AUTHORIZE" ? byReference.get(reference ?? "") : undefined;
        if (charge !== undefined) known.add(charge.id);
        return charge ?? [];
      });
      const paid = booked("CAPTURE") - booked("REFUND");
      const held = sum(ours.map(netOf));
      if (paid !== held) yield `of order ${id} ${paid} is paid, and the provider holds ${held}`;
      if (ours.filter(({ state }) => state === "captured").length > 1) yield `order ${id} was charged twice`;
      if (ours.some(({ state }) => state === "authorized")) yield `money is still held for ${status} order ${id}`;
      if (!soldStatuses.includes(status) && paid !== 0) yield `${status} order ${id} has ${paid}`;
      if (soldStatuses.includes(status) && booked("CAPTURE") === 0) yield `${status} order ${id} was never paid`;
    }
    for (const charge of charges) {
      const isOurs = known.has(charge.id) || charge.state === "declined";
      if (!isOurs) yield `charge ${charge.id} is ${charge.state}, and in no book of ours`;
    }
  }

  return {
    untilAtRest: async (withinMs, beforeEachLook) => {
      const startedAt = Date.now();
      for (;;) {
        await beforeEachLook?.();
        const found = await unrest();
        const tookMs = Date.now() - startedAt;
        if (found.length === 0) return tookMs;
        if (tookMs > withinMs) throw new Error(`not at rest after ${tookMs} ms:\n${found.join("\n")}`);
        await sleep(250);
      }
    },
    audit: async (received) => {
      const orders = await readOrders();
      const products = await readProducts();
      return [...auditStock(products, orders, received), ...auditMoney(orders, await shop.charges())];
    },
  };
}

function netOf({ state, amountMinor, refundedMinor }: Charge): number {
  return state === "captured" ? amountMinor - refundedMinor : 0;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
