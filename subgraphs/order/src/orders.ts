import { requireRole, type Viewer } from "@shop/auth";
import { type Page } from "@shop/connections";
import { isId } from "@shop/ids";
import { type Database, type Prisma, type Tx } from "./database";
import { type OrderError } from "./order-errors";
import { type OrderFilter, toOrderWhere } from "./order-filter";

export const withLines = { lines: { orderBy: { place: "asc" } } } satisfies Prisma.OrderInclude;

/** All that belongs to an order. One statement reads it, so that all of it is of one moment. */
const withHistory = {
  ...withLines,
  payments: {
    orderBy: [{ createdAt: "asc" }, { id: "asc" }],
    // Two of one millisecond stand as their kinds follow each other.
    include: { transactions: { orderBy: [{ createdAt: "asc" }, { kind: "asc" }, { id: "asc" }] } },
  },
  // It comes to each status once at most, and never from a later one to an earlier one: the clocks of several instances are not asked.
  timeline: { orderBy: { status: "asc" } },
} satisfies Prisma.OrderInclude;

/** An order with its lines, as the database holds it. */
export type Order = Prisma.OrderGetPayload<{ include: typeof withLines }>;
export type OrderLine = Order["lines"][number];

/** An order with all that happened to it and to its money, as it stood at one moment. */
export type WholeOrder = Prisma.OrderGetPayload<{ include: typeof withHistory }>;
export type TimelineEntry = WholeOrder["timeline"][number];

/** How much of an order is read. */
export type Extent = "LINES" | "WHOLE";

/** What came of a change: the order as it stands (null where the viewer has none such), and what kept it from being made. */
export type OrderOutcome =
  | { readonly ok: true; readonly order: Order }
  | { readonly ok: false; readonly order: Order | null; readonly errors: OrderError[] };

export function refused(order: Order | null, ...errors: OrderError[]): OrderOutcome {
  return { ok: false, order, errors };
}

/** Whether somebody may see what belongs to a user: the user and staff may. */
export function maySee(viewer: Viewer | null, userId: string): boolean {
  return viewer !== null && (viewer.userId === userId || viewer.role !== "CUSTOMER");
}

/** The guard of what a customer may do with an order of theirs, and staff with anybody's. @throws as requireRole, for staff */
export function requireRightTo(viewer: Viewer, { userId }: { userId: string }): void {
  if (viewer.userId !== userId) requireRole(viewer, "STAFF");
}

/** Makes all that is done to an order and its money wait for each other, until the transaction's end. */
export async function lockOrder(tx: Tx, orderId: string): Promise<Order | null> {
  if (!isId(orderId)) return null;
  await tx.$queryRaw`SELECT 1 FROM orders WHERE id = ${orderId} FOR UPDATE`;
  return tx.order.findUnique({ where: { id: orderId }, include: withLines });
}

export interface Orders {
  /** Those of the orders that the viewer may see. */
  byIds(viewer: Viewer | null, ids: readonly string[]): Promise<Order[]>;
  /** As `byIds`, with all that belongs to them. */
  wholeByIds(viewer: Viewer | null, ids: readonly string[]): Promise<WholeOrder[]>;
  /** Those of the orders of these payments that the viewer may see. */
  ofPayments(viewer: Viewer | null, paymentIds: readonly string[]): Promise<WholeOrder[]>;
  /** Newest first, at most `first + 1`. Those whose stock is not held yet are in no list. @param userId null for everyone's */
  list(userId: string | null, filter: OrderFilter, page: Page<string>, extent: Extent): Promise<Order[]>;
}

export function createOrders({ db }: { db: Database }): Orders {
  const visibleTo = (viewer: Viewer | null) => (order: Order) => maySee(viewer, order.userId);

  return {
    byIds: async (viewer, ids) => {
      const found = await db.order.findMany({ where: { id: { in: ids.filter(isId) } }, include: withLines });
      return found.filter(visibleTo(viewer));
    },
    wholeByIds: async (viewer, ids) => {
      const found = await db.order.findMany({ where: { id: { in: ids.filter(isId) } }, include: withHistory });
      return found.filter(visibleTo(viewer));
    },
    ofPayments: async (viewer, paymentIds) => {
      const where = { payments: { some: { id: { in: paymentIds.filter(isId) } } } };
      const found = await db.order.findMany({ where, include: withHistory });
      return found.filter(visibleTo(viewer));
    },
    list: async (userId, filter, page, extent) => {
      if (userId !== null && !isId(userId)) return [];
      return db.order.findMany({
        where: toOrderWhere(userId, filter, page.after),
        orderBy: { id: "desc" },
        take: page.first + 1,
        include: extent === "WHOLE" ? withHistory : withLines,
      });
    },
  };
}
