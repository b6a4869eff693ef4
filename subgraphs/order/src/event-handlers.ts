import { productArchived, userDeleted } from "@shop/event-contracts";
import { handle, type EventHandler } from "@shop/messaging";
import { type Departures } from "./departures";
import { type UnpaidOrders } from "./unpaid-orders";

/** What is done about others' events. Safe to repeat: it is about what was there before the event, or ends by itself. */
export function createEventHandlers(deps: {
  unpaidOrders: Pick<UnpaidOrders, "withdraw">;
  departures: Pick<Departures, "note">;
}): EventHandler[] {
  const { unpaidOrders, departures } = deps;
  return [
    handle(productArchived, ({ occurredAt, payload }) => unpaidOrders.withdraw(payload.productId, occurredAt)),
    handle(userDeleted, ({ payload }) => departures.note(payload.userId)),
  ];
}
