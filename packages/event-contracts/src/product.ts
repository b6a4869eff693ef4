import { z } from "zod";
import { defineEvent } from "./define-event";
import { id, money } from "./payloads";

const ofProduct = { topic: "product.v1", key: (payload: { productId: string }) => payload.productId } as const;
const snapshot = z.object({
  productId: id,
  slug: z.string(),
  name: z.string(),
  price: money,
  status: z.enum(["DRAFT", "ACTIVE", "ARCHIVED"]),
  version: z.int(),
});

export const productPublished = defineEvent({ ...ofProduct, type: "published", payload: snapshot });
export const productUpdated = defineEvent({ ...ofProduct, type: "updated", payload: snapshot });
export const productArchived = defineEvent({ ...ofProduct, type: "archived", payload: snapshot });
export const productPriceChanged = defineEvent({
  ...ofProduct,
  type: "price-changed",
  payload: z.object({ productId: id, name: z.string(), oldPrice: money, newPrice: money }),
});
/** `available` counts what can be ordered: stock less reservations. */
export const productStockChanged = defineEvent({
  ...ofProduct,
  type: "stock-changed",
  payload: z.object({ productId: id, name: z.string(), available: z.int(), previousAvailable: z.int() }),
});
