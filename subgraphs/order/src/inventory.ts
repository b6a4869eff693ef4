import { Code, ConnectError } from "@connectrpc/connect";
import { type InventoryClient, ShortageReason } from "@shop/inventory-rpc";
import { createTurns, TooManyWaitingError } from "@shop/lifecycle";
import { insufficientStock, type OrderError, unavailableProduct } from "./order-errors";
import { type LineRequest } from "./placement-input";
import { type PricedLine } from "./pricing";
import { UnavailableError } from "./unavailable";

export interface Shortage {
  readonly productId: string;
  /** Not published, archived or unknown. */
  readonly unavailable: boolean;
  readonly requested: number;
  readonly available: number;
}

export interface Offer {
  readonly name: string;
  readonly unitPriceMinor: bigint;
  readonly currency: string;
  readonly available: number;
}

/**
 * The stock, which the product service keeps. Every call is safe to repeat with the same order.
 * @throws (each) UnavailableError where no answer came; it is then not known whether it happened
 */
export interface Inventory {
  reserve(
    orderId: string,
    lines: readonly LineRequest[],
  ): Promise<{ ok: true; lines: PricedLine[] } | { ok: false; shortages: Shortage[] }>;
  /** Makes held stock final; takes a hold that has lapsed anew, or refuses. */
  commit(orderId: string, lines: readonly LineRequest[]): Promise<{ ok: true } | { ok: false; shortages: Shortage[] }>;
  release(orderId: string, lines: readonly LineRequest[]): Promise<void>;
  /** What can be ordered now, by product; the others cannot. */
  offers(productIds: string[]): Promise<Map<string, Offer>>;
}

// A call's deadline begins when its turn comes: were all of a rush under way at once, all would miss it together.
const callsAtOnce = 16;
const maxWaiting = 500;

/** @param options.holdMs how long stock stays held without a commit, in milliseconds */
export function createInventory(options: { client: InventoryClient; holdMs: number }): Inventory {
  const { client } = options;
  const inTurn = createTurns({ atOnce: callsAtOnce, maxWaiting, isOutage: isSilence });

  async function asking<T>(call: () => Promise<T>): Promise<T> {
    try {
      return await inTurn(call);
    } catch (error) {
      if (!(error instanceof ConnectError) && !(error instanceof TooManyWaitingError)) throw error;
      throw new UnavailableError("the inventory did not answer", { cause: error });
    }
  }

  return {
    reserve: async (orderId, lines) => {
      const answer = await asking(() =>
        client.reserve({ orderId, lines: toLines(lines), holdMs: BigInt(options.holdMs) }),
      );
      if (answer.shortages.length > 0) return { ok: false, shortages: answer.shortages.map(toShortage) };
      return { ok: true, lines: inOrderOf(lines, answer.lines) };
    },
    commit: async (orderId, lines) => {
      const { committed, shortages } = await asking(() => client.commit({ orderId, lines: toLines(lines) }));
      return committed ? { ok: true } : { ok: false, shortages: shortages.map(toShortage) };
    },
    release: async (orderId, lines) => {
      await asking(() => client.release({ orderId, lines: toLines(lines) }));
    },
    offers: async (productIds) => {
      const { products } = await asking(() => client.get({ productIds }));
      return new Map(products.map((product) => [product.productId, product]));
    },
  };
}

/** The errors that shortages are to a client. @param lines as they stand in its input */
export function shortageErrors(shortages: readonly Shortage[], lines: readonly LineRequest[]): OrderError[] {
  return shortages.map((shortage) => {
    const index = lines.findIndex(({ productId }) => productId === shortage.productId);
    const path = ["input", "lines", `${index}`];
    return shortage.unavailable
      ? unavailableProduct([...path, "productId"])
      : insufficientStock(shortage, [...path, "quantity"]);
  });
}

function toLines(lines: readonly LineRequest[]): { productId: string; quantity: number }[] {
  return lines.map(({ productId, quantity }) => ({ productId, quantity }));
}

function toShortage(shortage: Omit<Shortage, "unavailable"> & { reason: ShortageReason }): Shortage {
  const { productId, requested, available } = shortage;
  return { productId, unavailable: shortage.reason === ShortageReason.UNAVAILABLE, requested, available };
}

function inOrderOf<Line extends { productId: string }>(asked: readonly LineRequest[], answered: Line[]): Line[] {
  const byProduct = new Map(answered.map((line) => [line.productId, line]));
  return asked.map(({ productId }) => {
    const line = byProduct.get(productId);
    if (line === undefined) throw new Error(`the inventory held stock but named no price of ${productId}`);
    return line;
  });
}

function isSilence(error: unknown): boolean {
  return error instanceof ConnectError && (error.code === Code.Unavailable || error.code === Code.DeadlineExceeded);
}
