import { type Holding, type Holds, type OrderLine } from "./holds";
import { type HoldSweep } from "./hold-sweep";
import { type Hold } from "./product-model";

export interface Shortage {
  readonly productId: string;
  readonly reason: "INSUFFICIENT_STOCK" | "UNAVAILABLE";
  readonly requested: number;
  readonly available: number;
}

export type LineOutcome = { ok: true; product: Holding } | { ok: false; shortage: Shortage };

/** A call that contradicts an earlier one for the same order: other quantities. */
export class ContradictionError extends Error {}

/** What is done about one line of an order, tried again where another change of the product came between. */
export interface InventoryLines {
  /** Why a line cannot be had, or null where it may be worth another try. */
  shortageOf(line: OrderLine, product: Holding | null): Promise<Shortage | null>;
  reserve(line: OrderLine, orderId: string, expiresAt: Date): Promise<LineOutcome>;
  /** @returns null where the line is final */
  commit(line: OrderLine, orderId: string, signal: AbortSignal): Promise<Shortage | null>;
  /** Takes a refused Reserve back. What is final by now is so by another run of it, whose order is being paid. */
  undo(productId: string, orderId: string): Promise<void>;
  /** Gives back what the order has of a product, whichever state that is in by then, and has it take nothing more. */
  giveBack(productId: string, orderId: string): Promise<void>;
}

// Each try meets another change of the same document; more than a few in a row are a bug.
const maxTries = 50;

export function createInventoryLines({ holds, sweep }: { holds: Holds; sweep: HoldSweep }): InventoryLines {
  async function shortageOf(line: OrderLine, product: Holding | null): Promise<Shortage | null> {
    const { productId, quantity: requested } = line;
    if (product?.status !== "ACTIVE") return { productId, reason: "UNAVAILABLE", requested, available: 0 };
    if (product.available >= requested || (await sweep.sweepProduct(productId))) return null;
    return { productId, reason: "INSUFFICIENT_STOCK", requested, available: product.available };
  }

  async function reserve(line: OrderLine, orderId: string, expiresAt: Date): Promise<LineOutcome> {
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

  async function commit(line: OrderLine, orderId: string, signal: AbortSignal): Promise<Shortage | null> {
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

  async function undo(productId: string, orderId: string): Promise<void> {
    const own = (await holds.read(productId, orderId))?.holds[0];
    if (own?.state === "HELD") await holds.giveBack(own, productId, false);
  }

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

  return { shortageOf, reserve, commit, undo, giveBack };
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
