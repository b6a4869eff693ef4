import { type Holds } from "./holds";
import { type Hold } from "./product-model";
import { type Store } from "./store";

const productsPerRound = 100;

export interface HoldSweep {
  /** Lets go what has lapsed of one product. @returns whether there was anything */
  sweepProduct(productId: string): Promise<boolean>;
  /** Lets go what has lapsed anywhere. */
  sweep: () => Promise<void>;
}

/**
 * Lets lapsed holds go, and forgets old marks. Each hold goes by an update whose filter has the hold as it was
 * read: of several sweeps, or a sweep and a commit, one wins, and the others change nothing.
 */
export function createHoldSweep({ products }: Pick<Store, "products">, holds: Holds): HoldSweep {
  async function sweepOne(product: { _id: string; holds: readonly Hold[] }, now: Date): Promise<boolean> {
    const past = product.holds.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now);
    const lapsed = past.filter(({ state }) => state === "HELD");
    for (const hold of lapsed) await holds.giveBack(hold, product._id, false);
    if (past.length > lapsed.length) {
      const mark = { state: { $ne: "HELD" }, expiresAt: { $lte: now } } as const;
      await products.updateOne({ _id: product._id }, { $pull: { holds: mark } });
    }
    return lapsed.length > 0;
  }

  return {
    sweepProduct: async (productId) => {
      const now = new Date();
      // Only a product with something lapsed: what is held of one that many want is a long list.
      const lapsed = { $elemMatch: { state: "HELD", expiresAt: { $lte: now } } };
      const product = await products
        .findOne({ _id: productId, holds: lapsed }, { holds: 1 })
        .lean<{ _id: string; holds: Hold[] } | null>();
      return product !== null && sweepOne(product, now);
    },
    sweep: async () => {
      for (let more = true; more;) {
        const now = new Date();
        const found = await products
          .find({ "holds.expiresAt": { $lte: now } }, { holds: 1 })
          .limit(productsPerRound)
          .lean<{ _id: string; holds: Hold[] }[]>();
        for (const product of found) await sweepOne(product, now);
        more = found.length === productsPerRound;
      }
    },
  };
}
