import { type OrderStatus } from "./generated/prisma/client";

export { type OrderStatus };

const transitions: Record<OrderStatus, readonly OrderStatus[]> = {
  PENDING: ["AWAITING_PAYMENT", "REJECTED"],
  AWAITING_PAYMENT: ["PAID", "CANCELLED", "EXPIRED"],
  PAID: ["SHIPPED", "CANCELLED"],
  SHIPPED: ["DELIVERED"],
  DELIVERED: [],
  CANCELLED: [],
  EXPIRED: [],
  REJECTED: [],
};

export function canBecome(from: OrderStatus, to: OrderStatus): boolean {
  return transitions[from].includes(to);
}

/** The statuses from which an order may come to `to`: what the UPDATE itself asks for. */
export function statusesBefore(to: OrderStatus): OrderStatus[] {
  return (Object.keys(transitions) as OrderStatus[]).filter((from) => canBecome(from, to));
}
