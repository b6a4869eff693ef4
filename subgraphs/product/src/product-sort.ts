import { type QueryFilter } from "mongoose";
import { z } from "zod";
import { type ProductDocument, type ProductRecord } from "./product-model";
import { relevanceTiers, type RelevanceTier } from "./search-tokens";

export interface ProductSort {
  readonly field: "CREATED_AT" | "PRICE" | "NAME" | "RELEVANCE";
  /** DESC where it is absent. */
  readonly direction?: "ASC" | "DESC" | undefined;
}

/** One way through the products: each row has a place in it that no other has, and a cursor holds that place. */
export interface Order<Place> {
  /** What a place can be. */
  readonly place: z.ZodType<Place>;
  readonly sort: Record<string, 1 | -1>;
  placeOf: (product: ProductRecord) => Place;
  /** The rows behind a place. */
  behind(place: Place): QueryFilter<ProductDocument>;
}

const sortKeys = { PRICE: "priceMinor", NAME: "nameKey" } as const;

/** By price or by name, and by id among equals. */
export function orderByKey(field: "PRICE" | "NAME", direction: 1 | -1): Order<[string | number, string]> {
  const key = sortKeys[field];
  const next = direction === 1 ? "$gt" : "$lt";
  return {
    place: z.tuple([field === "PRICE" ? z.int() : z.string(), z.string()]),
    sort: { [key]: direction, _id: direction },
    placeOf: (product) => [product[key], product._id],
    behind: ([last, id]) => ({
      // The first condition says nothing that the second does not; an index is entered by it.
      [key]: { [`${next}e`]: last },
      $or: [{ [key]: { [next]: last } }, { [key]: last, _id: { [next]: id } }],
    }),
  };
}

/** By creation, which is by id: ids sort as they were made. */
export function orderById(direction: 1 | -1): Order<string> {
  return {
    place: z.string(),
    sort: { _id: direction },
    placeOf: ({ _id }) => _id,
    behind: (id) => ({ _id: direction === 1 ? { $gt: id } : { $lt: id } }),
  };
}

export function toDirection(direction: ProductSort["direction"]): 1 | -1 {
  return direction === "ASC" ? 1 : -1;
}

/** A place by relevance: the tier, then the id. */
export const relevancePlace = z.tuple([z.enum(relevanceTiers), z.string()]);
export type RelevancePlace = z.infer<typeof relevancePlace>;

/** The tiers in the order in which they are listed, from a place on. */
export function tiersFrom(direction: 1 | -1, after: RelevancePlace | null): RelevanceTier[] {
  const tiers = direction === -1 ? [...relevanceTiers] : relevanceTiers.toReversed();
  return after === null ? tiers : tiers.slice(tiers.indexOf(after[0]));
}
