import { requireRole, type Viewer } from "@shop/auth";
import { productArchived, productPriceChanged, productPublished, productUpdated } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type z } from "zod";
import { fold } from "./folding";
import { digestOf, idempotencyScope } from "./idempotency";
import { parseInput } from "./input";
import { pendingEvent, type ProductOutbox } from "./outbox";
import { invalid, keyReused, notFound, refused, type Refused, slugTaken } from "./problems";
import { type Edit, type EditProduct, type ProductOutcome, snapshotOf } from "./product-edits";
import { createProductInput, updateProductInput } from "./product-input";
import { type PendingEvent, type ProductDocument, type ProductRecord, recordFields } from "./product-model";
import { searchTokens } from "./search-tokens";
import { slugCandidates } from "./slugs";
import { duplicateKeyOf, type Store } from "./store";

export interface ImportedRow {
  readonly index: number;
  readonly outcome: ProductOutcome;
}

/** Products as STAFF keep them. Every change takes a viewer and throws FORBIDDEN where that is not one of STAFF. */
export interface Products {
  create(viewer: Viewer | null, input: unknown): Promise<ProductOutcome>;
  update(viewer: Viewer | null, productId: string, input: unknown): Promise<ProductOutcome>;
  publish(viewer: Viewer | null, productId: string): Promise<ProductOutcome>;
  archive(viewer: Viewer | null, productId: string): Promise<ProductOutcome>;
  /** Each row succeeds or fails alone, as one `create`. */
  import(viewer: Viewer | null, rows: readonly unknown[]): Promise<{ ok: true; rows: ImportedRow[] } | Refused>;
  /** Whatever their status, in no order; those that do not exist are left out. */
  byIds(ids: readonly string[]): Promise<ProductRecord[]>;
  bySlugs(slugs: readonly string[]): Promise<ProductRecord[]>;
}

const maxImportRows = 1_000;
const importAtOnce = 8;

export function createProducts(deps: {
  store: Pick<Store, "products" | "categories">;
  edit: EditProduct;
  outbox: Pick<ProductOutbox, "wake">;
  currency: string;
}): Products {
  const { edit, outbox, currency } = deps;
  const { products, categories } = deps.store;
  const creating = createProductInput(currency);
  const updating = updateProductInput(currency);

  async function missesCategory(categoryId: string | null | undefined): Promise<Refused | null> {
    if (categoryId === null || categoryId === undefined) return null;
    return (await categories.exists({ _id: categoryId })) === null ? notFound("category", "input", "categoryId") : null;
  }

  /** What an earlier call with the same key made, as it now stands. */
  async function madeBefore({ scope, digest }: ProductDocument["creation"]): Promise<ProductOutcome | null> {
    const { creation: _read, ...fields } = recordFields;
    const product = await products
      .findOne({ "creation.scope": scope }, fields)
      .lean<(ProductRecord & Pick<ProductDocument, "creation">) | null>();
    if (product === null) return null;
    return product.creation.digest === digest ? { ok: true, product } : keyReused();
  }

  async function create(viewer: Viewer | null, given: unknown): Promise<ProductOutcome> {
    const { userId } = requireRole(viewer, "STAFF");
    const parsed = parseInput(creating, given);
    if (!parsed.ok) return parsed;
    const input = parsed.value;
    const creation = {
      scope: idempotencyScope(userId, "createProduct", input.idempotencyKey),
      digest: digestOf(input),
      stock: input.initialStock ?? 0,
    };
    const before = (await madeBefore(creation)) ?? (await missesCategory(input.categoryId));
    if (before !== null) return before;

    const document = toDocument(input, creation);
    const slugs = typeof input.slug === "string" ? [input.slug] : slugCandidates(input.name, document._id);
    for (const slug of slugs) {
      const events = input.publish === true ? [pendingEvent(productPublished, snapshotOf({ ...document, slug }))] : [];
      const product: ProductDocument = { ...document, slug, outbox: events };
      try {
        await products.create(product);
        outbox.wake();
        return { ok: true, product };
      } catch (error) {
        if (duplicateKeyOf(error) === null) throw error;
        const raced = await madeBefore(creation);
        if (raced !== null) return raced;
      }
    }
    return refused(slugTaken(slugs.at(-1) ?? ""));
  }

  return {
    create,

    update: async (viewer, productId, given) => {
      requireRole(viewer, "STAFF");
      const parsed = parseInput(updating, given);
      if (!parsed.ok) return parsed;
      const { expectedVersion, price, ...rest } = parsed.value;
      const missing = await missesCategory(rest.categoryId);
      if (missing !== null) return missing;
      const wanted = {
        ...rest,
        ...(rest.name === undefined ? {} : { nameKey: fold(rest.name) }),
        ...(price === undefined ? {} : { priceMinor: price.amountMinor, currency: price.currency }),
      };
      return edit(productId, (current) => planUpdate(current, wanted), { path: ["id"], expectedVersion });
    },

    publish: async (viewer, productId) => {
      requireRole(viewer, "STAFF");
      const plan = ({ status }: ProductRecord): Edit =>
        status === "ACTIVE"
          ? { ok: true, set: null }
          : {
              ok: true,
              set: { status: "ACTIVE" },
              events: (next) => [pendingEvent(productPublished, snapshotOf(next))],
            };
      return edit(productId, plan, { path: ["id"] });
    },

    archive: async (viewer, productId) => {
      requireRole(viewer, "STAFF");
      const plan = ({ status }: ProductRecord): Edit =>
        status === "ARCHIVED"
          ? { ok: true, set: null }
          : {
              ok: true,
              set: { status: "ARCHIVED" },
              events: (next) => [pendingEvent(productArchived, snapshotOf(next))],
            };
      return edit(productId, plan, { path: ["id"] });
    },

    import: async (viewer, rows) => {
      requireRole(viewer, "STAFF");
      if (rows.length === 0 || rows.length > maxImportRows) {
        return refused(invalid(`Send 1 to ${maxImportRows} products at once.`, "input", "products"));
      }
      const imported: ImportedRow[] = [];
      const waiting = rows.entries();
      const work = async (): Promise<void> => {
        for (const [index, row] of waiting) imported.push({ index, outcome: atRow(index, await create(viewer, row)) });
      };
      await Promise.all(Array.from({ length: importAtOnce }, work));
      return { ok: true, rows: imported.sort((a, b) => a.index - b.index) };
    },

    byIds: (ids) =>
      products
        .find({ _id: { $in: ids } }, recordFields)
        .lean<ProductRecord[]>()
        .exec(),
    bySlugs: (slugs) =>
      products
        .find({ slug: { $in: slugs } }, recordFields)
        .lean<ProductRecord[]>()
        .exec(),
  };
}

type CreateInput = z.infer<ReturnType<typeof createProductInput>>;

function toDocument(
  input: CreateInput,
  creation: ProductDocument["creation"],
): Omit<ProductDocument, "slug" | "outbox"> {
  const { name, description = "", attributes = [] } = input;
  const { stock } = creation;
  const now = new Date();
  return {
    _id: createId("prd", now.getTime()),
    name,
    nameKey: fold(name),
    description,
    status: input.publish === true ? "ACTIVE" : "DRAFT",
    categoryId: input.categoryId ?? null,
    priceMinor: input.price.amountMinor,
    currency: input.price.currency,
    attributes,
    images: [],
    stock,
    available: stock,
    version: 1,
    createdAt: now,
    updatedAt: now,
    creation,
    tokens: searchTokens({ name, attributes, description }),
    holds: [],
    adjustments: [],
  };
}

type Wanted = Partial<Pick<ProductRecord, "slug" | "name" | "nameKey" | "description" | "priceMinor" | "currency">> & {
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

function atRow(index: number, outcome: ProductOutcome): ProductOutcome {
  if (outcome.ok) return outcome;
  const toRow = (path: string[]): string[] => ["input", "products", String(index), ...path.slice(1)];
  return refused(...outcome.problems.map((problem) => ({ ...problem, path: toRow(problem.path) })));
}
