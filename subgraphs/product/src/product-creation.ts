import { productPublished, staffActed, toAuditFacts } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { mongo } from "mongoose";
import { digestOf, idempotencyScope } from "./idempotency";
import { parseInput } from "./input";
import { type Outbox, pendingEvent } from "./outbox";
import { keyReused, notFound, refused, slugTaken } from "./problems";
import { type IntoCategories } from "./product-arrivals";
import { type ProductOutcome, snapshotOf } from "./product-edits";
import { createProductInput, type CreateProductInput } from "./product-input";
import { type ProductDocument, type ProductRecord, recordFields } from "./product-model";
import { listKeysOf } from "./search-tokens";
import { slugCandidates } from "./slugs";
import { duplicateKey, type Store } from "./store";

/**
 * Makes products, each alone: one that is refused keeps none of the others. However many there are, the store is asked a
 * handful of times. Sent again, a row with the same key finds what it made.
 * @param inputs each a CreateProductInput of the API
 * @returns one outcome for each, in their order
 */
export type CreateProducts = (actorId: string, inputs: readonly unknown[]) => Promise<ProductOutcome[]>;

// So many of the longest are written well within the store's time limit for one operation.
const rowsPerInsert = 100;

/** A product that is all there but for its slug. */
interface Candidate {
  readonly index: number;
  readonly actorId: string;
  readonly product: Omit<ProductDocument, "slug" | "outbox">;
  /** What its slug may be, to be tried in this order. */
  readonly slugs: readonly string[];
}

export function createProductCreation(deps: {
  store: Pick<Store, "products">;
  intoCategories: IntoCategories;
  outbox: Pick<Outbox, "wake">;
  currency: string;
}): CreateProducts {
  const { products } = deps.store;
  const schema = createProductInput(deps.currency);

  /** @returns those whose key has made nothing yet; of the others the outcomes are noted, as their products now stand */
  async function withoutMade(candidates: Candidate[], outcomes: ProductOutcome[]): Promise<Candidate[]> {
    if (candidates.length === 0) return [];
    const { creation: _read, ...fields } = recordFields;
    const made = await products
      .find({ "creation.scope": { $in: candidates.map(({ product }) => product.creation.scope) } }, fields)
      .lean<(ProductRecord & Pick<ProductDocument, "creation">)[]>();
    const byScope = new Map(made.map((product) => [product.creation.scope, product]));
    return candidates.filter(({ index, product: { creation } }) => {
      const product = byScope.get(creation.scope);
      if (product === undefined) return true;
      outcomes[index] = product.creation.digest === creation.digest ? { ok: true, product } : keyReused();
      return false;
    });
  }

  /** @returns those of whose slug or key there is another */
  async function insert(candidates: Candidate[], attempt: number, outcomes: ProductOutcome[]): Promise<Candidate[]> {
    const rows = candidates.map((candidate) => ({ candidate, product: toDocument(candidate, attempt) }));
    const met: Candidate[] = [];
    for (let from = 0; from < rows.length; from += rowsPerInsert) {
      const some = rows.slice(from, from + rowsPerInsert);
      const refusedAt = await insertAll(
        products,
        some.map(({ product }) => product),
      );
      for (const [at, { candidate, product }] of some.entries()) {
        if (refusedAt.has(at)) met.push(candidate);
        else outcomes[candidate.index] = { ok: true, product };
      }
    }
    return met;
  }

  return async (actorId, inputs) => {
    const outcomes: ProductOutcome[] = [];
    const candidates: Candidate[] = [];
    for (const [index, given] of inputs.entries()) {
      const parsed = parseInput(schema, given);
      if (parsed.ok) candidates.push(toCandidate(index, parsed.value, actorId));
      else outcomes[index] = parsed;
    }
    const unmade = await withoutMade(candidates, outcomes);
    const categoryIds = unmade.flatMap(({ product: { categoryId } }) => categoryId ?? []);
    await deps.intoCategories(categoryIds, async (there) => {
      let waiting = unmade.filter(({ index, product: { categoryId } }) => {
        if (categoryId === null || there.has(categoryId)) return true;
        outcomes[index] = notFound("category", "input", "categoryId");
        return false;
      });
      for (let attempt = 0; waiting.length > 0; attempt++) {
        const withTakenSlug = await withoutMade(await insert(waiting, attempt, outcomes), outcomes);
        waiting = withTakenSlug.filter(({ slugs }) => attempt + 1 < slugs.length);
        for (const { index, slugs } of withTakenSlug) {
          if (attempt + 1 === slugs.length) outcomes[index] = refused(slugTaken(slugs[attempt] ?? ""));
        }
      }
    });
    deps.outbox.wake();
    return outcomes;
  };
}

function toCandidate(index: number, input: CreateProductInput, actorId: string): Candidate {
  const { name, description, attributes, initialStock: stock } = input;
  const now = new Date();
  const _id = createId("prd", now.getTime());
  const product: Candidate["product"] = {
    _id,
    name,
    description,
    status: input.publish ? "ACTIVE" : "DRAFT",
    categoryId: input.categoryId ?? null,
    priceMinor: input.price.amountMinor,
    currency: input.price.currency,
    attributes,
    images: [],
    stock,
    available: stock,
    inStock: stock > 0,
    version: 1,
    createdAt: now,
    updatedAt: now,
    creation: {
      scope: idempotencyScope(actorId, "createProduct", input.idempotencyKey),
      digest: digestOf(input),
      stock,
    },
    ...listKeysOf({ name, attributes, description }),
    holds: [],
    adjustments: [],
  };
  return { index, actorId, product, slugs: typeof input.slug === "string" ? [input.slug] : slugCandidates(name, _id) };
}

function toDocument({ actorId, product, slugs }: Candidate, attempt: number): ProductDocument {
  const withSlug = { ...product, slug: slugs[attempt] ?? "" };
  const { _id: targetId, slug, name, status, priceMinor, currency, stock } = withSlug;
  const after = toAuditFacts({ slug, name, status, priceMinor, currency, stock });
  const audited = pendingEvent(staffActed, { actorId, action: "product.created", targetId, before: {}, after });
  const isPublished = status === "ACTIVE";
  return {
    ...withSlug,
    outbox: isPublished ? [pendingEvent(productPublished, snapshotOf(withSlug)), audited] : [audited],
  };
}

/** Inserts documents, each alone. @returns where those are that a unique index refused */
export async function insertAll(
  products: Store["products"],
  documents: ProductDocument[],
): Promise<ReadonlySet<number>> {
  try {
    // The driver's own: these values are ours, and Mongoose's casting of them takes as long as all else about them.
    const collection = products.collection as unknown as mongo.Collection<ProductDocument>;
    await collection.insertMany(documents, { ordered: false });
    return new Set();
  } catch (error) {
    if (!(error instanceof mongo.MongoBulkWriteError)) throw error;
    const failures = [error.writeErrors].flat();
    if (failures.length === 0 || failures.some(({ code }) => code !== duplicateKey)) throw error;
    return new Set(failures.map(({ index }) => index));
  }
}
