import { type mongo } from "mongoose";
import { pendingStockChange } from "./outbox";
import { type Hold, type ProductDocument, type ProductRecord } from "./product-model";
import { type Store } from "./store";

/** What an order has of one product, and the product as far as an order needs it. */
export type Holding = Pick<ProductRecord, "_id" | "name" | "priceMinor" | "currency" | "status" | "available"> & {
  /** At most one: this order's. */
  readonly holds: readonly Hold[];
};

export interface OrderLine {
  readonly productId: string;
  readonly quantity: number;
}

const fields = { name: 1, priceMinor: 1, currency: 1, status: 1, available: 1 } as const;
// Far longer than a call can be under way when its order lets go, or ships; every cancelled order leaves a mark for so
// long, so this bounds how many a document has.
const markMs = 3_600_000;

/**
 * Changes what one order has of one product. Each is one update of the product's own document that looks and takes at
 * once, and tells of it in the same update, so none can be half done and none needs a transaction.
 */
export interface Holds {
  /**
   * Takes units for an order that has none.
   * @returns null where there are too few, or the order is known already, or another change came between: read then
   */
  take(line: OrderLine, orderId: string, as: { expiresAt: Date } | "COMMITTED"): Promise<Holding | null>;
  /** Makes a hold last until then. @returns null where it is gone */
  prolong(line: OrderLine, orderId: string, expiresAt: Date): Promise<Holding | null>;
  /** Makes held units final. @returns false where nothing is held */
  commit(line: OrderLine, orderId: string): Promise<boolean>;
  /**
   * Gives back what the order has. With a mark, a commit that comes later finds that the order let go.
   * @returns false where it has nothing
   */
  giveBack(hold: Hold, productId: string, mark: boolean): Promise<boolean>;
  /** Leaves the mark of a release where the order has nothing. @returns false where it has something, or the mark */
  markReleased(productId: string, orderId: string): Promise<boolean>;
  /** Closes what is committed; its mark stays a while, for a commit that is asked for once more. */
  settle(line: OrderLine, orderId: string): Promise<void>;
  /** @returns null for an unknown product */
  read(productId: string, orderId: string): Promise<Holding | null>;
}

export function createHolds(store: Pick<Store, "products">, onChange: () => void): Holds {
  // The driver's own: these values are ours, and Mongoose's casting of them takes as long as all else about them.
  const products = store.products.collection as unknown as mongo.Collection<ProductDocument>;
  return {
    take: async ({ productId, quantity }, orderId, as) => {
      const final = as === "COMMITTED";
      const hold: Hold = final ? committed(orderId, quantity) : { orderId, quantity, state: "HELD", ...as };
      const take = (available: object | number, set: object): Promise<Omit<Holding, "holds"> | null> =>
        products.findOneAndUpdate(
          { _id: productId, status: "ACTIVE", available, "holds.orderId": { $ne: orderId } },
          {
            $inc: { available: -quantity, stock: final ? -quantity : 0 },
            $push: { holds: hold, outbox: pendingStockChange(-quantity) },
            ...set,
          },
          { returnDocument: "after", projection: fields },
        );
      // An update by operators cannot tell what it leaves: that it takes the last ones must be in its filter.
      const taken = (await take({ $gt: quantity }, {})) ?? (await take(quantity, { $set: { inStock: false } }));
      if (taken === null) return null;
      onChange();
      return { ...taken, holds: [hold] };
    },

    prolong: ({ productId, quantity }, orderId, expiresAt) =>
      products.findOneAndUpdate(
        { _id: productId, status: "ACTIVE", holds: { $elemMatch: { orderId, quantity, state: "HELD" } } },
        { $set: { "holds.$.expiresAt": expiresAt } },
        { returnDocument: "after", projection: fields },
      ),

    commit: async ({ productId, quantity }, orderId) => {
      const { modifiedCount } = await products.updateOne(
        { _id: productId, holds: { $elemMatch: { orderId, quantity, state: "HELD" } } },
        { $set: { "holds.$": committed(orderId, quantity) }, $inc: { stock: -quantity } },
      );
      return modifiedCount === 1;
    },

    giveBack: async ({ orderId, quantity, state, expiresAt }, productId, mark) => {
      // All that was read of the hold is in the filter: what changed meanwhile is not given back.
      const found = { orderId, quantity, state, ...(expiresAt === undefined ? {} : { expiresAt }) };
      const inc = { available: quantity, stock: state === "COMMITTED" ? quantity : 0 };
      const outbox = pendingStockChange(quantity);
      const { modifiedCount } = await products.updateOne(
        { _id: productId, holds: { $elemMatch: found } },
        mark
          ? { $set: { "holds.$": marked(orderId, quantity, "RELEASED"), inStock: true }, $inc: inc, $push: { outbox } }
          : { $pull: { holds: { orderId } }, $set: { inStock: true }, $inc: inc, $push: { outbox } },
      );
      if (modifiedCount === 1) onChange();
      return modifiedCount === 1;
    },

    markReleased: async (productId, orderId) => {
      const { modifiedCount } = await products.updateOne(
        { _id: productId, "holds.orderId": { $ne: orderId } },
        { $push: { holds: marked(orderId, 0, "RELEASED") } },
      );
      return modifiedCount === 1;
    },

    settle: async ({ productId, quantity }, orderId) => {
      await products.updateOne(
        { _id: productId, holds: { $elemMatch: committed(orderId, quantity) } },
        { $set: { "holds.$": marked(orderId, quantity, "SETTLED") } },
      );
    },

    read: async (productId, orderId) => {
      const projection = { ...fields, holds: { $elemMatch: { orderId } } };
      const found = await products.findOne<Omit<Holding, "holds"> & { holds?: Hold[] }>(
        { _id: productId },
        { projection },
      );
      return found === null ? null : { ...found, holds: found.holds ?? [] };
    },
  };
}

function committed(orderId: string, quantity: number): Hold {
  return { orderId, quantity, state: "COMMITTED" };
}

function marked(orderId: string, quantity: number, state: "RELEASED" | "SETTLED"): Hold {
  return { orderId, quantity, state, expiresAt: new Date(Date.now() + markMs) };
}
