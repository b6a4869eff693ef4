import { requireRole, type Viewer } from "@shop/auth";
import { staffActed, toAuditFacts } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { digestOf, idempotencyScope } from "./idempotency";
import { parseInput } from "./input";
import { type Lease, LeaseLostError, type WithLease } from "./lease";
import { type Outbox, pendingEvent, pendingStockChange } from "./outbox";
import { invalid, keyReused, notFound, refused, type Refused } from "./problems";
import { type AdjustStockInput, adjustStockInput, maxStock } from "./product-input";
import { type ProductDocument } from "./product-model";
import { type AdjustmentDocument, type Store } from "./store";

export type StockOutcome = { ok: true; adjustment: AdjustmentDocument & { availableAfter: number } } | Refused;

export interface Stock {
  /**
   * Counts units in or out, with an entry in the ledger; what is held cannot be taken out. Safe to repeat with the same
   * key. @throws FORBIDDEN where the viewer is not one of STAFF
   */
  adjust(viewer: Viewer | null, input: unknown): Promise<StockOutcome>;
  /** Brings entries of the ledger to an end whose call was cut short: what was asked for is done, whoever died. */
  finishInterrupted: () => Promise<void>;
}

// No call runs for so long: its lease has ended. See lease.ts.
const interruptedAfterMs = 30_000;
const entriesPerRound = 100;
// A product knows so many adjustments, which is far more than come before one that was cut short is finished.
const remembered = 100;

export function createStock(deps: {
  store: Pick<Store, "products" | "adjustments">;
  outbox: Pick<Outbox, "wake">;
  withLease: WithLease;
}): Stock {
  const { products, adjustments } = deps.store;

  async function open(input: AdjustStockInput, actorId: string, scope: string): Promise<AdjustmentDocument> {
    const earlier = await adjustments.findOne({ scope }).lean<AdjustmentDocument | null>();
    if (earlier !== null) return earlier;
    const { productId, delta, reason } = input;
    const entry: AdjustmentDocument = {
      _id: createId("adj"),
      scope,
      digest: digestOf(input),
      productId,
      actorId,
      delta,
      reason,
      state: "PENDING",
      availableAfter: null,
      createdAt: new Date(),
    };
    await adjustments.create(entry);
    return entry;
  }

  /** Takes a pending entry to the product, unless that has it already, and closes it. @returns it, closed */
  async function settle(entry: AdjustmentDocument, lease: Lease): Promise<AdjustmentDocument> {
    const { _id: id, productId, actorId, delta, reason } = entry;
    const audited = pendingEvent(staffActed, {
      ...{ actorId, action: "stock.adjusted", targetId: productId },
      ...{ before: {}, after: toAuditFacts({ delta, reason }) },
    });
    const applied = { id, availableAfter: { $add: ["$available", delta] } };
    const change = {
      stock: { $add: ["$stock", delta] },
      available: { $add: ["$available", delta] },
      inStock: { $gt: ["$available", -delta] },
      adjustments: { $slice: [{ $concatArrays: ["$adjustments", [applied]] }, -remembered] },
      outbox: { $concatArrays: ["$outbox", [{ $literal: pendingStockChange(delta) }, { $literal: audited }]] },
    };
    const room = { available: { $gte: -delta }, stock: { $lte: maxStock - delta } };
    for (;;) {
      lease.requireTime();
      const changed = await products
        .findOneAndUpdate({ _id: productId, ...room, "adjustments.id": { $ne: id } }, [{ $addFields: change }], {
          updatePipeline: true,
          returnDocument: "after",
          projection: { available: 1 },
        })
        .lean<Pick<ProductDocument, "available"> | null>();
      if (changed !== null) {
        deps.outbox.wake();
        return close(entry, "APPLIED", changed.available);
      }
      const product = await products
        .findById(productId, { stock: 1, available: 1, adjustments: { $elemMatch: { id } } })
        .lean<(Pick<ProductDocument, "stock" | "available"> & Partial<Pick<ProductDocument, "adjustments">>) | null>();
      if (product === null) throw new Error(`an adjustment is of product ${productId}, which is gone`);
      const earlier = product.adjustments?.[0];
      if (earlier !== undefined) return close(entry, "APPLIED", earlier.availableAfter);
      const hasRoom = product.available >= -delta && product.stock <= maxStock - delta;
      if (!hasRoom) return close(entry, "REFUSED", product.available);
    }
  }

  /** What the product has is applied, whatever the ledger says; what the ledger has as applied is never refused. */
  async function close(
    entry: AdjustmentDocument,
    state: "APPLIED" | "REFUSED",
    availableAfter: number,
  ): Promise<AdjustmentDocument> {
    const { _id } = entry;
    const closed = await adjustments
      .findOneAndUpdate(
        state === "APPLIED" ? { _id } : { _id, state: "PENDING" },
        { $set: { state, availableAfter } },
        { returnDocument: "after" },
      )
      .lean<AdjustmentDocument | null>();
    return closed ?? adjustments.findById(_id).orFail().lean<AdjustmentDocument>().exec();
  }

  async function adjust(input: AdjustStockInput, entry: AdjustmentDocument, lease: Lease): Promise<StockOutcome> {
    if (entry.digest !== digestOf(input)) return keyReused();
    const closed = entry.state === "PENDING" ? await settle(entry, lease) : entry;
    const { availableAfter } = closed;
    if (closed.state === "APPLIED" && availableAfter !== null)
      return { ok: true, adjustment: { ...closed, availableAfter } };
    if (closed.delta > 0) return refused(invalid(`The stock can be ${maxStock} at most.`, "input", "delta"));
    const message = `Only ${availableAfter ?? 0} are there to be taken out; the rest is reserved or gone.`;
    return refused({ code: "INSUFFICIENT_STOCK", message, path: ["input", "delta"] });
  }

  /** One call of an entry at a time. @returns null where another's goes on for too long */
  async function alone<T>(scope: string, work: (lease: Lease) => Promise<T>): Promise<T | null> {
    try {
      return await deps.withLease(`adjustment ${scope}`, work);
    } catch (error) {
      if (error instanceof LeaseLostError) return null;
      throw error;
    }
  }

  return {
    adjust: async (viewer, given) => {
      const { userId } = requireRole(viewer, "STAFF");
      const parsed = parseInput(adjustStockInput, given);
      if (!parsed.ok) return parsed;
      const input = parsed.value;
      const scope = idempotencyScope(userId, "adjustStock", input.idempotencyKey);
      if ((await products.exists({ _id: input.productId })) === null) return notFound("product", "input", "productId");
      const outcome = await alone(scope, async (lease) => adjust(input, await open(input, userId, scope), lease));
      if (outcome !== null) return outcome;
      const message = "The first call with this key still runs: ask again in a moment.";
      return refused({ code: "IDEMPOTENCY_IN_PROGRESS", message, path: ["input", "idempotencyKey"] });
    },

    finishInterrupted: async () => {
      const before = new Date(Date.now() - interruptedAfterMs);
      const waiting = await adjustments
        .find({ state: "PENDING", createdAt: { $lte: before } })
        .limit(entriesPerRound)
        .lean<AdjustmentDocument[]>();
      for (const { _id, scope } of waiting) {
        await alone(scope, async (lease) => {
          const entry = await adjustments.findOne({ _id, state: "PENDING" }).lean<AdjustmentDocument | null>();
          if (entry !== null) await settle(entry, lease);
        });
      }
    },
  };
}
