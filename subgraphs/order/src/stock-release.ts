import { type Logger } from "@shop/telemetry";
import { type Inventory } from "./inventory";
import { type Order } from "./orders";

/**
 * Lets the stock of a cancelled or expired order go at once, where that can be. Product also hears of such an order by its
 * event, so a call that is lost is no loss.
 */
export type ReleaseStock = (order: Order) => Promise<void>;

export function createStockRelease({ inventory, log }: { inventory: Inventory; log: Logger }): ReleaseStock {
  return async (order) => {
    await inventory.release(order.id, order.lines).catch((error: unknown) => {
      log.warn({ err: error, orderId: order.id }, "stock is released by the event, not by the call");
    });
  };
}
