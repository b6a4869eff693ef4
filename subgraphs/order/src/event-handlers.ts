import { productArchived } from "@shop/event-contracts";
import { handle, type EventHandler } from "@shop/messaging";
import { type UnpaidOrders } from "./unpaid-orders";

/** What is done about others' events. Safe to repeat: it is about the orders that were there before the event. */
export function createEventHandlers({
  unpaidOrders,
}: {
  unpaidOrders: Pick<UnpaidOrders, "withdraw">;
}): EventHandler[] {
  return [handle(productArchived, ({ occurredAt, payload }) => unpaidOrders.withdraw(payload.productId, occurredAt))];
}
