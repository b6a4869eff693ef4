import { requireRole, type Viewer } from "@shop/auth";
import { staffActed, toAuditFacts } from "@shop/event-contracts";
import { createId, isId } from "@shop/ids";
import { z } from "zod";
import { type CategoryDocument, type CategoryRecord, whereThere } from "./category-model";
import { createCategoryMoves, whereMoving } from "./category-moves";
import { digestOf, idempotencyScope } from "./idempotency";
import { expectedVersion, idempotencyKey, line, parseInput, slug } from "./input";
import { type Lease, type WithLease } from "./lease";
import { type Outbox, pendingEvent } from "./outbox";
import { type PendingEvent } from "./outbox-model";
import { invalid, keyReused, notFound, refused, type Refused, slugTaken, versionConflict } from "./problems";
import { isArrivedAt } from "./product-arrivals";
import { slugCandidates } from "./slugs";
import { isDuplicateKey, type Store } from "./store";

export type CategoryOutcome = { ok: true; category: CategoryRecord } | Refused;

/** Categories as STAFF keep them. Every change takes a viewer and throws FORBIDDEN where that is not one of STAFF. */
export interface Categories {
  create(viewer: Viewer | null, input: unknown): Promise<CategoryOutcome>;
  /** A new parent moves the whole branch. */
  update(viewer: Viewer | null, categoryId: string, input: unknown): Promise<CategoryOutcome>;
  /** @returns the category as it last stood */
  remove(viewer: Viewer | null, categoryId: string): Promise<CategoryOutcome>;
  /** Brings the move of a branch to its end that a killed process left half done. */
  finishMoves: () => Promise<void>;
  /** Lets go of what was removed once others have been told of it. */
  forgetRemoved: () => Promise<void>;
}

const name = line("The name", 100);
const creating = z.object({ idempotencyKey, slug: slug.nullish(), name, parentId: z.string().nullish() });
const updating = z.object({
  slug: slug.optional(),
  name: name.optional(),
  parentId: z.string().nullish(),
  expectedVersion,
});

export function createCategories(deps: {
  store: Pick<Store, "products" | "categories">;
  outbox: Pick<Outbox, "wake">;
  withLease: WithLease;
}): Categories {
  const { outbox } = deps;
  const { products, categories } = deps.store;
  const moves = createCategoryMoves(deps);

  async function read(categoryId: string): Promise<CategoryDocument | null> {
    if (!isId(categoryId)) return null;
    return categories.findOne({ _id: categoryId, ...whereThere }).lean<CategoryDocument | null>();
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
    const parent = await read(parentId);
    if (parent === null) return notFound("category", "input", "parentId");
    const ancestorIds = [...parent.ancestorIds, parentId];
    if (movedId !== undefined && ancestorIds.includes(movedId)) {
      return refused(invalid("A category cannot be put below itself.", "input", "parentId"));
    }
    return { ok: true, ancestorIds };
  }

  return {
    create: async (viewer, given) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const parsed = parseInput(creating, given);
      if (!parsed.ok) return parsed;
      const input = parsed.value;
      const creation = {
        scope: idempotencyScope(actorId, "createCategory", input.idempotencyKey),
        digest: digestOf(input),
      };
      const before = await madeBefore(creation);
      if (before !== null) return before;

      return moves.reshaping(async (lease) => {
        const parentId = input.parentId ?? null;
        const below = await pathBelow(parentId);
        if (!below.ok) return below;
        const { ancestorIds } = below;
        const document = { _id: createId("cat"), name: input.name, parentId, ancestorIds, version: 1, creation };
        const slugs = typeof input.slug === "string" ? [input.slug] : slugCandidates(input.name, document._id);
        for (const slug of slugs) {
          const after = { slug, name: input.name, parentId };
          const audited = audit("category.created", { actorId, targetId: document._id, before: {}, after });
          const category: CategoryDocument = { ...document, slug, outbox: [audited] };
          lease.requireTime();
          try {
            await categories.create(category);
            outbox.wake();
            return { ok: true, category };
          } catch (error) {
            if (!isDuplicateKey(error)) throw error;
            const raced = await madeBefore(creation);
            if (raced !== null) return raced;
          }
        }
        return refused(slugTaken(slugs.at(-1) ?? ""));
      });
    },

    update: async (viewer, categoryId, given) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const parsed = parseInput(updating, given);
      if (!parsed.ok) return parsed;
      const { expectedVersion, parentId, ...rest } = parsed.value;
      const change = async (lease?: Lease): Promise<CategoryOutcome> => {
        const current = await read(categoryId);
        if (current === null) return notFound("category", "id");
        if (typeof expectedVersion === "number" && expectedVersion !== current.version) {
          return versionConflict(current.version);
        }
        const isMoved = parentId !== undefined && parentId !== current.parentId;
        const below = isMoved ? await pathBelow(parentId, categoryId) : null;
        if (below !== null && !below.ok) return below;
        const after = {
          ...(rest.slug === undefined || rest.slug === current.slug ? {} : { slug: rest.slug }),
          ...(rest.name === undefined || rest.name === current.name ? {} : { name: rest.name }),
          ...(isMoved ? { parentId } : {}),
        };
        const fields = Object.keys(after) as (keyof typeof after)[];
        if (fields.length === 0) return { ok: true, category: current };
        const before = Object.fromEntries(fields.map((field) => [field, current[field]]));
        const audited = audit("category.updated", { actorId, targetId: categoryId, before, after });
        const path = below === null ? {} : { ancestorIds: below.ancestorIds, ...whereMoving };
        const set = { ...after, ...path, version: current.version + 1 };
        lease?.requireTime();
        try {
          const { matchedCount } = await categories.updateOne(
            { _id: categoryId, version: current.version, ...whereThere },
            { $set: set, $push: { outbox: audited } },
          );
          if (matchedCount === 0) return await change(lease);
          outbox.wake();
        } catch (error) {
          if (isDuplicateKey(error)) return refused(slugTaken(rest.slug ?? ""));
          throw error;
        }
        // It is moved: what fails from here on is made up for by whoever is next.
        if (lease !== undefined) await moves.finishMoves(lease).catch(() => undefined);
        return { ok: true, category: { ...current, ...set } };
      };
      return parentId === undefined ? change() : moves.reshaping(change);
    },

    remove: async (viewer, categoryId) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const removal = async (lease: Lease): Promise<CategoryOutcome> => {
        const category = await read(categoryId);
        if (category === null) return notFound("category", "id");
        const [child, product] = await Promise.all([
          categories.exists({ parentId: categoryId, ...whereThere }),
          products.exists({ categoryId }),
        ]);
        if (child !== null) return notEmpty("categories");
        if (product !== null || isArrivedAt(category)) return notEmpty("products");
        const { slug, name, parentId, version, arrivalCount = null } = category;
        const before = { slug, name, parentId };
        const audited = audit("category.deleted", { actorId, targetId: categoryId, before, after: {} });
        lease.requireTime();
        const { matchedCount } = await categories.updateOne(
          { _id: categoryId, version, arrivalCount, ...whereThere },
          {
            $set: { isRemoved: true, slug: categoryId, "creation.scope": categoryId, version: version + 1 },
            $push: { outbox: audited },
          },
        );
        if (matchedCount === 0) return removal(lease); // renamed meanwhile, or something came into it
        outbox.wake();
        return { ok: true, category };
      };
      return moves.reshaping(removal);
    },

    finishMoves: moves.finishAbandonedMoves,
    forgetRemoved: async () => {
      await categories.deleteMany({ isRemoved: true, outbox: { $size: 0 } });
    },
  };
}

function audit(
  action: `category.${string}`,
  { before, after, ...act }: { actorId: string; targetId: string; before: object; after: object },
): PendingEvent {
  return pendingEvent(staffActed, { ...act, action, before: toAuditFacts(before), after: toAuditFacts(after) });
}

function notEmpty(of: "products" | "categories"): Refused {
  return refused({ code: "CATEGORY_NOT_EMPTY", message: `Move its ${of} elsewhere first.`, path: ["id"] });
}
