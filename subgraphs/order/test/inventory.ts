// An inventory for tests, of the same contract as the product service's: it keeps its books in memory.
import { Code, ConnectError } from "@connectrpc/connect";
import { createServiceVerifier } from "@shop/auth";
import { testServiceKeys } from "@shop/auth/testing";
import { type InventoryImplementation, ShortageReason, startInventoryServer } from "@shop/inventory-rpc";
import { type Logger } from "@shop/telemetry";

interface Item {
  readonly name: string;
  priceMinor: number;
  readonly currency: string;
  stock: number;
}

interface Hold {
  readonly lines: readonly { productId: string; quantity: number }[];
  endsAtMs: number;
  committed: boolean;
}

export interface TestInventory {
  readonly url: string;
  add(productId: string, item: { stock: number; priceMinor?: number; currency?: string; name?: string }): void;
  setPrice(productId: string, priceMinor: number): void;
  /** Units that can be ordered: stock less what is held or sold. */
  available(productId: string): number;
  committed(orderId: string): boolean;
  holds(orderId: string): boolean;
  /** Ends an order's hold now, as if its time were over. */
  lapse(orderId: string): void;
  /** While true, no call is answered. */
  setDown(down: boolean): void;
  stop(): Promise<void>;
}

export async function startTestInventory(options: { log: Logger }): Promise<TestInventory> {
  const items = new Map<string, Item>();
  const holds = new Map<string, Hold>();
  let isDown = false;

  const live = (hold: Hold): boolean => hold.committed || hold.endsAtMs > Date.now();
  function available(productId: string): number {
    const taken = [...holds.values()]
      .filter(live)
      .flatMap(({ lines }) => lines)
      .filter((line) => line.productId === productId)
      .reduce((sum, { quantity }) => sum + quantity, 0);
    return (items.get(productId)?.stock ?? 0) - taken;
  }

  /** Nothing waits in here, so that no other call comes between looking and taking. */
  function take(orderId: string, lines: Hold["lines"], holdMs: number) {
    const held = holds.get(orderId);
    if (held !== undefined && live(held)) return { shortages: [], hold: held };
    const shortages = lines
      .filter(({ productId, quantity }) => available(productId) < quantity)
      .map(({ productId, quantity }) => ({
        productId,
        reason: items.has(productId) ? ShortageReason.INSUFFICIENT_STOCK : ShortageReason.UNAVAILABLE,
        requested: quantity,
        available: available(productId),
      }));
    const hold = { lines, endsAtMs: Date.now() + holdMs, committed: false };
    if (shortages.length === 0) holds.set(orderId, hold);
    return { shortages, hold };
  }

  function requireUp(): void {
    if (isDown) throw new ConnectError("down for the test", Code.Unavailable);
  }

  const implementation: InventoryImplementation = {
    reserve: ({ orderId, lines, holdMs }) => {
      requireUp();
      const { shortages } = take(orderId, lines, Number(holdMs));
      if (shortages.length > 0) return { shortages };
      return {
        lines: lines.map(({ productId, quantity }) => {
          const { name = "", priceMinor = 0, currency = "" } = items.get(productId) ?? {};
          return { productId, quantity, name, unitPriceMinor: BigInt(priceMinor), currency };
        }),
      };
    },
    commit: ({ orderId, lines }) => {
      requireUp();
      const { shortages, hold } = take(orderId, lines, 60_000);
      if (shortages.length > 0) return { committed: false, shortages };
      hold.committed = true;
      return { committed: true };
    },
    release: ({ orderId }) => {
      requireUp();
      holds.delete(orderId);
      return {};
    },
    get: ({ productIds }) => {
      requireUp();
      return {
        products: productIds.flatMap((productId) => {
          const item = items.get(productId);
          if (item === undefined) return [];
          const { name, priceMinor, currency } = item;
          return [{ productId, name, unitPriceMinor: BigInt(priceMinor), currency, available: available(productId) }];
        }),
      };
    },
  };
  const server = await startInventoryServer({
    host: "127.0.0.1",
    port: 0,
    verifyCaller: createServiceVerifier({ callee: "product", callers: { order: [testServiceKeys.order.publicKey] } }),
    implementation,
    isOutage: () => false,
    log: options.log,
  });

  return {
    url: `http://127.0.0.1:${server.port}`,
    add: (productId, { stock, priceMinor = 1_000, currency = "EUR", name = productId }) => {
      items.set(productId, { name, priceMinor, currency, stock });
    },
    setPrice: (productId, priceMinor) => {
      const item = items.get(productId);
      if (item !== undefined) item.priceMinor = priceMinor;
    },
    available,
    committed: (orderId) => holds.get(orderId)?.committed ?? false,
    holds: (orderId) => holds.has(orderId),
    lapse: (orderId) => {
      const hold = holds.get(orderId);
      if (hold !== undefined) hold.endsAtMs = 0;
    },
    setDown: (down) => {
      isDown = down;
    },
    stop: () => server.stop(),
  };
}
