import { requireRole, type Viewer } from "@shop/auth";
import { productArchived, productPriceChanged, productPublished, productUpdated } from "@shop/event-contracts";
import { isId } from "@shop/ids";
import { parseInput } from "./input";
import { pendingEvent } from "./outbox";
import { type PendingEvent } from "./outbox-model";
import { invalid, notFound, refused, type Refused } from "./problems";
import { type IntoCategories } from "./product-arrivals";
import { type CreateProducts } from "./product-creation";
import { type Edit, type EditProduct, type ProductOutcome, snapshotOf } from "./product-edits";
import { updateProductInput } from "./product-input";
import { type ProductRecord, recordFields } from "./product-model";
import { isSlug } from "./slugs";
import { type Store } from "./store";

/** Products as STAFF keep them. Every change takes a viewer and throws FORBIDDEN where that is not one of STAFF. */
export interface Products {
  create(viewer: Viewer | null, input: unknown): Promise<ProductOutcome>;
  update(viewer: Viewer | null, productId: string, input: unknown): Promise<ProductOutcome>;
  publish(viewer: Viewer | null, productId: string): Promise<ProductOutcome>;
  archive(viewer: Viewer | null, productId: string): Promise<ProductOutcome>;
  /** Each succeeds or fails alone, as one `create`. @returns their outcomes in the order of the inputs */
  import(
    viewer: Viewer | null,
    inputs: readonly unknown[],
  ): Promise<{ ok: true; outcomes: ProductOutcome[] } | Refused>;
  /** Whatever their status, in no order; those that do not exist are left out. */
  byIds(ids: readonly string[]): Promise<ProductRecord[]>;
  bySlugs(slugs: readonly string[]): Promise<ProductRecord[]>;
}

const maxImportRows = 1_000;

export function createProducts(deps: {
  store: Pick<Store, "products">;
  createAll: CreateProducts;
  edit: EditProduct;
  intoCategories: IntoCategories;
  currency: string;
}): Products {
  const { createAll, edit } = deps;
  const { products } = deps.store;
  const updating = updateProductInput(deps.currency);

  return {
    create: async (viewer, input) => {
      const { userId } = requireRole(viewer, "STAFF");
      const [outcome] = await createAll(userId, [input]);
      if (outcome === undefined) throw new Error("a product that was to be made has no outcome");
      return outcome;
    },

    update: async (viewer, productId, given) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const parsed = parseInput(updating, given);
      if (!parsed.ok) return parsed;
      const { expectedVersion, price, ...rest } = parsed.value;
      const wanted = {
        ...rest,
        ...(price === undefined ? {} : { priceMinor: price.amountMinor, currency: price.currency }),
      };
      const { categoryId } = rest;
      return deps.intoCategories(typeof categoryId === "string" ? [categoryId] : [], async (there) =>
        typeof categoryId === "string" && !there.has(categoryId)
          ? notFound("category", "input", "categoryId")
          : edit(productId, (current) => planUpdate(current, wanted), {
              path: ["id"],
              by: { actorId, action: "product.updated" },
              expectedVersion,
            }),
      );
    },

    publish: async (viewer, productId) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const plan = ({ status }: ProductRecord): Edit =>
        status === "ACTIVE"
          ? { ok: true, set: null }
          : {
              ok: true,
              set: { status: "ACTIVE" },
              events: (next) => [pendingEvent(productPublished, snapshotOf(next))],
            };
      return edit(productId, plan, { path: ["id"], by: { actorId, action: "product.published" } });
    },

    archive: async (viewer, productId) => {
      const { userId: actorId } = requireRole(viewer, "STAFF");
      const plan = ({ status }: ProductRecord): Edit =>
        status === "ARCHIVED"
          ? { ok: true, set: null }
          : {
              ok: true,
              set: { status: "ARCHIVED" },
              events: (next) => [pendingEvent(productArchived, snapshotOf(next))],
            };
      return edit(productId, plan, { path: ["id"], by: { actorId, action: "product.archived" } });
    },

    import: async (viewer, inputs) => {
      const { userId } = requireRole(viewer, "STAFF");
      if (inputs.length === 0 || inputs.length > maxImportRows) {
        return refused(invalid(`Send 1 to ${maxImportRows} products at once.`, "input", "products"));
      }
      const outcomes = await createAll(userId, inputs);
      return { ok: true, outcomes: outcomes.map(atRow) };
    },

    byIds: (ids) =>
      products
        .find({ _id: { $in: ids.filter(isId) } }, recordFields)
        .lean<ProductRecord[]>()
        .exec(),
    bySlugs: (slugs) =>
      products
        .find({ slug: { $in: slugs.filter(isSlug) } }, recordFields)
        .lean<ProductRecord[]>()
        .exec(),
  };
}

type Wanted = Partial<Pick<ProductRecord, "slug" | "name" | "description" | "priceMinor" | "currency">> & {
  categoryId?: string | null | undefined;
  attributes?: ProductRecord["attributes"] | undefined;
};

function planUpdate(current: ProductRecord, wanted: Wanted): Edit {
  const changed = Object.entries<unknown>(wanted).filter(
    ([field, value]) => value !== undefined && JSON.stringify(value) !== JSON.stringify(current[field as keyof Wanted]),
  );
  if (changed.length === 0) return { ok: true, set: null };
  const events = (next: ProductRecord): PendingEvent[] => {
    const updated = pendingEvent(productUpdated, snapshotOf(next));
    const oldPrice = snapshotOf(current).price;
    const newPrice = snapshotOf(next).price;
    if (oldPrice.amountMinor === newPrice.amountMinor) return [updated];
    const { _id: productId, name } = next;
    return [updated, pendingEvent(productPriceChanged, { productId, name, oldPrice, newPrice })];
  };
  return { ok: true, set: Object.fromEntries(changed), events };
}

function atRow(outcome: ProductOutcome, index: number): ProductOutcome {
  if (outcome.ok) return outcome;
  const toRow = (path: string[]): string[] => ["input", "products", String(index), ...path.slice(1)];
  return refused(...outcome.problems.map((problem) => ({ ...problem, path: toRow(problem.path) })));
}
