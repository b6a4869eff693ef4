import { type Viewer } from "@shop/auth";
import { type Connection, parsePage, toConnection } from "@shop/connections";
import { badUserInput } from "@shop/graphql-errors";
import { isId } from "@shop/ids";
import { type CategoryTree } from "./category-tree";
import { productFilter, toMongoFilter, toWords, type Wanted } from "./product-filter";
import { type ProductRecord, recordFields } from "./product-model";
import {
  orderById,
  orderByKey,
  type Order,
  type ProductSort,
  relevanceCursor,
  type RelevancePlace,
  tiersFrom,
  toDirection,
} from "./product-sort";
import { type RelevanceTier } from "./search-tokens";
import { type Store } from "./store";
import { visibleStatuses } from "./visibility";

/** What a page was cut from: counted, and narrowed down further by facets, only where that is asked for. */
export interface ProductSelection {
  readonly wanted: Wanted;
}
export interface ProductPage extends Connection<ProductRecord> {
  readonly selection: ProductSelection;
}

export interface ListArguments {
  readonly filter?: unknown;
  readonly sort?: ProductSort | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface ProductList {
  /**
   * A page of what the viewer may see.
   * @param withinCategoryId lists that category and all below it
   * @throws BAD_USER_INPUT for a filter, `first` or cursor that does not fit
   */
  list(viewer: Viewer | null, args: ListArguments, withinCategoryId?: string): Promise<ProductPage>;
  /** How many match, 10,000 at most. */
  count(selection: ProductSelection): Promise<number>;
}

export const countLimit = 10_000;

export function createProductList(deps: {
  store: Pick<Store, "products">;
  tree: Pick<CategoryTree, "withDescendants">;
}): ProductList {
  const { tree } = deps;
  const { products } = deps.store;

  async function parseWanted(viewer: Viewer | null, given: unknown, withinCategoryId?: string): Promise<Wanted> {
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
    const statuses = visibleStatuses(viewer).filter((visible) => (status ?? visible) === visible);
    return {
      words: toWords(search),
      statuses,
      inStock: inStock ?? null,
      minPriceMinor: minPriceMinor ?? null,
      maxPriceMinor: maxPriceMinor ?? null,
      attributes: attributes ?? [],
      ids: ids?.filter(isId) ?? null,
      categoryIds,
      withinCategoryIds,
    };
  }

  async function listInOrder(wanted: Wanted, order: Order, args: ListArguments): Promise<ProductPage> {
    const page = parsePage(args, order.cursor);
    const filter = toMongoFilter(wanted);
    const rows = await products
      .find(page.after === null ? filter : { $and: [filter, order.behind(page.after)] }, recordFields)
      .sort(order.sort)
      .limit(page.first + 1)
      .lean<ProductRecord[]>();
    return { ...toConnection(rows, page, order.placeOf), selection: { wanted } };
  }

  /** Tier by tier, each a query of its own that an index serves, until the page is full. */
  async function listByRelevance(wanted: Wanted, direction: 1 | -1, args: ListArguments): Promise<ProductPage> {
    const page = parsePage<RelevancePlace>(args, relevanceCursor);
    const order = orderById(direction);
    const rows: ProductRecord[] = [];
    // By the row as it was read: a product that is changed between two of the queries may be found by both.
    const tierOf = new Map<ProductRecord, RelevanceTier>();
    for (const tier of tiersFrom(direction, page.after)) {
      const missing = page.first + 1 - rows.length;
      if (missing === 0) break;
      const place = page.after?.[1] === tier ? [order.behind(["id", page.after[2]])] : [];
      const found = await products
        .find({ $and: [toMongoFilter(wanted, tier), ...place] }, recordFields)
        .sort(order.sort)
        .limit(missing)
        .lean<ProductRecord[]>();
      for (const product of found) tierOf.set(product, tier);
      rows.push(...found);
    }
    const placeOf = (product: ProductRecord) => ["relevance", tierOf.get(product), product._id];
    return { ...toConnection(rows, page, placeOf), selection: { wanted } };
  }

  return {
    list: async (viewer, args, withinCategoryId) => {
      const wanted = await parseWanted(viewer, args.filter, withinCategoryId);
      const field = args.sort?.field ?? (wanted.words === null ? "CREATED_AT" : "RELEVANCE");
      const direction = toDirection(args.sort?.direction);
      if (field === "PRICE" || field === "NAME") return listInOrder(wanted, orderByKey(field, direction), args);
      if (field === "RELEVANCE" && wanted.words !== null) return listByRelevance(wanted, direction, args);
      return listInOrder(wanted, orderById(direction), args);
    },
    count: ({ wanted }) => products.countDocuments(toMongoFilter(wanted), { limit: countLimit }).exec(),
  };
}
