import { createId } from "@shop/ids";
import { type Prisma, type Tx } from "./database";
import { tellOfOrder } from "./events";
import { statusesBefore, type OrderStatus } from "./order-status";
import { type Order } from "./orders";

export interface StatusChange {
  /** Why, for the timeline and the event. */
  readonly note?: string;
  /** Who did it; nobody where the shop did by itself. */
  readonly actorId?: string;
  readonly set?: Prisma.OrderUpdateManyMutationInput;
}

/**
 * Brings an order to a status: the one place where that happens. The UPDATE itself asks for the version that was read
 * and a status from which this one may be reached; the timeline's entry and the event stand with it.
 * @returns the order as it now stands, or null where somebody else changed it meanwhile
 */
export async function advance(
  tx: Tx,
  order: Order,
  status: OrderStatus,
  change: StatusChange = {},
): Promise<Order | null> {
  const at = new Date();
  const [row] = await tx.order.updateManyAndReturn({
    where: { id: order.id, version: order.version, status: { in: statusesBefore(status) } },
    data: {
      attendAt: null,
      expiresAt: null,
      ...change.set,
      status,
      version: { increment: 1 },
      updatedAt: at,
    },
  });
  if (row === undefined) return null;
  const { note = null, actorId = null } = change;
  await tx.timelineEntry.create({ data: { id: createId("otl"), orderId: order.id, at, status, note, actorId } });
  const changed = { ...row, lines: order.lines };
  await tellOfOrder(tx, changed, change.note);
  return changed;
}
