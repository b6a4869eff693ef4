import { type QueryFilter } from "mongoose";
import { type Wanted } from "./product-filter";
import { type ProductDocument } from "./product-model";
import { attributeToken, relevanceTiers, type RelevanceTier, tokensOfWord } from "./search-tokens";

type Condition = QueryFilter<ProductDocument>;

/**
 * What MongoDB is asked for. Status and stock are always asked for, though it be for every value there is: the indexes of
 * lists have them before the order, and a few stretches of an index, each in order, are as good as one.
 * @param tier of relevance: only what matches in it and in none before it
 */
export function toConditions(wanted: Wanted, tier?: RelevanceTier): Condition {
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
