import { z } from "zod";
import { count, expectedVersion, idempotencyKey, line, lines, slug } from "./input";

const maxAmountMinor = 100_000_000_000;
/** More than this does not fit into the contract's Int, with what may be added to it. */
export const maxStock = 1_000_000_000;

function price(currency: string) {
  return z.object(
    {
      amountMinor: count("The price", 0, maxAmountMinor),
      currency: z.string().refine((given) => given === currency, {
        error: `This shop's prices are in ${currency}.`,
        params: { code: "CURRENCY_MISMATCH" },
      }),
    },
    { error: "The price cannot be cleared." },
  );
}

const description = lines("The description", 10_000)
  .nullish()
  .transform((text) => (text === undefined ? undefined : (text ?? "")));

const attributes = z
  .array(z.object({ name: line("An attribute's name", 60), value: line("An attribute's value", 200) }))
  .max(50, { error: "A product has at most 50 attributes." })
  .refine((all) => new Set(all.map(({ name, value }) => JSON.stringify([name, value]))).size === all.length, {
    error: "An attribute with the same value is there twice.",
  })
  .nullish()
  .transform((all) => (all === undefined ? undefined : (all ?? [])));

export const createProductInput = (currency: string) =>
  z.object({
    idempotencyKey,
    slug: slug.nullish(),
    name: line("The name", 200),
    description: description.transform((text) => text ?? ""),
    categoryId: z.string().nullish(),
    price: price(currency),
    initialStock: count("The stock", 0, maxStock)
      .nullish()
      .transform((stock) => stock ?? 0),
    attributes: attributes.transform((all) => all ?? []),
    publish: z
      .boolean()
      .nullish()
      .transform((publish) => publish ?? false),
  });

export type CreateProductInput = z.infer<ReturnType<typeof createProductInput>>;

export const updateProductInput = (currency: string) =>
  z.object({
    slug: slug.optional(),
    name: line("The name", 200).optional(),
    description,
    categoryId: z.string().nullish(),
    price: price(currency).optional(),
    attributes,
    expectedVersion,
  });

export const adjustStockInput = z.object({
  productId: z.string(),
  delta: count("The change", -1_000_000, 1_000_000).refine((delta) => delta !== 0, {
    error: "A change of 0 is none.",
  }),
  reason: line("The reason", 500),
  idempotencyKey,
});

export type AdjustStockInput = z.infer<typeof adjustStockInput>;
