import { type PipelineStage } from "mongoose";
import { type CategoryTree } from "./category-tree";
import { type CategoryRecord } from "./category-model";
import { toConditions } from "./product-conditions";
import { type Wanted, withoutAttribute, withoutCategory, withoutPrices } from "./product-filter";
import { countLimit } from "./product-list";
import { orderByKey } from "./product-sort";
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
  /** In minor units, over all matches; null without one. */
  priceRange(wanted: Wanted): Promise<{ minMinor: number; maxMinor: number } | null>;
  /**
   * By name; the values of each, most matches first. The 50 attributes that most matches have, and of each the 50 values;
   * beyond them what the filter names, which customers must be able to take back.
   */
  attributes(wanted: Wanted): Promise<AttributeCounts[]>;
}

// More nobody looks through, and an attribute may have as many values as there are products.
const mostTold = 50;

export function createFacets(deps: {
  store: Pick<Store, "products">;
  tree: Pick<CategoryTree, "withAncestors">;
}): Facets {
  const { products } = deps.store;

  /** @param stages work on the matches, as much of them as `fields` names */
  function overMatches<T>(wanted: Wanted, fields: Record<string, 1>, stages: PipelineStage[]): Promise<T[]> {
    const matches = [{ $match: toConditions(wanted) }, { $limit: countLimit }, { $project: fields }];
    return products.aggregate<T>([...matches, ...stages]).exec();
  }

  /** @param name counts that attribute only */
  async function countValues(wanted: Wanted, name?: string): Promise<Map<string, AttributeCounts["values"]>> {
    const groups = await overMatches<{ _id: { name: string; value: string }; count: number }>(
      wanted,
      { attributes: 1 },
      [
        { $unwind: "$attributes" },
        ...(name === undefined ? [] : [{ $match: { "attributes.name": name } }]),
        { $group: { _id: { name: "$attributes.name", value: "$attributes.value" }, count: { $sum: 1 } } },
      ],
    );
    const byName = new Map<string, { value: string; count: number }[]>();
    for (const { _id, count } of groups) {
      const values = byName.get(_id.name) ?? [];
      values.push({ value: _id.value, count });
      byName.set(_id.name, values);
    }
    return byName;
  }

  /** The lowest or the highest price, which is the first of the list in that order. */
  async function priceAtEnd(wanted: Wanted, direction: 1 | -1): Promise<number | null> {
    const [first] = await products
      .find(toConditions(wanted), { priceMinor: 1 })
      .sort(orderByKey("PRICE", direction).sort)
      .limit(1)
      .lean<{ priceMinor: number }[]>();
    return first?.priceMinor ?? null;
  }

  return {
    categories: async (wanted) => {
      const groups = await overMatches<{ _id: string | null; count: number }>(
        withoutCategory(wanted),
        { categoryId: 1 },
        [{ $group: { _id: "$categoryId", count: { $sum: 1 } } }],
      );
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
      const asked = withoutPrices(wanted);
      const [minMinor, maxMinor] = await Promise.all([priceAtEnd(asked, 1), priceAtEnd(asked, -1)]);
      return minMinor === null || maxMinor === null ? null : { minMinor, maxMinor };
    },

    attributes: async (wanted) => {
      const chosen = new Map(wanted.attributes.map(({ name, values }) => [name, values]));
      const [all, ...own] = await Promise.all([
        countValues(wanted),
        ...[...chosen.keys()].map((attribute) => countValues(withoutAttribute(wanted, attribute), attribute)),
      ]);
      const byName = new Map([...all, ...own.flatMap((counts) => [...counts])]);
      return [...byName]
        .map(([name, values]) => ({ name, values, matches: values.reduce((sum, { count }) => sum + count, 0) }))
        .sort((a, b) => b.matches - a.matches || compare(a.name, b.name))
        .filter(({ name }, place) => place < mostTold || chosen.has(name))
        .sort((a, b) => compare(a.name, b.name))
        .map(({ name, values }) => ({
          name,
          values: values
            .toSorted((a, b) => b.count - a.count || compare(a.value, b.value))
            .filter(({ value }, place) => place < mostTold || chosen.get(name)?.includes(value) === true),
        }));
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
