import { requireRole, type Viewer } from "@shop/auth";
import { createId } from "@shop/ids";
import { type z } from "zod";
import { digestOf, idempotencyScope } from "./idempotency";
import { parseInput } from "./input";
import { type Lease, LeaseLostError, type WithLease } from "./lease";
import { pendingStockChange, type ProductOutbox } from "./outbox";
import { invalid, keyReused, notFound, refused, type Refused } from "./problems";
import { adjustStockInput, maxStock } from "./product-input";
import { type ProductDocument } from "./product-model";
import { type AdjustmentDocument, type Store } from "./store";

export type StockOutcome = { ok: true; adjustment: AdjustmentDocument & { availableAfter: number } } | Refused;

export interface Stock {
  /**
   * Counts units in or out, with an entry in the ledger; what is held cannot be taken out. Safe to repeat with the same
   * key. @throws FORBIDDEN where the viewer is not one of STAFF
   */
  adjust(viewer: Viewer | null, input: unknown): Promise<StockOutcome>;
}

// So many later adjustments may come between an adjustment and its repetition after a crash.
const remembered = 100;

export function createStock(deps: {
  store: Pick<Store, "products" | "adjustments">;
  outbox: Pick<ProductOutbox, "wake">;
  withLease: WithLease;
}): Stock {
  const { products, adjustments } = deps.store;

  async function open(input: z.infer<typeof adjustStockInput>, scope: string): Promise<AdjustmentDocument> {
    const digest = digestOf(input);
    const earlier = await adjustments.findOne({ scope }).lean<AdjustmentDocument | null>();
    if (earlier !== null) return earlier;
    const { productId, delta, reason } = input;
    const entry: AdjustmentDocument = {
      _id: createId("adj"),
      scope,
      digest,
      productId,
      delta,
      reason,
      state: "PENDING",
      availableAfter: null,
      createdAt: new Date(),
    };
    await adjustments.create(entry);
    return entry;
  }

  /** Takes a pending entry to the product, unless that has it already, and closes it. */
  async function settle(entry: AdjustmentDocument, lease: Lease): Promise<AdjustmentDocument | null> {
    const { _id: id, productId, delta } = entry;
    const close = async (state: "APPLIED" | "REFUSED", availableAfter: number): Promise<AdjustmentDocument> => {
      await adjustments.updateOne({ _id: id }, { $set: { state, availableAfter } });
      return { ...entry, state, availableAfter };
    };
    for (;;) {
      lease.requireTime();
      const product = await products
        .findById(productId, { stock: 1, available: 1, adjustments: { $elemMatch: { id } } })
        .lean<(Pick<ProductDocument, "stock" | "available"> & Partial<Pick<ProductDocument, "adjustments">>) | null>();
      if (product === null) return null;
      const applied = product.adjustments?.[0];
      if (applied !== undefined) return close("APPLIED", applied.availableAfter);
      const availableAfter = product.available + delta;
      if (availableAfter < 0 || product.stock + delta > maxStock) return close("REFUSED", product.available);
      const { modifiedCount } = await products.updateOne(
        { _id: productId, available: product.available, "adjustments.id": { $ne: id } },
        {
          $inc: { stock: delta, available: delta },
          $push: {
            adjustments: { $each: [{ id, availableAfter }], $slice: -remembered },
            outbox: pendingStockChange(delta),
          },
        },
      );
      if (modifiedCount === 1) {
        deps.outbox.wake();
        return close("APPLIED", availableAfter);
      }
    }
  }

  async function adjust(input: z.infer<typeof adjustStockInput>, scope: string, lease: Lease): Promise<StockOutcome> {
    const opened = await open(input, scope);
    if (opened.digest !== digestOf(input)) return keyReused();
    const entry = opened.state === "PENDING" ? await settle(opened, lease) : opened;
    if (entry === null) return notFound("product", "input", "productId");
    const { availableAfter } = entry;
    if (entry.state === "APPLIED" && availableAfter !== null)
      return { ok: true, adjustment: { ...entry, availableAfter } };
    if (entry.delta > 0) return refused(invalid(`The stock can be ${maxStock} at most.`, "input", "delta"));
    const message = `Only ${availableAfter ?? 0} are there to be taken out; the rest is reserved or gone.`;
    return refused({ code: "INSUFFICIENT_STOCK", message, path: ["input", "delta"] });
  }

  return {
    adjust: async (viewer, given) => {
      const { userId } = requireRole(viewer, "STAFF");
      const parsed = parseInput(adjustStockInput, given);
      if (!parsed.ok) return parsed;
      const input = parsed.value;
      const scope = idempotencyScope(userId, "adjustStock", input.idempotencyKey);
      if ((await products.exists({ _id: input.productId })) === null) return notFound("product", "input", "productId");
      try {
        return await deps.withLease(`adjustment ${scope}`, (lease) => adjust(input, scope, lease));
      } catch (error) {
        if (!(error instanceof LeaseLostError)) throw error;
        const message = "The first call with this key still runs: ask again in a moment.";
        return refused({ code: "IDEMPOTENCY_IN_PROGRESS", message, path: ["input", "idempotencyKey"] });
      }
    },
  };
}
