import { type WithLease } from "./lease";
import { type ProductDocument } from "./product-model";
import { listKeysOf } from "./search-tokens";
import { type Store } from "./store";
import { indexChanges, makeNextIndex } from "./store-indexes";

/** What a database that an older version wrote lacks for this one, made good a batch at a time. */
interface StoreStep {
  /** What a database has behind it is known by this: it stays, and so does its step. */
  readonly name: string;
  /**
   * One batch. Done twice, it changes nothing more.
   * @param reached what the batch before it returned; null for the first
   * @returns null where nothing is left
   */
  readonly advance: (store: Collections, reached: string | null) => Promise<string | null>;
}

type Collections = Omit<Store, "ping" | "close">;

// Written well within the store's time limit for one operation.
const productsPerBatch = 200;

const fillInStock: StoreStep = {
  name: "0001-in-stock",
  advance: async ({ products }, reached) => {
    // Of all, and not of those that lack it: to find that there are none, the store would look through a whole catalogue.
    const batch = await products
      .find({ _id: { $gt: reached ?? "" } }, { _id: 1 })
      .sort({ _id: 1 })
      .limit(productsPerBatch)
      .lean<{ _id: string }[]>();
    const ids = batch.map(({ _id }) => _id);
    const lacking = { _id: { $in: ids }, inStock: { $exists: false } };
    const inStock = { $gt: ["$available", 0] };
    await products.updateMany(lacking, [{ $set: { inStock } }], { updatePipeline: true });
    return ids.at(-1) ?? null;
  },
};

const renewListKeys: StoreStep = {
  name: "0002-list-keys",
  advance: async ({ products }, reached) => {
    const fields = { name: 1, attributes: 1, description: 1, version: 1 } as const;
    const batch = await products
      .find({ _id: { $gt: reached ?? "" } }, fields)
      .sort({ _id: 1 })
      .limit(productsPerBatch)
      .lean<Pick<ProductDocument, "_id" | "version" | "name" | "attributes" | "description">[]>();
    // Whoever edits one meanwhile makes its keys anew as well.
    const writes = batch.map(({ _id, version, ...texts }) => ({
      updateOne: { filter: { _id, version }, update: { $set: listKeysOf(texts) } },
    }));
    if (writes.length > 0) await products.bulkWrite(writes, { ordered: false });
    return batch.at(-1)?._id ?? null;
  },
};

const changeIndexes = indexChanges.map((change): StoreStep => ({
  name: change.name,
  advance: (store, reached) => makeNextIndex(store, change, reached),
}));

const steps: readonly StoreStep[] = [fillInStock, renewListKeys, ...changeIndexes];

/**
 * Does the steps that the database has not behind it, one process at a time. Cut short, it is gone on with.
 * @throws LeaseLostError where another process is at it, or the lease has run out: to be called again
 */
export async function bringUpToDate(store: Collections, withLease: WithLease): Promise<void> {
  const names = steps.map(({ name }) => name);
  if ((await store.steps.countDocuments({ _id: { $in: names }, reached: null })) === steps.length) return;
  await withLease("steps", async (lease) => {
    for (const { name, advance } of steps) {
      const earlier = await store.steps.findById(name).lean<{ reached: string | null } | null>();
      if (earlier?.reached === null) continue;
      for (let reached = earlier?.reached ?? null, isDone = false; !isDone; isDone = reached === null) {
        lease.requireTime();
        reached = await advance(store, reached);
        await store.steps.updateOne({ _id: name }, { $set: { reached } }, { upsert: true });
      }
    }
  });
}
