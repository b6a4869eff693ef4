import { createImageMaker, loadSharp } from "@shop/images";
import { type Logger } from "@shop/telemetry";
import { openCatalogue } from "./catalogue";
import { type CatalogueConfig } from "./config";
import { insertAll } from "./product-creation";
import { makeCategories } from "./seed-categories";
import { drawProduct } from "./seed-draw";
import { shelfCategories } from "./seed-goods";
import { makeSharedPictures } from "./seed-pictures";

export interface SeedManyOptions {
  readonly products: number;
  /** Which products: the same number gives the same ones. */
  readonly seed: number;
  readonly withPictures: boolean;
  /** Told how many are dealt with so far: 0 when the first are. */
  readonly onProgress: (done: number) => void;
  readonly log: Logger;
}

// Written well within the store's time limit for one operation.
const rowsPerInsert = 250;
// While the store writes one, the next is drawn.
const insertsAtOnce = 3;

/**
 * Puts a large catalogue into the shop's database: categories and products with stock, in every status. What of it is
 * there already stays as it is, so it can be run again, also after a kill. It goes past the use cases, for speed: the
 * products are as those would make them, but no events tell of them.
 * @returns how many were made, and how many were there
 */
export async function seedMany(config: CatalogueConfig, options: SeedManyOptions): Promise<{ made: number; found: number }> {
  const { seed, log } = options;
  const catalogue = await openCatalogue(config, log);
  try {
    const { store, imageStore } = catalogue;
    const categoryIds = await makeCategories(catalogue, shelfCategories);
    if (options.withPictures) await imageStore.prepare();
    const pictures = options.withPictures ? await makeSharedPictures(imageStore, createImageMaker(loadSharp(log))) : [];
    const from = { seed, currency: config.currency, categoryIds, pictures };
    let next = 0;
    let done = 0;
    let found = 0;
    const work = async (): Promise<void> => {
      while (next < options.products) {
        const first = next;
        next = Math.min(first + rowsPerInsert, options.products);
        const rows = Array.from({ length: next - first }, (_, offset) => drawProduct(first + offset, from));
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
