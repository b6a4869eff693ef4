import { createId } from "@shop/ids";
import { type Tx } from "./database";
import { tellOfOrder, tellOfStaff } from "./events";
import { statusesBefore, type OrderStatus } from "./order-status";
import { type Order } from "./orders";

export interface StatusChange {
  /** Why, for the timeline and the event. */
  readonly note?: string;
  /** Who did it; nobody where the shop did by itself. */
  readonly actorId?: string;
  readonly set?: Partial<Pick<Order, "totalMinor" | "expiresAt" | "rejection" | "trackingNumber">>;
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
  const { note = null, actorId = null, set = {} } = change;
  const { totalMinor = null, expiresAt = null, rejection = null, trackingNumber = null } = set;
  // One statement, as every checkout comes through here several times: Prisma would take two, and read the order anew.
  const changed = await tx.$executeRaw`
    WITH changed AS (
      UPDATE orders
         SET status = ${status}::order_status, version = version + 1, updated_at = ${at},
             attend_at = NULL, expires_at = ${expiresAt}, total_minor = coalesce(${totalMinor}, total_minor),
             rejection = coalesce(${rejection && JSON.stringify(rejection)}::jsonb, rejection),
             tracking_number = coalesce(${trackingNumber}, tracking_number)
       WHERE id = ${order.id} AND version = ${order.version} AND status = ANY(${statusesBefore(status)}::order_status[])
      RETURNING id, status)
    INSERT INTO order_timeline (id, order_id, at, status, note, actor_id)
    SELECT ${createId("otl")}, id, ${at}::timestamptz, status, ${note}, ${actorId} FROM changed`;
  if (changed === 0) return null;
  const now = { ...order, expiresAt, attendAt: null, ...set, status, version: order.version + 1, updatedAt: at };
  await tellOfOrder(tx, now, change.note);
  if (actorId !== null) await tellOfStaff(tx, actorId, order, status);
  return now;
}
