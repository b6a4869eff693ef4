// The indexes of the catalogue's database, change by change: what the models say of them is what all of these make.
import { type mongo } from "mongoose";
import { type Store } from "./store";

type Collection = "products" | "categories" | "adjustments" | "uploads" | "leases";
type Keys = Record<string, 1 | -1>;

/** An index that is made, one at a time. MongoDB lets others read and write meanwhile. */
interface NewIndex {
  readonly of: Collection;
  readonly keys: Keys;
  readonly options?: Omit<mongo.IndexDescription, "key">;
}

/** Changes that a release brought. A name and what stands under it stay. */
export interface IndexChange {
  readonly name: string;
  readonly made: readonly NewIndex[];
}

const unique = { unique: true };
const sparse = { sparse: true };

const narrowings: readonly Keys[] = [{}, { categoryId: 1 }, { tokens: 1 }];
const orders: readonly Keys[] = [{}, { priceMinor: 1 }, { nameKey: 1 }];
const lists = narrowings.flatMap((narrowing) =>
  orders.map((order): NewIndex => ({
    of: "products",
    keys: { ...narrowing, status: 1, inStock: 1, ...order, _id: 1 },
  })),
);

/** In the order in which databases in use came by them. */
export const indexChanges: readonly IndexChange[] = [
  {
    name: "0003-first-indexes",
    made: [
      { of: "products", keys: { slug: 1 }, options: unique },
      { of: "products", keys: { "creation.scope": 1 }, options: unique },
      ...lists,
      { of: "products", keys: { "holds.expiresAt": 1 }, options: sparse },
      { of: "products", keys: { "outbox.eventId": 1 }, options: sparse },
      { of: "categories", keys: { slug: 1 }, options: unique },
      { of: "categories", keys: { "creation.scope": 1 }, options: unique },
      { of: "categories", keys: { parentId: 1 } },
      { of: "categories", keys: { ancestorIds: 1 } },
      { of: "categories", keys: { isMoving: 1 }, options: sparse },
      { of: "adjustments", keys: { scope: 1 }, options: unique },
      { of: "adjustments", keys: { productId: 1, _id: -1 } },
      { of: "adjustments", keys: { createdAt: 1 }, options: { partialFilterExpression: { state: "PENDING" } } },
      { of: "uploads", keys: { notedAt: 1 } },
      { of: "uploads", keys: { productId: 1 } },
      { of: "leases", keys: { until: 1 }, options: { expireAfterSeconds: 60 } },
    ],
  },
  {
    name: "0004-events-of-categories",
    made: [
      { of: "categories", keys: { isRemoved: 1 }, options: sparse },
      { of: "categories", keys: { "outbox.eventId": 1 }, options: sparse },
    ],
  },
];

/**
 * Makes the next index of a change. One of a large collection takes longer than an operation may: MongoDB goes on with it,
 * and asked again answers when it is there.
 * @param reached how many are there, as the call before returned it; null of the first
 * @returns null when all are there
 */
export async function makeNextIndex(
  store: Pick<Store, Collection>,
  { made }: IndexChange,
  reached: string | null,
): Promise<string | null> {
  const index = Number(reached ?? 0);
  const next = made[index];
  if (next === undefined) return null;
  await store[next.of].collection.createIndexes([{ key: next.keys, ...next.options }]);
  return index + 1 < made.length ? String(index + 1) : null;
}
