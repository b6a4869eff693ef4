import { type Viewer } from "@shop/auth";
import { type Page } from "@shop/connections";
import { isId } from "@shop/ids";
import { type Database, type Prisma, type Tx } from "./database";
import { type TimelineEntry } from "./generated/prisma/client";
import { type OrderError } from "./order-errors";
import { parseOrderNumber } from "./order-number";
import { type OrderStatus } from "./order-status";
import { isPrintable } from "./text-rules";

export { type TimelineEntry };
/** An order with its lines, as the database holds it. */
export type Order = Prisma.OrderGetPayload<{ include: typeof withLines }>;
export type OrderLine = Order["lines"][number];

export const withLines = { lines: { orderBy: { place: "asc" } } } as const satisfies Prisma.OrderInclude;

/** What came of a change: the order as it stands (null where the viewer has none such), and what kept it from being made. */
export type OrderOutcome =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly order: Order | null; readonly errors: OrderError[] };

export function refused(order: Order | null, ...errors: OrderError[]): OrderOutcome {
  return { ok: false, order, errors };
}

export interface OrderFilter {
  readonly number?: string | null;
  readonly status?: readonly OrderStatus[] | null;
  readonly placedAfter?: Date | null;
  readonly placedBefore?: Date | null;
}

/** Whether somebody may see what belongs to a user: the user and staff may. */
export function maySee(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.role !== "CUSTOMER");
}

/** Makes all that is done to an order and its money wait for each other, until the transaction's end. */
export async function lockOrder(tx: Tx, orderId: string): Promise<Order | null> {
  if (!isId(orderId)) return null;
  await tx.$queryRaw`SELECT 1 FROM orders WHERE id = ${orderId} FOR UPDATE`;
  return tx.order.findUnique({ where: { id: orderId }, include: withLines });
}

/** As `lockOrder`, for an order that is at hand: what can have changed of it since is read anew. */
export async function lockAgain(tx: Tx, order: Order): Promise<Order> {
  const [now] = await tx.$queryRaw<Pick<Order, "status" | "version">[]>`
    SELECT status::text, version FROM orders WHERE id = ${order.id} FOR UPDATE`;
  if (now === undefined) throw new Error(`order ${order.id} is gone`);
  return { ...order, ...now };
}

export interface Orders {
  /** Those of the orders that the viewer may see. */
  byIds(viewer: Viewer | null, ids: readonly string[]): Promise<Order[]>;
  /** Newest first, at most `first + 1`. Those whose stock is not held yet are in no list. @param userId null for everyone's */
  list(userId: string | null, filter: OrderFilter, page: Page<string>): Promise<Order[]>;
  timelinesOf(orderIds: readonly string[]): Promise<TimelineEntry[]>;
}

export function createOrders({ db }: { db: Database }): Orders {
  return {
    byIds: async (viewer, ids) => {
      const found = await db.order.findMany({ where: { id: { in: ids.filter(isId) } }, include: withLines });
      return found.filter((order) => maySee(viewer, order.userId));
    },
    list: async (userId, filter, page) => {
      if (userId !== null && !isPrintable(userId)) return [];
      return db.order.findMany({
        where: {
          ...(userId === null ? {} : { userId }),
          ...(filter.number ? { number: parseOrderNumber(filter.number) } : {}),
          status: { not: "PENDING", ...(filter.status ? { in: [...filter.status] } : {}) },
          placedAt: {
            ...(filter.placedAfter ? { gte: filter.placedAfter } : {}),
            ...(filter.placedBefore ? { lt: filter.placedBefore } : {}),
          },
          ...(page.after === null ? {} : { id: { lt: page.after } }),
        },
        orderBy: { id: "desc" },
        take: page.first + 1,
        include: withLines,
      });
    },
    timelinesOf: (orderIds) =>
      db.timelineEntry.findMany({
        where: { orderId: { in: [...orderIds] } },
        // Two entries of one millisecond stand as the statuses follow each other.
        orderBy: [{ at: "asc" }, { status: "asc" }],
      }),
  };
}
