import { productUpdated, staffActed, toAuditFacts } from "@shop/event-contracts";
import { type Outbox, pendingEvent } from "./outbox";
import { type PendingEvent } from "./outbox-model";
import { notFound, type Refused, slugTaken, versionConflict } from "./problems";
import { type ProductRecord, recordFields } from "./product-model";
import { listKeysOf } from "./search-tokens";
import { isDuplicateKey, type Store } from "./store";

type Editable = Omit<ProductRecord, "_id" | "nameKey" | "stock" | "available" | "version" | "createdAt" | "updatedAt">;

/** What an edit comes to: a refusal, nothing to change, or what to set and which events tell of it. */
export type Edit =
  | Refused
  | { ok: true; set: Partial<Editable>; events?: (next: ProductRecord) => PendingEvent[] }
  | { ok: true; set: null };

export type ProductOutcome = { ok: true; product: ProductRecord } | Refused;

/** Who edits, and what the audit log calls it. */
export interface StaffAct {
  readonly actorId: string;
  readonly action: `product.${string}`;
}

/**
 * Edits a product: counts its version up and publishes the change with it.
 * @param plan asked again with the newer product where somebody else's edit came first
 * @param options.path to the id in the arguments
 */
export type EditProduct = (
  productId: string,
  plan: (current: ProductRecord) => Edit | Promise<Edit>,
  options: { path: string[]; by: StaffAct; expectedVersion?: number | null },
) => Promise<ProductOutcome>;

export function snapshotOf({ _id: productId, slug, name, priceMinor, currency, status, version }: ProductRecord) {
  return { productId, slug, name, price: { amountMinor: priceMinor, currency }, status, version };
}

const updatedEvent = (next: ProductRecord): PendingEvent[] => [pendingEvent(productUpdated, snapshotOf(next))];

export function createEditor(store: Pick<Store, "products">, outbox: Pick<Outbox, "wake">): EditProduct {
  return async (productId, plan, { path, by, expectedVersion }) => {
    for (;;) {
      const current = await store.products.findById(productId, recordFields).lean<ProductRecord | null>();
      if (current === null) return notFound("product", ...path);
      if (typeof expectedVersion === "number" && expectedVersion !== current.version) {
        return versionConflict(current.version);
      }
      const edit = await plan(current);
      if (!edit.ok) return edit;
      if (edit.set === null) return { ok: true, product: current };

      const { nameKey, tokens } = listKeysOf({ ...current, ...edit.set });
      const set = { ...edit.set, nameKey, version: current.version + 1, updatedAt: new Date() };
      const next: ProductRecord = { ...current, ...set };
      const before = Object.fromEntries(
        Object.keys(edit.set).map((field) => [field, current[field as keyof Editable]]),
      );
      const facts = { before: toAuditFacts(before), after: toAuditFacts(edit.set) };
      const audited = pendingEvent(staffActed, { ...by, targetId: productId, ...facts });
      const events = [...(edit.events ?? updatedEvent)(next), audited];
      try {
        const { matchedCount } = await store.products.updateOne(
          { _id: productId, version: current.version },
          { $set: { ...set, tokens }, $push: { outbox: { $each: events } } },
        );
        if (matchedCount === 0) continue;
      } catch (error) {
        if (isDuplicateKey(error)) return { ok: false, problems: [slugTaken(next.slug)] };
        throw error;
      }
      outbox.wake();
      return { ok: true, product: next };
    }
  };
}
