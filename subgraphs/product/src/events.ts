import { orderCancelled, orderExpired, orderShipped } from "@shop/event-contracts";
import { handle, type EventHandler } from "@shop/messaging";
import { type Inventory } from "./inventory";

/**
 * What is done about an order's events. Each is safe to repeat: what an order has of a product says whether it was done.
 * The order service releases by RPC as well; these are for the calls that were lost.
 */
export function createEventHandlers({
  inventory,
}: {
  inventory: Pick<Inventory, "release" | "settle">;
}): EventHandler[] {
  return [
    handle(orderCancelled, ({ payload }) => inventory.release(payload.orderId, payload.lines)),
    handle(orderExpired, ({ payload }) => inventory.release(payload.orderId, payload.lines)),
    handle(orderShipped, ({ payload }) => inventory.settle(payload.orderId, payload.lines)),
  ];
}
