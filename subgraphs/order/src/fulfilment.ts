import { requireRole, type Viewer } from "@shop/auth";
import { inTransaction } from "@shop/postgres";
import { type Database } from "./database";
import { advance } from "./order-changes";
import { invalidTransition, notFound, type OrderError } from "./order-errors";
import { canBecome } from "./order-status";
import { lockOrder, type OrderOutcome, refused } from "./orders";
import { checkOptionalText } from "./text-rules";

/** What staff do to a paid order; a repeat succeeds and changes nothing. @throws (each) UNAUTHENTICATED or FORBIDDEN unless STAFF asks */
export interface Fulfilment {
  ship(viewer: Viewer | null, id: string, trackingNumber: string | null): Promise<OrderOutcome>;
  deliver(viewer: Viewer | null, id: string): Promise<OrderOutcome>;
}

const maxTrackingLength = 100;

export function createFulfilment({ db }: { db: Database }): Fulfilment {
  function bring(
    id: string,
    status: "SHIPPED" | "DELIVERED",
    change: { actorId: string; set?: { trackingNumber: string | null } },
    errors: OrderError[] = [],
  ): Promise<OrderOutcome> {
    return inTransaction(db, async (tx) => {
      const order = await lockOrder(tx, id);
      if (order === null) return refused(null, notFound("order", ["id"]));
      if (errors.length > 0) return refused(order, ...errors);
      if (order.status === status) return { ok: true, order };
      if (!canBecome(order.status, status)) {
        return refused(order, invalidTransition(order.status, status.toLowerCase(), ["id"]));
      }
      const changed = await advance(tx, order, status, change);
      if (changed === null) throw new Error(`order ${id} changed under its lock`);
      return { ok: true, order: changed };
    });
  }

  return {
    ship: async (viewer, id, trackingNumber) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const errors = checkOptionalText(trackingNumber, maxTrackingLength, ["trackingNumber"]);
      return bring(id, "SHIPPED", { actorId, set: { trackingNumber } }, errors);
    },
    deliver: async (viewer, id) => bring(id, "DELIVERED", { actorId: requireRole(viewer, "STAFF").userId }),
  };
}
