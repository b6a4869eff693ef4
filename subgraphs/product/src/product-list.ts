import { type Viewer } from "@shop/auth";
import { type Connection, parsePage, toConnection } from "@shop/connections";
import { type QueryFilter } from "mongoose";
import { z } from "zod";
import { type CategoryTree } from "./category-tree";
import { digestOf } from "./idempotency";
import { toConditions } from "./product-conditions";
import { createFilterReader, type Wanted } from "./product-filter";
import { type ProductDocument, type ProductRecord, recordFields } from "./product-model";
import {
  type Order,
  orderById,
  orderByKey,
  type ProductSort,
  relevancePlace,
  type RelevancePlace,
  tiersFrom,
  toDirection,
} from "./product-sort";
import { type Store } from "./store";

/** `wanted` is what its products were looked for by: counted and weighed only where that is asked for. */
export interface ProductPage extends Connection<ProductRecord> {
  readonly wanted: Wanted;
}

export interface ListArguments {
  readonly filter?: unknown;
  readonly sort?: ProductSort | null | undefined;
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
}

export interface ProductList {
  /**
   * A page of what the viewer may see. While products come, go and are edited between two pages, each that matches and
   * keeps its place all the time is in the pages once. A cursor is good for the filter and the sort that it was given with.
   * @param withinCategoryId lists that category and all below it
   * @throws BAD_USER_INPUT for a filter, `first` or cursor that does not fit
   */
  list(viewer: Viewer | null, args: ListArguments, withinCategoryId?: string): Promise<ProductPage>;
  /** How many match, 10,000 at most. */
  count(wanted: Wanted): Promise<number>;
}

export const countLimit = 10_000;

interface Placed<Place> {
  readonly product: ProductRecord;
  readonly place: Place;
}

export function createProductList(deps: {
  store: Pick<Store, "products">;
  tree: Pick<CategoryTree, "withDescendants">;
}): ProductList {
  const { products } = deps.store;
  const readFilter = createFilterReader(deps);

  async function readInOrder<Place>(
    conditions: QueryFilter<ProductDocument>,
    order: Order<Place>,
    after: Place | null,
    limit: number,
  ): Promise<Placed<Place>[]> {
    const rows = await products
      .find(after === null ? conditions : { $and: [conditions, order.behind(after)] }, recordFields)
      .sort(order.sort)
      .limit(limit)
      .lean<ProductRecord[]>();
    return rows.map((product) => ({ product, place: order.placeOf(product) }));
  }

  /** Tier by tier, each a query of its own that an index serves, until there are enough. */
  async function readByRelevance(
    wanted: Wanted,
    direction: 1 | -1,
    after: RelevancePlace | null,
    limit: number,
  ): Promise<Placed<RelevancePlace>[]> {
    const found: Placed<RelevancePlace>[] = [];
    for (const tier of tiersFrom(direction, after)) {
      const missing = limit - found.length;
      if (missing === 0) break;
      const behind = after?.[0] === tier ? after[1] : null;
      const rows = await readInOrder(toConditions(wanted, tier), orderById(direction), behind, missing);
      found.push(...rows.map(({ product, place: id }) => ({ product, place: [tier, id] as RelevancePlace })));
    }
    return found;
  }

  return {
    list: async (viewer, args, withinCategoryId) => {
      const wanted = await readFilter(viewer, args.filter, withinCategoryId);
      const field = args.sort?.field ?? (wanted.words === null ? "CREATED_AT" : "RELEVANCE");
      const direction = toDirection(args.sort?.direction);
      const name = nameOf({ withinCategoryId, filter: args.filter ?? {}, field, direction });

      async function paged<Place>(
        place: z.ZodType<Place>,
        read: (after: Place | null, limit: number) => Promise<Placed<Place>[]>,
      ): Promise<ProductPage> {
        const page = parsePage(args, z.tuple([z.literal(name), place]));
        const found = await read(page.after === null ? null : page.after[1], page.first + 1);
        const { edges, pageInfo } = toConnection(found, page, (row) => [name, row.place]);
        return { edges: edges.map(({ cursor, node }) => ({ cursor, node: node.product })), pageInfo, wanted };
      }
      const inOrder = <Place>(order: Order<Place>): Promise<ProductPage> =>
        paged(order.place, (after, limit) => readInOrder(toConditions(wanted), order, after, limit));

      if (field === "PRICE" || field === "NAME") return inOrder(orderByKey(field, direction));
      if (field === "CREATED_AT" || wanted.words === null) return inOrder(orderById(direction));
      return paged(relevancePlace, (after, limit) => readByRelevance(wanted, direction, after, limit));
    },
    count: (wanted) => products.countDocuments(toConditions(wanted), { limit: countLimit }).exec(),
  };
}

/** Stands in every cursor of a list, so that no other list takes it: one place is in all of them, but not the way to it. */
function nameOf(list: {
  withinCategoryId: string | undefined;
  filter: unknown;
  field: string;
  direction: 1 | -1;
}): string {
  return digestOf(list).slice(0, 12);
}
