import { type QueryFilter } from "mongoose";
import { z } from "zod";
import { type ProductDocument, type ProductStatus } from "./product-model";
import { relevanceTiers, type RelevanceTier, searchWords, tokensOfTier } from "./search-tokens";

const text = z.string().max(200);
const amount = z.int().min(0);

/** The contract's ProductFilter; null is as good as absent. */
export const productFilter = z.object({
  search: text.nullish(),
  categoryId: text.nullish(),
  minPriceMinor: amount.nullish(),
  maxPriceMinor: amount.nullish(),
  inStock: z.boolean().nullish(),
  attributes: z
    .array(z.object({ name: text, values: z.array(text).max(50) }))
    .max(20)
    .nullish(),
  status: z.enum(["DRAFT", "ACTIVE", "ARCHIVED"]).nullish(),
  ids: z.array(text).max(100).nullish(),
});

type Given = z.infer<typeof productFilter>;

/** What products are looked for, ready to be asked of the store: every value a string, a number or a boolean. */
export interface Wanted extends Omit<Given, "search" | "categoryId" | "status"> {
  /** Null without a search; empty where a search has no word, which nothing matches. */
  readonly words: string[] | null;
  readonly statuses: ProductStatus[];
  /** The category of the filter with all below it. */
  readonly categoryIds: string[] | null;
  /** The category whose products are listed, with all below it. */
  readonly withinCategoryIds: string[] | null;
}

/** A part of the filter that a facet leaves out. */
export type LeftOut = "categories" | "price" | { attribute: string };

type Condition = QueryFilter<ProductDocument>;

/** @returns null for a search with nothing in it */
export function toWords(search: string | null | undefined): string[] | null {
  return typeof search === "string" && search.trim() !== "" ? searchWords(search) : null;
}

/** @param leftOut a part that must not narrow it down */
export function toMongoFilter(wanted: Wanted, leftOut?: LeftOut): Condition {
  const { minPriceMinor: min, maxPriceMinor: max, inStock, ids } = wanted;
  const conditions: Condition[] = [{ status: { $in: wanted.statuses } }];
  if (wanted.withinCategoryIds !== null) conditions.push({ categoryId: { $in: wanted.withinCategoryIds } });
  if (wanted.categoryIds !== null && leftOut !== "categories") {
    conditions.push({ categoryId: { $in: wanted.categoryIds } });
  }
  if (wanted.words !== null) conditions.push(foundIn(wanted.words, "ANYWHERE"));
  if (leftOut !== "price") {
    if (typeof min === "number") conditions.push({ priceMinor: { $gte: min } });
    if (typeof max === "number") conditions.push({ priceMinor: { $lte: max } });
  }
  if (typeof inStock === "boolean") conditions.push({ available: inStock ? { $gt: 0 } : { $lte: 0 } });
  for (const { name, values } of wanted.attributes ?? []) {
    if (typeof leftOut === "object" && leftOut.attribute === name) continue;
    conditions.push({ attributes: { $elemMatch: { name, value: { $in: values } } } });
  }
  if (ids !== null && ids !== undefined) conditions.push({ _id: { $in: ids } });
  return { $and: conditions };
}

/** Those that match in this tier of relevance and in none before it. */
export function toTierFilter(words: readonly string[], tier: RelevanceTier): Condition {
  const better = relevanceTiers[relevanceTiers.indexOf(tier) - 1];
  return better === undefined
    ? foundIn(words, tier)
    : { $and: [foundIn(words, tier), { $nor: [foundIn(words, better)] }] };
}

function foundIn(words: readonly string[], tier: RelevanceTier): Condition {
  return words.length === 0 ? { _id: { $in: [] } } : { tokens: { $all: tokensOfTier(words, tier) } };
}
