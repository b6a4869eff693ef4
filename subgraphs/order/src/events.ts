import {
  type EventDefinition,
  orderCancelled,
  orderDelivered,
  orderExpired,
  orderPaid,
  orderPlaced,
  orderRejected,
  orderShipped,
  type OrderSnapshot,
  paymentCaptured,
  paymentFailed,
  paymentRefunded,
  staffActed,
} from "@shop/event-contracts";
import { appendToOutbox } from "@shop/messaging";
import { type Tx } from "./database";
import { type Payment } from "./generated/prisma/client";
import { toMoney } from "./money";
import { type OrderStatus } from "./order-status";
import { type Order } from "./orders";

/** What is published when an order comes to a status; PENDING is nobody's business yet. */
const published: Record<Exclude<OrderStatus, "PENDING">, EventDefinition<OrderSnapshot>> = {
  AWAITING_PAYMENT: orderPlaced,
  REJECTED: orderRejected,
  PAID: orderPaid,
  SHIPPED: orderShipped,
  DELIVERED: orderDelivered,
  CANCELLED: orderCancelled,
  EXPIRED: orderExpired,
};

/** Tells of an order's new status, in the transaction of the change. @param reason where somebody gave one */
export async function tellOfOrder(tx: Tx, order: Order, reason: string | undefined): Promise<void> {
  if (order.status === "PENDING") return;
  await appendToOutbox(tx, published[order.status], {
    orderId: order.id,
    number: order.number,
    userId: order.userId,
    status: order.status,
    total: order.totalMinor === null ? undefined : toMoney(order.totalMinor, order.currency),
    lines: order.lines.map(({ productId, name, quantity }) => ({ productId, name: name ?? undefined, quantity })),
    trackingNumber: order.trackingNumber ?? undefined,
    reason,
  });
}

/** What staff alone bring an order to, their own included. */
const staffStatuses: ReadonlySet<OrderStatus> = new Set(["SHIPPED", "DELIVERED"]);

/** Tells who of the staff brought an order where it is, in the transaction of the change; what customers do is their own. */
export async function tellOfStaff(tx: Tx, actorId: string, before: Order, status: OrderStatus): Promise<void> {
  if (actorId === before.userId && !staffStatuses.has(status)) return;
  await appendToOutbox(tx, staffActed, {
    actorId,
    action: `order.${status.toLowerCase()}`,
    targetId: before.id,
    before: { status: before.status },
    after: { status },
  });
}

const paymentEvents = { captured: paymentCaptured, failed: paymentFailed, refunded: paymentRefunded };

/** Tells of money that moved or was refused, in the transaction that notes it, under the order's lock. */
export async function tellOfPayment(
  tx: Tx,
  what: keyof typeof paymentEvents,
  payment: Payment,
  userId: string,
  change: { amountMinor: bigint; failureCode?: string },
): Promise<void> {
  await appendToOutbox(tx, paymentEvents[what], {
    paymentId: payment.id,
    orderId: payment.orderId,
    userId,
    amount: toMoney(change.amountMinor, payment.currency),
    failureCode: change.failureCode,
  });
}
