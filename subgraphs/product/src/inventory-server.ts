import { Code, ConnectError } from "@connectrpc/connect";
import { type InventoryImplementation, ShortageReason } from "@shop/inventory-rpc";
import { z } from "zod";
import { type Inventory } from "./inventory";
import { ContradictionError, type Shortage } from "./inventory-lines";

const orderId = z.string().min(1).max(64);
const lines = z
  .array(z.object({ productId: z.string().min(1).max(64), quantity: z.int().min(1).max(999) }))
  .min(1)
  .max(100)
  .refine((all) => new Set(all.map(({ productId }) => productId)).size === all.length);
const holdMs = z
  .bigint()
  .transform(Number)
  .pipe(
    z
      .int()
      .min(1)
      .max(7 * 86_400_000),
  );
const productIds = z.array(z.string().min(1).max(64)).max(100);

/** The inventory RPC over the use cases: what proto/inventory.proto says, in its own messages. */
export function createInventoryImplementation(inventory: Inventory): InventoryImplementation {
  return {
    reserve: (request, { signal }) =>
      answer(async () => {
        const options = { holdMs: parse(holdMs, request.holdMs), signal };
        const outcome = await inventory.reserve(parse(orderId, request.orderId), parse(lines, request.lines), options);
        if (!outcome.ok) return { shortages: outcome.shortages.map(toShortage) };
        return {
          lines: outcome.lines.map(({ unitPriceMinor, ...line }) => ({
            ...line,
            unitPriceMinor: BigInt(unitPriceMinor),
          })),
        };
      }),

    commit: (request, { signal }) =>
      answer(async () => {
        const outcome = await inventory.commit(parse(orderId, request.orderId), parse(lines, request.lines), signal);
        return { committed: outcome.ok, shortages: outcome.ok ? [] : outcome.shortages.map(toShortage) };
      }),

    release: (request) =>
      answer(async () => {
        await inventory.release(parse(orderId, request.orderId), parse(lines, request.lines));
        return {};
      }),

    get: (request) =>
      answer(async () => {
        const offers = await inventory.offers(parse(productIds, request.productIds));
        return {
          products: offers.map(({ _id, name, priceMinor, currency, available }) => ({
            productId: _id,
            name,
            unitPriceMinor: BigInt(priceMinor),
            currency,
            available,
          })),
        };
      }),
  };
}

function parse<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw new ConnectError("the request does not fit", Code.InvalidArgument);
  return parsed.data;
}

async function answer<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ContradictionError) throw new ConnectError(error.message, Code.FailedPrecondition);
    throw error;
  }
}

function toShortage({ reason, ...shortage }: Shortage) {
  return { ...shortage, reason: ShortageReason[reason] };
}
