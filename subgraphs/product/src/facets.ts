import { type CategoryTree } from "./category-tree";
import { type CategoryRecord } from "./category-model";
import { toMongoFilter, type Wanted, without } from "./product-filter";
import { countLimit, queryTimeMs } from "./product-list";
import { type ProductAttribute } from "./product-model";
import { type Store } from "./store";

export interface CategoryCount {
  readonly category: CategoryRecord;
  readonly count: number;
}

export interface AttributeCounts {
  readonly name: string;
  readonly values: { readonly value: string; readonly count: number }[];
}

/** What a selection of products is spread over, 10,000 matches at most. Each leaves its own part of the filter out. */
export interface Facets {
  /** Of each category with matches in or below it, most matches first. */
  categories(wanted: Wanted): Promise<CategoryCount[]>;
  /** In minor units; null without a match. */
  priceRange(wanted: Wanted): Promise<{ minMinor: number; maxMinor: number } | null>;
  /** By name; the values of each, most matches first. */
  attributes(wanted: Wanted): Promise<AttributeCounts[]>;
}

/** Matches of one category with the same attributes, and what they cost. */
interface Tally {
  readonly _id: { readonly categoryId: string | null; readonly attributes: readonly ProductAttribute[] };
  readonly count: number;
  readonly minMinor: number;
  readonly maxMinor: number;
}

export function createFacets(deps: {
  store: Pick<Store, "products">;
  tree: Pick<CategoryTree, "withAncestors">;
}): Facets {
  const { products } = deps.store;
  const tallies = new WeakMap<Wanted, Promise<Tally[]>>();

  /** One pass over the matches for all facets that look for the same. */
  function tally(wanted: Wanted): Promise<Tally[]> {
    const made = tallies.get(wanted);
    if (made !== undefined) return made;
    const counting = products
      .aggregate<Tally>([
        { $match: toMongoFilter(wanted) },
        { $limit: countLimit },
        {
          $group: {
            _id: { categoryId: "$categoryId", attributes: "$attributes" },
            count: { $sum: 1 },
            minMinor: { $min: "$priceMinor" },
            maxMinor: { $max: "$priceMinor" },
          },
        },
      ])
      .option({ maxTimeMS: queryTimeMs })
      .exec();
    tallies.set(wanted, counting);
    return counting;
  }

  return {
    categories: async (wanted) => {
      const direct = new Map<string, number>();
      for (const { _id, count } of await tally(without(wanted, "categories"))) {
        if (_id.categoryId !== null) add(direct, _id.categoryId, count);
      }
      const categories = await deps.tree.withAncestors([...direct.keys()]);
      const counts = new Map<string, number>();
      for (const { _id, ancestorIds } of categories) {
        for (const id of [...ancestorIds, _id]) add(counts, id, direct.get(_id) ?? 0);
      }
      return categories
        .map((category) => ({ category, count: counts.get(category._id) ?? 0 }))
        .sort((a, b) => b.count - a.count || compare(a.category.name, b.category.name));
    },

    priceRange: async (wanted) => {
      const found = await tally(without(wanted, "price"));
      if (found.length === 0) return null;
      return {
        minMinor: Math.min(...found.map(({ minMinor }) => minMinor)),
        maxMinor: Math.max(...found.map(({ maxMinor }) => maxMinor)),
      };
    },

    attributes: async (wanted) => {
      const filtered = [...new Set(wanted.attributes.map(({ name }) => name))];
      const [all, ...own] = await Promise.all([
        tally(wanted),
        ...filtered.map((attribute) => tally(without(wanted, { attribute }))),
      ]);
      const byName = countValues(all, (name) => !filtered.includes(name));
      for (const [index, found] of own.entries()) {
        for (const [name, counts] of countValues(found, (name) => name === filtered[index])) byName.set(name, counts);
      }
      return [...byName]
        .map(([name, counts]) => ({
          name,
          values: [...counts]
            .map(([value, count]) => ({ value, count }))
            .sort((a, b) => b.count - a.count || compare(a.value, b.value)),
        }))
        .sort((a, b) => compare(a.name, b.name));
    },
  };
}

/** How many matches have each value of the attributes asked for. */
function countValues(
  tallies: readonly Tally[],
  isAskedFor: (name: string) => boolean,
): Map<string, Map<string, number>> {
  const byName = new Map<string, Map<string, number>>();
  for (const { _id, count } of tallies) {
    for (const { name, value } of _id.attributes) {
      if (!isAskedFor(name)) continue;
      const counts = byName.get(name) ?? new Map<string, number>();
      add(counts, value, count);
      byName.set(name, counts);
    }
  }
  return byName;
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
