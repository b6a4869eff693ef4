import { isId } from "@shop/ids";
import { categoryFields, type CategoryDocument, type CategoryRecord, whereThere } from "./category-model";
import { createPathOf } from "./category-paths";
import { fold } from "./folding";
import { isSlug } from "./slugs";
import { type Store } from "./store";

/**
 * The tree as it is read. The parents are the truth, and a move changes one of them in one write; the stored paths of those
 * below follow it. What reads them here answers rightly in between too, however long that lasts.
 */
export interface CategoryTree {
  byIds(ids: readonly string[]): Promise<CategoryRecord[]>;
  bySlugs(slugs: readonly string[]): Promise<CategoryRecord[]>;
  /** By name, regardless of case and accents; null stands for the roots. */
  childrenOf(parentIds: readonly (string | null)[]): Promise<CategoryRecord[]>;
  /** The ids of a category and of all below it; none where it does not exist. */
  withDescendants(categoryId: string): Promise<string[]>;
  /** Categories and all above them, each once, with their paths as they follow from the parents. */
  withAncestors(ids: readonly string[]): Promise<CategoryRecord[]>;
}

export function createCategoryTree({ categories }: Pick<Store, "categories">): CategoryTree {
  const byIds = (ids: readonly string[]): Promise<CategoryRecord[]> =>
    categories
      .find({ _id: { $in: ids.filter(isId) }, ...whereThere }, categoryFields)
      .lean<CategoryRecord[]>()
      .exec();

  return {
    byIds,
    bySlugs: (slugs) =>
      categories
        .find({ slug: { $in: slugs.filter(isSlug) } }, categoryFields)
        .lean<CategoryRecord[]>()
        .exec(),
    childrenOf: async (parentIds) => {
      const children = await categories
        .find({ parentId: { $in: parentIds }, ...whereThere }, categoryFields)
        .lean<CategoryRecord[]>();
      const keyed = children.map((category) => ({ category, key: `${fold(category.name)}\n${category._id}` }));
      return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ category }) => category);
    },
    withDescendants: async (categoryId) => {
      if (!isId(categoryId)) return [];
      const found = await categories
        .find(
          { $or: [{ _id: categoryId }, { ancestorIds: categoryId }, { isMoving: true }], ...whereThere },
          { isMoving: 1 },
        )
        .lean<Pick<CategoryDocument, "_id" | "isMoving">[]>();
      if (!found.some(({ isMoving }) => isMoving)) return found.map(({ _id }) => _id);
      const all = await categories.find(whereThere, { parentId: 1 }).lean<Pick<CategoryRecord, "_id" | "parentId">[]>();
      const pathOf = createPathOf(all);
      return all.map(({ _id }) => _id).filter((id) => id === categoryId || pathOf(id).includes(categoryId));
    },
    withAncestors: async (ids) => {
      const known = new Map<string, CategoryRecord>();
      const asked = new Set<string>();
      for (let next = [...ids]; next.length > 0;) {
        for (const id of next) asked.add(id);
        const found = await byIds(next);
        for (const category of found) known.set(category._id, category);
        // The stored paths name all of them at once; only while a branch is moved are there parents that they do not name.
        const above = new Set(
          found.flatMap(({ ancestorIds, parentId }) => [...ancestorIds, ...(parentId === null ? [] : [parentId])]),
        );
        next = [...above].filter((id) => !asked.has(id));
      }
      const pathOf = createPathOf([...known.values()]);
      const whole = [...known.values()].map((category) => ({ ...category, ancestorIds: pathOf(category._id) }));
      const needed = new Set(ids.flatMap((id) => [id, ...pathOf(id)]));
      return whole.filter(({ _id }) => needed.has(_id));
    },
  };
}
