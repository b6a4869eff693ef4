import { type Viewer } from "@shop/auth";
import { inTransaction, inTurn } from "@shop/postgres";
import { type Logger } from "@shop/telemetry";
import { type Database, type Prisma, type Tx } from "./database";
import { type ClientKey, markAnswered } from "./idempotency";
import { type Inventory, shortageErrors } from "./inventory";
import { noteOrder } from "./new-order";
import { advance } from "./order-changes";
import { keyInProgress, keyReused, type OrderError, readStoredErrors } from "./order-errors";
import { type OrderStatus } from "./order-status";
import { type Order, type OrderOutcome, refused, withLines } from "./orders";
import { checkPlacement, type PlacementInput } from "./placement-input";
import { type PricedLine, priceOrder } from "./pricing";
import { type ReleaseStock } from "./stock-release";
import { UnavailableError } from "./unavailable";

export interface Placement {
  /**
   * Notes the order with its key, holds the stock, fixes names and prices. Where the stock cannot be asked for the
   * order stays PENDING, and `resume` takes it up.
   */
  place(viewer: Viewer, input: PlacementInput): Promise<OrderOutcome>;
  /** Takes up orders that are PENDING although their own call must have ended, a batch at a time. @returns how many */
  resume(): Promise<number>;
}

const batchSize = 20;
// An order that came to one of these while its stock was being asked for keeps none.
const overStatuses: ReadonlySet<OrderStatus> = new Set(["REJECTED", "CANCELLED", "EXPIRED"]);

export function createPlacement(deps: {
  db: Database;
  inventory: Inventory;
  release: ReleaseStock;
  currency: string;
  /** How long an unpaid order holds its stock. */
  paymentTimeoutMs: number;
  /** When a worker takes up a PENDING order; longer than a call of ours can run. */
  resumeAfterMs: number;
  log: Logger;
}): Placement {
  const { db, inventory, release, currency, log } = deps;
  // Of this process. In a rush a call can wait for its turns for longer than the worker waits.
  const underWay = new Set<string>();

  /**
   * Asks for the stock and settles a PENDING order by the answer. Safe to run twice at once: one of them settles it.
   * @returns the order as it then stands
   */
  async function settle(order: Order): Promise<Order> {
    const held = await inventory.reserve(order.id, order.lines);
    if (!held.ok) return (await reject(order, shortageErrors(held.shortages, order.lines))) ?? read(order.id);
    const pricing = priceOrder(held.lines, order.currency, order.expectedTotalMinor);
    const settled = pricing.ok
      ? await inTransaction(db, (tx) => accept(tx, order, held.lines, pricing.totalMinor))
      : await reject(order, [pricing.error]);
    const now = settled ?? (await read(order.id));
    if (overStatuses.has(now.status)) await release(order);
    return now;
  }

  async function accept(tx: Tx, order: Order, lines: readonly PricedLine[], totalMinor: bigint): Promise<Order | null> {
    const priced = order.lines.map((line, index) => {
      const { name = null, unitPriceMinor = null } = lines[index] ?? {};
      return { ...line, name, unitPriceMinor };
    });
    const expiresAt = new Date(Date.now() + deps.paymentTimeoutMs);
    const accepted = await advance(tx, { ...order, lines: priced }, "AWAITING_PAYMENT", {
      set: { totalMinor, expiresAt },
    });
    if (accepted !== null) {
      await tx.$executeRaw`
        UPDATE order_lines SET name = priced.name, unit_price_minor = priced.price
          FROM unnest(${priced.map(({ id }) => id)}::text[], ${priced.map(({ name }) => name)}::text[],
                      ${priced.map(({ unitPriceMinor }) => unitPriceMinor)}::bigint[]) AS priced (id, name, price)
         WHERE order_lines.id = priced.id`;
    }
    return accepted;
  }

  async function reject(order: Order, errors: OrderError[]): Promise<Order | null> {
    const rejection = errors as unknown as Prisma.JsonArray;
    const note = errors.map(({ code }) => code).join(", ");
    return inTransaction(db, (tx) => advance(tx, order, "REJECTED", { note, set: { rejection } }));
  }

  /** @returns null where the order stays PENDING, for the worker */
  async function settleOrLeave(order: Order): Promise<Order | null> {
    underWay.add(order.id);
    try {
      return await settle(order);
    } catch (error) {
      if (!(error instanceof UnavailableError)) throw error;
      log.warn({ err: error, orderId: order.id }, "an order stays PENDING for now");
      return null;
    } finally {
      underWay.delete(order.id);
    }
  }

  /** Its failure must not keep the others of the batch from their turn. */
  async function settleAgain(order: Order): Promise<void> {
    await settleOrLeave(order).catch((error: unknown) => {
      log.error({ err: error, orderId: order.id }, "an order could not be settled: it is tried again");
    });
  }

  function read(orderId: string): Promise<Order> {
    return db.order.findUniqueOrThrow({ where: { id: orderId }, include: withLines });
  }

  return {
    place: async (viewer, input) => {
      const errors = checkPlacement(input, currency);
      if (errors.length > 0) return refused(null, ...errors);
      const key: ClientKey = { viewerId: viewer.userId, mutation: "placeOrder", key: input.idempotencyKey };
      const { resumeAfterMs } = deps;
      const begun = await inTurn(db, () => noteOrder(db, key, input, { currency, resumeAfterMs }));
      const keyPath = ["input", "idempotencyKey"];
      if (begun.state === "REUSED") return refused(null, keyReused(keyPath));
      if (begun.state === "KNOWN") {
        const order = await read(begun.subjectId);
        const stillRuns = order.status === "PENDING" && !begun.answered;
        return stillRuns ? refused(order, keyInProgress(keyPath)) : toOutcome(order);
      }
      const settled = await settleOrLeave(begun.order);
      if (settled === null) await markAnswered(db, key);
      return toOutcome(settled ?? begun.order);
    },
    resume: async () => {
      const now = new Date();
      const next = new Date(now.getTime() + deps.resumeAfterMs);
      const taken = await db.$queryRaw<{ id: string }[]>`
        UPDATE orders SET attend_at = ${next} WHERE id IN (
          SELECT id FROM orders WHERE status = 'PENDING' AND attend_at <= ${now}
           ORDER BY attend_at LIMIT ${batchSize} FOR UPDATE SKIP LOCKED)
        RETURNING id`;
      const left = taken.map(({ id }) => id).filter((id) => !underWay.has(id));
      const orders = await db.order.findMany({ where: { id: { in: left } }, include: withLines });
      await Promise.all(orders.map(settleAgain));
      return taken.length;
    },
  };
}

function toOutcome(order: Order): OrderOutcome {
  return order.status === "REJECTED" ? refused(order, ...readStoredErrors(order.rejection)) : { ok: true, order };
}
