import { type Holding, type Holds, type OrderLine } from "./holds";
import { type HoldSweep } from "./hold-sweep";
import { createInventoryLines, type Shortage } from "./inventory-lines";
import { type ProductRecord, recordFields } from "./product-model";
import { type Store } from "./store";

export interface ReservedLine extends OrderLine {
  readonly name: string;
  readonly unitPriceMinor: number;
  readonly currency: string;
}

export type ReserveOutcome = { ok: true; lines: ReservedLine[] } | { ok: false; shortages: Shortage[] };
export type CommitOutcome = { ok: true } | { ok: false; shortages: Shortage[] };

/**
 * Stock as the order service asks for it. Every call is safe to repeat with the same order, also while an earlier run of
 * it goes on. One whose `signal` ends before it is through stops at its next step and undoes nothing: the order's next
 * call finds what it did, and a hold that no call comes for lapses. @throws the signal's reason
 */
export interface Inventory {
  /** Holds all lines until `holdMs` from now, or none. Asked again while the hold lives, it holds no more. */
  reserve(
    orderId: string,
    lines: readonly OrderLine[],
    options: { holdMs: number; signal: AbortSignal },
  ): Promise<ReserveOutcome>;
  /** Makes lines final, taking what lapsed anew. All are, or the answer says which are not. */
  commit(orderId: string, lines: readonly OrderLine[], signal: AbortSignal): Promise<CommitOutcome>;
  /** Gives back whatever the order has of these products, held or committed. It gets none of them again. */
  release(orderId: string, lines: readonly OrderLine[]): Promise<void>;
  /** Closes what was committed: it has left the house, and nothing can give it back any more. */
  settle(orderId: string, lines: readonly OrderLine[]): Promise<void>;
  /** Those of these products that can be ordered. */
  offers(productIds: readonly string[]): Promise<ProductRecord[]>;
}

export function createInventory(deps: { store: Pick<Store, "products">; holds: Holds; sweep: HoldSweep }): Inventory {
  const { store, holds } = deps;
  const oneLine = createInventoryLines(deps);

  return {
    reserve: async (orderId, lines, { holdMs, signal }) => {
      // Always the same order of products, so that two orders of the same ones meet at the first and not in the middle.
      const sorted = lines.toSorted((a, b) => (a.productId < b.productId ? -1 : 1));
      const expiresAt = new Date(Date.now() + holdMs);
      const reserved: ReservedLine[] = [];
      const shortages: Shortage[] = [];
      for (const line of sorted) {
        signal.throwIfAborted();
        if (shortages.length === 0) {
          const outcome = await oneLine.reserve(line, orderId, expiresAt);
          if (outcome.ok) reserved.push({ ...line, ...toOffer(outcome.product) });
          else shortages.push(outcome.shortage);
        } else {
          // Nothing will be held: the rest is only looked at, so that all that is short is told at once.
          const product = await holds.read(line.productId, orderId);
          const shortage = product?.holds[0]?.state === "HELD" ? null : await oneLine.shortageOf(line, product);
          if (shortage !== null) shortages.push(shortage);
        }
      }
      if (shortages.length === 0) return { ok: true, lines: reserved };
      const short = new Set(shortages.map(({ productId }) => productId));
      for (const { productId } of sorted.filter((line) => !short.has(line.productId))) {
        signal.throwIfAborted();
        await oneLine.undo(productId, orderId);
      }
      return { ok: false, shortages };
    },

    commit: async (orderId, lines, signal) => {
      // What is final is the order's until that is paid after all or released, though another line is short: taking it
      // back here could take it from a later run of this call that came through.
      const found = await Promise.all(lines.map((line) => oneLine.commit(line, orderId, signal)));
      const shortages = found.filter((shortage) => shortage !== null);
      return shortages.length === 0 ? { ok: true } : { ok: false, shortages };
    },

    release: async (orderId, lines) => {
      await Promise.all(lines.map(({ productId }) => oneLine.giveBack(productId, orderId)));
    },

    settle: async (orderId, lines) => {
      await Promise.all(lines.map((line) => holds.settle(line, orderId)));
    },

    offers: (productIds) =>
      store.products
        .find({ _id: { $in: productIds }, status: "ACTIVE" }, recordFields)
        .lean<ProductRecord[]>()
        .exec(),
  };
}

function toOffer(product: Holding): Omit<ReservedLine, "productId" | "quantity"> {
  return { name: product.name, unitPriceMinor: product.priceMinor, currency: product.currency };
}
