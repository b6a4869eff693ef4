import { parsePage, toConnection, type Connection } from "@shop/connections";
import { isId } from "@shop/ids";
import { z } from "zod";
import { type OrderFilter } from "../order-filter";
import { type Extent, type Order, type Orders } from "../orders";

const cursor = z.string().startsWith("ord_").refine(isId);

/** A page of orders, newest first. @param userId null for everyone's */
export async function listOrders(
  orders: Orders,
  userId: string | null,
  filter: OrderFilter,
  args: { first?: number | null; after?: string | null },
  extent: Extent,
): Promise<Connection<Order>> {
  const page = parsePage(args, cursor);
  return toConnection(await orders.list(userId, filter, page, extent), page, ({ id }) => id);
}
