import { requireRole, type Viewer } from "@shop/auth";
import { createId } from "@shop/ids";
import { z } from "zod";
import { type CategoryDocument, type CategoryRecord } from "./category-model";
import { pathsToMend } from "./category-tree";
import { digestOf, idempotencyScope } from "./idempotency";
import { expectedVersion, idempotencyKey, line, parseInput, slug } from "./input";
import { type WithLease } from "./lease";
import { invalid, keyReused, notFound, refused, type Refused, slugTaken, versionConflict } from "./problems";
import { slugCandidates } from "./slugs";
import { duplicateKeyOf, type Store } from "./store";

export type CategoryOutcome = { ok: true; category: CategoryRecord } | Refused;

/** Categories as STAFF keep them. Every change takes a viewer and throws FORBIDDEN where that is not one of STAFF. */
export interface Categories {
  create(viewer: Viewer | null, input: unknown): Promise<CategoryOutcome>;
  /** A new parent moves the whole branch. */
  update(viewer: Viewer | null, categoryId: string, input: unknown): Promise<CategoryOutcome>;
  /** @returns the category as it last stood */
  remove(viewer: Viewer | null, categoryId: string): Promise<CategoryOutcome>;
  /** Finishes the move of a branch that a killed process left half done. */
  mendPaths: () => Promise<void>;
}

/** The tree as it is read. */
export interface CategoryTree {
  byIds(ids: readonly string[]): Promise<CategoryRecord[]>;
  bySlug(slug: string): Promise<CategoryRecord | null>;
  /** By name; null stands for the roots. */
  childrenOf(parentIds: readonly (string | null)[]): Promise<CategoryRecord[]>;
  /** The ids of a category and of all below it; none where it does not exist. */
  withDescendants(categoryId: string): Promise<string[]>;
  /** Categories and all above them, each once. */
  withAncestors(ids: readonly string[]): Promise<CategoryRecord[]>;
}

const fields = { creation: 0 } as const;
const name = line("The name", 100);
const creating = z.object({ idempotencyKey, slug: slug.nullish(), name, parentId: z.string().nullish() });
const updating = z.object({
  slug: slug.optional(),
  name: name.optional(),
  parentId: z.string().nullish(),
  expectedVersion,
});

export function createCategoryTree({ categories }: Pick<Store, "categories">): CategoryTree {
  const byIds = (ids: readonly string[]): Promise<CategoryRecord[]> =>
    categories
      .find({ _id: { $in: ids } }, fields)
      .lean<CategoryRecord[]>()
      .exec();
  return {
    byIds,
    bySlug: (slug) => categories.findOne({ slug }, fields).lean<CategoryRecord | null>().exec(),
    childrenOf: (parentIds) =>
      categories
        .find({ parentId: { $in: parentIds } }, fields)
        .sort({ name: 1, _id: 1 })
        .lean<CategoryRecord[]>()
        .exec(),
    withDescendants: async (categoryId) => {
      const found = await categories
        .find({ $or: [{ _id: categoryId }, { ancestorIds: categoryId }] }, { _id: 1 })
        .lean<{ _id: string }[]>();
      return found.map(({ _id }) => _id);
    },
    withAncestors: async (ids) => {
      const found = await byIds(ids);
      const known = new Set(ids);
      const above = new Set(found.flatMap(({ ancestorIds }) => ancestorIds).filter((id) => !known.has(id)));
      return above.size === 0 ? found : [...found, ...(await byIds([...above]))];
    },
  };
}

export function createCategories(deps: {
  store: Pick<Store, "products" | "categories">;
  withLease: WithLease;
}): Categories {
  const { products, categories } = deps.store;

  /** A change of the tree's shape, one at a time: two moves that each make sense can make a circle together. */
  function reshaping<T>(work: () => Promise<T>): Promise<T> {
    return deps.withLease("categories", async (lease) => {
      await mend();
      lease.requireTime();
      return work();
    });
  }

  async function mend(): Promise<void> {
    const all = await categories.find({}, { parentId: 1, ancestorIds: 1 }).lean<CategoryRecord[]>();
    const mended = pathsToMend(all).map(({ _id, ancestorIds }) => ({
      updateOne: { filter: { _id }, update: { $set: { ancestorIds } } },
    }));
    if (mended.length > 0) await categories.bulkWrite(mended);
  }

  async function madeBefore({ scope, digest }: CategoryDocument["creation"]): Promise<CategoryOutcome | null> {
    const category = await categories.findOne({ "creation.scope": scope }).lean<CategoryDocument | null>();
    if (category === null) return null;
    return category.creation.digest === digest ? { ok: true, category } : keyReused();
  }

  /** @returns the path below a parent, or why it cannot be one */
  async function pathBelow(
    parentId: string | null,
    movedId?: string,
  ): Promise<{ ok: true; ancestorIds: string[] } | Refused> {
    if (parentId === null) return { ok: true, ancestorIds: [] };
    const parent = await categories.findById(parentId, fields).lean<CategoryRecord | null>();
    if (parent === null) return notFound("category", "input", "parentId");
    const ancestorIds = [...parent.ancestorIds, parentId];
    if (movedId !== undefined && ancestorIds.includes(movedId)) {
      return refused(invalid("A category cannot be put below itself.", "input", "parentId"));
    }
    return { ok: true, ancestorIds };
  }

  return {
    create: async (viewer, given) => {
      const { userId } = requireRole(viewer, "STAFF");
      const parsed = parseInput(creating, given);
      if (!parsed.ok) return parsed;
      const input = parsed.value;
      const creation = {
        scope: idempotencyScope(userId, "createCategory", input.idempotencyKey),
        digest: digestOf(input),
      };
      const before = await madeBefore(creation);
      if (before !== null) return before;

      return reshaping(async () => {
        const parentId = input.parentId ?? null;
        const below = await pathBelow(parentId);
        if (!below.ok) return below;
        const { ancestorIds } = below;
        const document = { _id: createId("cat"), name: input.name, parentId, ancestorIds, version: 1, creation };
        const slugs = typeof input.slug === "string" ? [input.slug] : slugCandidates(input.name, document._id);
        for (const slug of slugs) {
          const category: CategoryDocument = { ...document, slug };
          try {
            await categories.create(category);
            return { ok: true, category };
          } catch (error) {
            if (duplicateKeyOf(error) === null) throw error;
            const raced = await madeBefore(creation);
            if (raced !== null) return raced;
          }
        }
        return refused(slugTaken(slugs.at(-1) ?? ""));
      });
    },

    update: async (viewer, categoryId, given) => {
      requireRole(viewer, "STAFF");
      const parsed = parseInput(updating, given);
      if (!parsed.ok) return parsed;
      const { expectedVersion, parentId, ...rest } = parsed.value;
      const change = async (): Promise<CategoryOutcome> => {
        const current = await categories.findById(categoryId, fields).lean<CategoryRecord | null>();
        if (current === null) return notFound("category", "id");
        if (typeof expectedVersion === "number" && expectedVersion !== current.version) {
          return versionConflict(current.version);
        }
        const path = parentId === undefined ? null : await pathBelow(parentId, categoryId);
        if (path !== null && !path.ok) return path;
        const set = {
          ...(rest.slug === undefined ? {} : { slug: rest.slug }),
          ...(rest.name === undefined ? {} : { name: rest.name }),
          ...(path === null || parentId === undefined ? {} : { parentId, ancestorIds: path.ancestorIds }),
          version: current.version + 1,
        };
        try {
          const { matchedCount } = await categories.updateOne(
            { _id: categoryId, version: current.version },
            { $set: set },
          );
          if (matchedCount === 0) return await change();
        } catch (error) {
          if (duplicateKeyOf(error) === "slug") return refused(slugTaken(rest.slug ?? ""));
          throw error;
        }
        if (path !== null) await mend();
        return { ok: true, category: { ...current, ...set } };
      };
      return parentId === undefined ? change() : reshaping(change);
    },

    remove: async (viewer, categoryId) => {
      requireRole(viewer, "STAFF");
      return reshaping(async () => {
        const category = await categories.findById(categoryId, fields).lean<CategoryRecord | null>();
        if (category === null) return notFound("category", "id");
        const [child, product] = await Promise.all([
          categories.exists({ parentId: categoryId }),
          products.exists({ categoryId }),
        ]);
        if (child !== null || product !== null) {
          const message = `Move its ${child === null ? "products" : "categories"} elsewhere first.`;
          return refused({ code: "CATEGORY_NOT_EMPTY", message, path: ["id"] });
        }
        await categories.deleteOne({ _id: categoryId });
        return { ok: true, category };
      });
    },

    mendPaths: () => reshaping(() => Promise.resolve()),
  };
}
