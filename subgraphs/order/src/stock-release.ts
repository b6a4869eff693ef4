import { type Logger } from "@shop/telemetry";
import { type Inventory } from "./inventory";
import { type Order } from "./orders";

/**
 * Lets the stock of an order that is over go at once, where that can be. A call that is lost is no loss: product hears of a
 * cancelled or expired order by its event, too, and what a rejected one holds lapses.
 */
export type ReleaseStock = (order: Order) => Promise<void>;

export function createStockRelease({ inventory, log }: { inventory: Inventory; log: Logger }): ReleaseStock {
  return async (order) => {
    await inventory.release(order.id, order.lines).catch((error: unknown) => {
      log.warn(
        { err: error, orderId: order.id },
        "an order's stock is not released by the call: its event or its time does it",
      );
    });
  };
}
