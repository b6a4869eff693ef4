import { idBoundary } from "@shop/ids";
import { type Prisma } from "./database";
import { parseOrderNumber } from "./order-number";
import { type OrderStatus } from "./order-status";

export interface OrderFilter {
  readonly number?: string | null;
  readonly status?: readonly OrderStatus[] | null;
  readonly placedAfter?: Date | null;
  readonly placedBefore?: Date | null;
}

/**
 * Which orders are in a list; all that is given must hold. Those whose stock is not held yet are in none.
 * @param userId null for everyone's
 * @param after the last order already seen, of which the older ones follow
 */
export function toOrderWhere(
  userId: string | null,
  { number, status, placedAfter, placedBefore }: OrderFilter,
  after: string | null,
): Prisma.OrderWhereInput {
  const ids: Prisma.StringFilter[] = [];
  // An order's id says when it was placed, to the millisecond: the list's own index serves times, too.
  if (placedAfter) ids.push({ gte: idBoundary("ord", placedAfter.getTime()) });
  if (placedBefore) ids.push({ lt: idBoundary("ord", placedBefore.getTime()) });
  if (after !== null) ids.push({ lt: after });
  return {
    ...(userId === null ? {} : { userId }),
    ...(typeof number === "string" ? { number: parseOrderNumber(number) } : {}),
    status: { not: "PENDING", ...(status ? { in: [...status] } : {}) },
    AND: ids.map((id) => ({ id })),
  };
}
