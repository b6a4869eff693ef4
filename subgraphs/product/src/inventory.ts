import { type Hold, type ProductRecord, recordFields } from "./product-model";
import { type Holding, type Holds, type OrderLine } from "./holds";
import { type HoldSweep } from "./hold-sweep";
import { type Store } from "./store";

export interface Shortage {
  readonly productId: string;
  readonly reason: "INSUFFICIENT_STOCK" | "UNAVAILABLE";
  readonly requested: number;
  readonly available: number;
}

export interface ReservedLine extends OrderLine {
  readonly name: string;
  readonly unitPriceMinor: number;
  readonly currency: string;
}

export type ReserveOutcome = { ok: true; lines: ReservedLine[] } | { ok: false; shortages: Shortage[] };
export type CommitOutcome = { ok: true } | { ok: false; shortages: Shortage[] };
type LineOutcome = { ok: true; product: Holding } | { ok: false; shortage: Shortage };

/** A call that contradicts an earlier one for the same order: other quantities. */
export class ContradictionError extends Error {}

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

// Each try meets another change of the same document; more than a few in a row are a bug.
const maxTries = 50;

export function createInventory(deps: { store: Pick<Store, "products">; holds: Holds; sweep: HoldSweep }): Inventory {
  const { store, holds, sweep } = deps;

  /** Why a line cannot be had, or null where it may be worth another try. */
  async function shortageOf(line: OrderLine, product: Holding | null): Promise<Shortage | null> {
    const { productId, quantity: requested } = line;
    if (product?.status !== "ACTIVE") return { productId, reason: "UNAVAILABLE", requested, available: 0 };
    if (product.available >= requested || (await sweep.sweepProduct(productId))) return null;
    return { productId, reason: "INSUFFICIENT_STOCK", requested, available: product.available };
  }

  async function reserveLine(line: OrderLine, orderId: string, expiresAt: Date): Promise<LineOutcome> {
    for (let tries = 0; tries < maxTries; tries++) {
      const taken = await holds.take(line, orderId, { expiresAt });
      if (taken !== null) return { ok: true, product: taken };
      const product = await holds.read(line.productId, orderId);
      const own = product?.holds[0];
      if (product !== null && own !== undefined) {
        if (own.state === "RELEASED") return { ok: false, shortage: shortageOfReleased(line) };
        requireSame(line, own);
        if (own.state !== "HELD" || !hasLapsed(own)) return { ok: true, product };
        const prolonged = await holds.prolong(line, orderId, expiresAt);
        if (prolonged !== null) return { ok: true, product: prolonged };
        if (product.status === "ACTIVE") continue;
      }
      const shortage = await shortageOf(line, product);
      if (shortage !== null) return { ok: false, shortage };
    }
    throw new Error(`product ${line.productId} changes too fast to reserve it`);
  }

  async function commitLine(line: OrderLine, orderId: string, signal: AbortSignal): Promise<Shortage | null> {
    const { productId } = line;
    for (let tries = 0; tries < maxTries; tries++) {
      signal.throwIfAborted();
      if (await holds.commit(line, orderId)) return null;
      if ((await holds.take(line, orderId, "COMMITTED")) !== null) return null;
      const product = await holds.read(productId, orderId);
      const own = product?.holds[0];
      if (own?.state === "RELEASED") return shortageOfReleased(line);
      if (own !== undefined) {
        requireSame(line, own);
        if (own.state !== "HELD") return null;
        continue;
      }
      const shortage = await shortageOf(line, product);
      if (shortage !== null) return shortage;
    }
    throw new Error(`product ${productId} changes too fast to commit it`);
  }

  /** Takes a refused Reserve back. What is final by now is so by another run of it, whose order is being paid. */
  async function undo(productId: string, orderId: string): Promise<void> {
    const own = (await holds.read(productId, orderId))?.holds[0];
    if (own?.state === "HELD") await holds.giveBack(own, productId, false);
  }

  /** Gives back what the order has of a product, whichever state that is in by then, and has it take nothing more. */
  async function giveBack(productId: string, orderId: string): Promise<void> {
    for (let tries = 0; tries < maxTries; tries++) {
      const product = await holds.read(productId, orderId);
      if (product === null) return;
      const own = product.holds[0];
      if (own?.state === "RELEASED" || own?.state === "SETTLED") return;
      const isDone =
        own === undefined ? await holds.markReleased(productId, orderId) : await holds.giveBack(own, productId, true);
      if (isDone) return;
    }
    throw new Error(`product ${productId} changes too fast to give it back`);
  }

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
          const outcome = await reserveLine(line, orderId, expiresAt);
          if (outcome.ok) reserved.push({ ...line, ...toOffer(outcome.product) });
          else shortages.push(outcome.shortage);
        } else {
          // Nothing will be held: the rest is only looked at, so that all that is short is told at once.
          const product = await holds.read(line.productId, orderId);
          const shortage = product?.holds[0]?.state === "HELD" ? null : await shortageOf(line, product);
          if (shortage !== null) shortages.push(shortage);
        }
      }
      if (shortages.length === 0) return { ok: true, lines: reserved };
      const short = new Set(shortages.map(({ productId }) => productId));
      for (const { productId } of sorted.filter((line) => !short.has(line.productId))) {
        signal.throwIfAborted();
        await undo(productId, orderId);
      }
      return { ok: false, shortages };
    },

    commit: async (orderId, lines, signal) => {
      // What is final is the order's until that is paid after all or released, though another line is short: taking it
      // back here could take it from a later run of this call that came through.
      const found = await Promise.all(lines.map((line) => commitLine(line, orderId, signal)));
      const shortages = found.filter((shortage) => shortage !== null);
      return shortages.length === 0 ? { ok: true } : { ok: false, shortages };
    },

    release: async (orderId, lines) => {
      await Promise.all(lines.map(({ productId }) => giveBack(productId, orderId)));
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

/** What an order meets that was released: only a call of its that lagged behind comes then. */
function shortageOfReleased({ productId, quantity: requested }: OrderLine): Shortage {
  return { productId, reason: "UNAVAILABLE", requested, available: 0 };
}

function hasLapsed({ expiresAt }: Hold): boolean {
  return expiresAt !== undefined && expiresAt.getTime() <= Date.now();
}

function requireSame(line: OrderLine, hold: Hold): void {
  if (hold.quantity !== line.quantity) throw new ContradictionError("the order holds another quantity of this product");
}

function toOffer(product: Holding): Omit<ReservedLine, "productId" | "quantity"> {
  return { name: product.name, unitPriceMinor: product.priceMinor, currency: product.currency };
}
