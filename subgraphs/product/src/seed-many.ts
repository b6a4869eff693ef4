import { productArchived, productPublished } from "@shop/event-contracts";
import { type Logger } from "@shop/telemetry";
import { openCatalogue } from "./catalogue";
import { type CatalogueConfig } from "./config";
import { pendingEvent } from "./outbox";
import { insertAll } from "./product-creation";
import { snapshotOf } from "./product-edits";
import { type ProductDocument } from "./product-model";
import { makeCategories } from "./seed-categories";
import { drawProduct } from "./seed-draw";
import { shelfCategories } from "./seed-goods";
import { makeSharedPictures } from "./seed-pictures";

export interface SeedManyOptions {
  readonly products: number;
  /** Which products: the same number gives the same ones. */
  readonly seed: number;
  readonly withPictures: boolean;
  /** Whether the other services are told, as they are of any product: without it none of these can be reviewed. */
  readonly withEvents: boolean;
  /** Told how many are dealt with so far: 0 when the first are. */
  readonly onProgress: (done: number) => void;
  readonly log: Logger;
  /** Ends the wait for a database that does not answer. */
  readonly signal?: AbortSignal;
}

const rowsPerInsert = 250;
// While the store writes one, the next is drawn.
const insertsAtOnce = 3;
// Nobody waits for an answer here, and a machine that also runs a shop may stall for some seconds.
const operationMs = 30_000;

/**
 * Puts a large catalogue into the shop's database: categories and products with stock, in every status. What of it is
 * there already stays as it is, so it can be run again, also after a kill. It goes past the use cases, for speed: the
 * products are as those would make them, with the events that tell of them in their outboxes.
 * @returns how many were made, and how many were there
 */
export async function seedMany(
  config: CatalogueConfig,
  options: SeedManyOptions,
): Promise<{ made: number; found: number }> {
  const { seed, log, signal } = options;
  const catalogue = await openCatalogue(config, log, { operationMs, ...(signal && { signal }) });
  try {
    const { store, imageStore } = catalogue;
    const categoryIds = await makeCategories(catalogue, shelfCategories);
    const pictures = options.withPictures ? await makeSharedPictures(imageStore, log) : [];
    const from = { seed, currency: config.currency, categoryIds, pictures };
    let next = 0;
    let done = 0;
    let found = 0;
    const work = async (): Promise<void> => {
      while (next < options.products) {
        const first = next;
        next = Math.min(first + rowsPerInsert, options.products);
        const rows = Array.from({ length: next - first }, (_, offset) => {
          const product = drawProduct(first + offset, from);
          return options.withEvents ? withNews(product) : product;
        });
        const refused = await insertAll(store.products, rows);
        found += refused.size;
        done += rows.length;
        options.onProgress(done);
      }
    };
    options.onProgress(done);
    await Promise.all(Array.from({ length: insertsAtOnce }, work));
    return { made: options.products - found, found };
  } finally {
    await catalogue.store.close();
  }
}

/** A DRAFT is nobody's business yet. */
function withNews(product: ProductDocument): ProductDocument {
  if (product.status === "DRAFT") return product;
  const event = product.status === "ACTIVE" ? productPublished : productArchived;
  return { ...product, outbox: [pendingEvent(event, snapshotOf(product))] };
}
