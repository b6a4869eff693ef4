import { type QueryFilter } from "mongoose";
import { z } from "zod";
import { type ProductDocument, type ProductStatus } from "./product-model";
import { attributeToken, relevanceTiers, type RelevanceTier, searchWords, tokensOfWord } from "./search-tokens";

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

/** What products are looked for, ready to be asked of the store: every value a string, a number or a boolean. */
export interface Wanted {
  /** Null without a search; empty where a search has no word, which nothing matches. */
  readonly words: string[] | null;
  readonly statuses: ProductStatus[];
  /** Null for both. */
  readonly inStock: boolean | null;
  readonly minPriceMinor: number | null;
  readonly maxPriceMinor: number | null;
  readonly attributes: { readonly name: string; readonly values: string[] }[];
  readonly ids: string[] | null;
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

/** A filter without the part that a facet leaves out. */
export function without(wanted: Wanted, leftOut: LeftOut): Wanted {
  if (leftOut === "categories") return { ...wanted, categoryIds: null };
  if (leftOut === "price") return { ...wanted, minPriceMinor: null, maxPriceMinor: null };
  return { ...wanted, attributes: wanted.attributes.filter(({ name }) => name !== leftOut.attribute) };
}

/**
 * Status and stock are always asked for, though it be for every value there is: the indexes of lists have them before the
 * order, and a few stretches of an index, each in order, are as good as one.
 * @param tier of relevance: only what matches in it and in none before it
 */
export function toMongoFilter(wanted: Wanted, tier?: RelevanceTier): Condition {
  const { statuses, inStock, minPriceMinor, maxPriceMinor, ids } = wanted;
  const conditions: Condition[] = [
    { status: { $in: statuses } },
    { inStock: { $in: inStock === null ? [false, true] : [inStock] } },
  ];
  const categoryIds = intersectionOf(wanted.withinCategoryIds, wanted.categoryIds);
  if (categoryIds !== null) conditions.push({ categoryId: { $in: categoryIds } });
  if (wanted.words !== null) conditions.push(...foundBy(wanted.words, tier));
  if (minPriceMinor !== null) conditions.push({ priceMinor: { $gte: minPriceMinor } });
  if (maxPriceMinor !== null) conditions.push({ priceMinor: { $lte: maxPriceMinor } });
  for (const { name, values } of wanted.attributes) {
    conditions.push({ tokens: { $in: values.map((value) => attributeToken(name, value)) } });
  }
  if (ids !== null) conditions.push({ _id: { $in: ids } });
  return { $and: conditions };
}

function foundBy(words: readonly string[], tier: RelevanceTier | undefined): Condition[] {
  const [word, ...more] = words;
  if (word === undefined) return [{ _id: { $in: [] } }];
  if (tier === undefined) return foundIn(words, "ANYWHERE");
  const better = relevanceTiers[relevanceTiers.indexOf(tier) - 1];
  if (better === undefined) return foundIn(words, tier);
  // One word alone has another token where a better tier finds it; of several, each may stand in another place.
  if (more.length === 0) return [{ tokens: { $in: tokensOfWord(word, tier, better) } }];
  return [...foundIn(words, tier), { $nor: [{ $and: foundIn(words, better) }] }];
}

function foundIn(words: readonly string[], tier: RelevanceTier): Condition[] {
  return words.map((word) => ({ tokens: { $in: tokensOfWord(word, tier) } }));
}

function intersectionOf(some: string[] | null, others: string[] | null): string[] | null {
  if (some === null || others === null) return some ?? others;
  const known = new Set(others);
  return some.filter((id) => known.has(id));
}
