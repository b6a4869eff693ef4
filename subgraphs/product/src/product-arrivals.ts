import { randomUUID } from "node:crypto";
import { isId } from "@shop/ids";
import { type CategoryDocument, whereThere } from "./category-model";
import { type Store } from "./store";

/**
 * Does work that puts products into categories, none of which is removed until it is done.
 * @param work is told which of the categories there are
 */
export type IntoCategories = <T>(
  categoryIds: readonly string[],
  work: (there: ReadonlySet<string>) => Promise<T>,
) => Promise<T>;

// No call runs for so long: what stands longer was left behind by a killed one.
const forgottenAfterMs = 30_000;

/**
 * Puts each arrival down in the category's own document first. Whoever removes the category looks for arrivals, then for
 * products, and removes it only if no arrival was put down since (`arrivalCount`): so one of the two sees the other.
 */
export function createIntoCategories({ categories }: Pick<Store, "categories">): IntoCategories {
  return async (categoryIds, work) => {
    const possible = [...new Set(categoryIds)].filter(isId);
    if (possible.length === 0) return work(new Set());
    const ofThem = { _id: { $in: possible }, ...whereThere };
    const id = randomUUID();
    await categories.updateMany(ofThem, { $push: { arrivals: { id, since: new Date() } }, $inc: { arrivalCount: 1 } });
    try {
      const there = await categories.find(ofThem, { _id: 1 }).lean<{ _id: string }[]>();
      return await work(new Set(there.map((category) => category._id)));
    } finally {
      // What stays where this fails is forgotten by itself.
      await categories.updateMany(ofThem, { $pull: { arrivals: { id } } }).catch(() => undefined);
    }
  };
}

/** Whether a call is putting products into a category. */
export function isArrivedAt({ arrivals = [] }: Pick<CategoryDocument, "arrivals">): boolean {
  const forgotten = Date.now() - forgottenAfterMs;
  return arrivals.some(({ since }) => since.getTime() > forgotten);
}
