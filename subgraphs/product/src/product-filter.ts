import { type Viewer } from "@shop/auth";
import { badUserInput } from "@shop/graphql-errors";
import { isId } from "@shop/ids";
import { z } from "zod";
import { type CategoryTree } from "./category-tree";
import { type ProductStatus } from "./product-model";
import { searchWords } from "./search-words";
import { visibleStatuses } from "./visibility";

const text = z.string().max(200);
const amount = z.int().min(0);

/** The contract's ProductFilter; null is as good as absent. */
const productFilter = z.object({
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

/**
 * Reads the filter of a list.
 * @param withinCategoryId of which category's list it is
 * @throws BAD_USER_INPUT where a value does not fit
 */
export type ReadFilter = (viewer: Viewer | null, given: unknown, withinCategoryId?: string) => Promise<Wanted>;

export function createFilterReader({ tree }: { tree: Pick<CategoryTree, "withDescendants"> }): ReadFilter {
  return async (viewer, given, withinCategoryId) => {
    const parsed = productFilter.safeParse(given ?? {});
    if (!parsed.success) {
      const path = parsed.error.issues[0]?.path.map(String) ?? [];
      throw badUserInput("A value of the filter is too long, too large or below 0.", ["filter", ...path]);
    }
    const { search, categoryId, status, ids, inStock, minPriceMinor, maxPriceMinor, attributes } = parsed.data;
    const [categoryIds, withinCategoryIds] = await Promise.all([
      typeof categoryId === "string" ? tree.withDescendants(categoryId) : null,
      withinCategoryId === undefined ? null : tree.withDescendants(withinCategoryId),
    ]);
    return {
      words: typeof search === "string" && search.trim() !== "" ? searchWords(search) : null,
      statuses: visibleStatuses(viewer).filter((visible) => (status ?? visible) === visible),
      inStock: inStock ?? null,
      minPriceMinor: minPriceMinor ?? null,
      maxPriceMinor: maxPriceMinor ?? null,
      attributes: attributes ?? [],
      ids: ids?.filter(isId) ?? null,
      categoryIds,
      withinCategoryIds,
    };
  };
}

// Each facet leaves its own part of the filter out, so that it shows what else could be chosen.

export const withoutCategory = (wanted: Wanted): Wanted => ({ ...wanted, categoryIds: null });

export const withoutPrices = (wanted: Wanted): Wanted => ({ ...wanted, minPriceMinor: null, maxPriceMinor: null });

export const withoutAttribute = (wanted: Wanted, attribute: string): Wanted => ({
  ...wanted,
  attributes: wanted.attributes.filter(({ name }) => name !== attribute),
});
