import { type CategoryTree } from "./categories";
import { type CategoryRecord } from "./category-model";
import { type LeftOut, toMongoFilter, type Wanted } from "./product-filter";
import { countLimit } from "./product-list";
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

type Stages = Parameters<Store["products"]["aggregate"]>[0];

export function createFacets(deps: {
  store: Pick<Store, "products">;
  tree: Pick<CategoryTree, "withAncestors">;
}): Facets {
  const { products } = deps.store;

  function overMatches<T>(wanted: Wanted, leftOut: LeftOut | undefined, stages: NonNullable<Stages>): Promise<T[]> {
    const matches = [{ $match: toMongoFilter(wanted, leftOut) }, { $limit: countLimit }];
    return products.aggregate<T>([...matches, ...stages]).exec();
  }

  /** @param name counts that attribute only */
  async function countAttributes(wanted: Wanted, leftOut?: string): Promise<Map<string, AttributeCounts["values"]>> {
    const groups = await overMatches<{ _id: { name: string; value: string }; count: number }>(
      wanted,
      leftOut === undefined ? undefined : { attribute: leftOut },
      [
        { $unwind: "$attributes" },
        ...(leftOut === undefined ? [] : [{ $match: { "attributes.name": leftOut } }]),
        { $group: { _id: { name: "$attributes.name", value: "$attributes.value" }, count: { $sum: 1 } } },
      ],
    );
    const byName = new Map<string, AttributeCounts["values"]>();
    for (const { _id, count } of groups) {
      byName.set(_id.name, [...(byName.get(_id.name) ?? []), { value: _id.value, count }]);
    }
    return byName;
  }

  return {
    categories: async (wanted) => {
      const groups = await overMatches<{ _id: string | null; count: number }>(wanted, "categories", [
        { $group: { _id: "$categoryId", count: { $sum: 1 } } },
      ]);
      const direct = new Map(groups.flatMap(({ _id, count }) => (_id === null ? [] : [[_id, count] as const])));
      const categories = await deps.tree.withAncestors([...direct.keys()]);
      const counts = new Map<string, number>();
      for (const { _id, ancestorIds } of categories) {
        for (const id of [...ancestorIds, _id]) counts.set(id, (counts.get(id) ?? 0) + (direct.get(_id) ?? 0));
      }
      return categories
        .map((category) => ({ category, count: counts.get(category._id) ?? 0 }))
        .sort((a, b) => b.count - a.count || compare(a.category.name, b.category.name));
    },

    priceRange: async (wanted) => {
      const [range] = await overMatches<{ minMinor: number; maxMinor: number }>(wanted, "price", [
        { $group: { _id: null, minMinor: { $min: "$priceMinor" }, maxMinor: { $max: "$priceMinor" } } },
      ]);
      return range ?? null;
    },

    attributes: async (wanted) => {
      const filtered = [...new Set((wanted.attributes ?? []).map(({ name }) => name))];
      const [all, ...own] = await Promise.all([
        countAttributes(wanted),
        ...filtered.map((name) => countAttributes(wanted, name)),
      ]);
      const byName = new Map([...all, ...own.flatMap((counts) => [...counts])]);
      return [...byName]
        .map(([name, values]) => ({
          name,
          values: values.sort((a, b) => b.count - a.count || compare(a.value, b.value)),
        }))
        .sort((a, b) => compare(a.name, b.name));
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
