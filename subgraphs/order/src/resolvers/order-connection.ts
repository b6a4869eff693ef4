import { parsePage, toConnection, type Connection } from "@shop/connections";
import { isId } from "@shop/ids";
import { z } from "zod";
import { type Order, type OrderFilter, type Orders } from "../orders";

const cursor = z.string().refine(isId);

/** A page of orders, newest first. @param userId null for everyone's */
export async function listOrders(
  orders: Orders,
  userId: string | null,
  filter: OrderFilter,
  args: { first?: number | null; after?: string | null },
): Promise<Connection<Order>> {
  const page = parsePage(args, cursor);
  return toConnection(await orders.list(userId, filter, page), page, ({ id }) => id);
}
