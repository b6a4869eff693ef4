// The shop's three books held against each other: orders and payments, stock, and the provider's money.
import { type Charge } from "./fault-shop";

export interface BookedTransaction {
  readonly id: string;
  readonly paymentId: string;
  readonly kind: "AUTHORIZE" | "CAPTURE" | "VOID" | "REFUND";
  readonly status: "PENDING" | "SUCCEEDED" | "FAILED";
  readonly amountMinor: number;
  readonly reference: string | null;
}

export interface BookedOrder {
  readonly id: string;
  readonly status: string;
  /** Unpaid, and its time is over. */
  readonly isOverdue: boolean;
  /** Quantities by product. */
  readonly lines: Readonly<Record<string, number>>;
  readonly transactions: readonly BookedTransaction[];
}

export interface BookedProduct {
  readonly _id: string;
  readonly available: number;
  readonly stock: number;
  readonly holds: readonly { readonly orderId: string; readonly quantity: number; readonly state: string }[];
  readonly outbox: readonly unknown[];
}

const soldStatuses = ["PAID", "SHIPPED", "DELIVERED"];

/**
 * Available + reserved + sold = received, product by product, and every sold order has its stock.
 * @param received units of each product that were counted in
 */
export function* auditStock(
  orders: readonly BookedOrder[],
  products: readonly BookedProduct[],
  received: ReadonlyMap<string, number>,
): Generator<string> {
  const statuses = new Map(orders.map(({ id, status }) => [id, status]));
  for (const { _id, available, stock, holds } of products) {
    const held = sum(holds.filter(({ state }) => state === "HELD").map(({ quantity }) => quantity));
    // Final, and its payment came to nothing: it is that order's until it is paid after all, cancelled or expired.
    const kept = holds.filter(
      ({ state, orderId }) => state === "COMMITTED" && statuses.get(orderId) === "AWAITING_PAYMENT",
    );
    const reserved = held + sum(kept.map(({ quantity }) => quantity));
    const sold = sum(orders.map(({ status, lines }) => (soldStatuses.includes(status) ? (lines[_id] ?? 0) : 0)));
    const all = received.get(_id) ?? 0;
    if (available < 0) yield `${available} of ${_id} are available`;
    if (available + reserved + sold !== all) {
      yield `of ${_id} ${available} available + ${reserved} reserved + ${sold} sold is not ${all} received`;
    }
    if (stock !== available + held) yield `of ${_id} ${stock} are on the shelf, not ${available} + ${held}`;
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

/** Paid − refunded = what the provider holds, order by order, and nobody else's money is there. */
export function* auditMoney(orders: readonly BookedOrder[], charges: readonly Charge[]): Generator<string> {
  const byReference = new Map(charges.map((charge) => [charge.id, charge]));
  const known = new Set<string>();
  for (const { id, status, transactions } of orders) {
    const ours = transactions.flatMap(({ kind, reference }) => {
      const charge = kind === "AUTHORIZE" ? byReference.get(reference ?? "") : undefined;
      if (charge !== undefined) known.add(charge.id);
      return charge ?? [];
    });
    const captures = transactions.filter((one) => one.kind === "CAPTURE" && one.status === "SUCCEEDED");
    const paid = sum(captures.map((capture) => leftOf(capture, transactions)));
    const provided = sum(ours.map(providedBy));
    if (paid !== provided) yield `of order ${id} ${paid} is paid, and the provider holds ${provided}`;
    if (ours.filter(({ state }) => state === "captured").length > 1) yield `order ${id} was charged twice`;
    if (ours.some(({ state }) => state === "authorized")) yield `money is still held for ${status} order ${id}`;
    const isSold = soldStatuses.includes(status);
    if (isSold && captures.length === 0) yield `${status} order ${id} was never paid`;
    if (!isSold && paid !== 0) yield `${paid} is paid for ${status} order ${id}`;
  }
  for (const { id, state } of charges) {
    if (!known.has(id) && state !== "declined") yield `charge ${id} is ${state}, and in no book of ours`;
  }
}

function leftOf(capture: BookedTransaction, transactions: readonly BookedTransaction[]): number {
  const refunds = transactions.filter(
    ({ kind, status, paymentId }) => kind === "REFUND" && status === "SUCCEEDED" && paymentId === capture.paymentId,
  );
  return capture.amountMinor - sum(refunds.map(({ amountMinor }) => amountMinor));
}

function providedBy({ state, amountMinor, refundedMinor }: Charge): number {
  return state === "captured" ? amountMinor - refundedMinor : 0;
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
