import { loadSharp, type SharpModule } from "@shop/images";
import { retryUntilReady } from "@shop/lifecycle";
import { createLogger, type Logger } from "@shop/telemetry";
import { type Catalogue, openCatalogue } from "./catalogue";
import { type CatalogueConfig, loadCatalogueConfig } from "./config";
import { idempotencyScope } from "./idempotency";
import { uploadKey } from "./images";
import { type ProductDocument } from "./product-model";
import { seedCategories, seedProducts, type SeedProduct } from "./seed-catalogue";
import { makeCategories, requireOk, seeder } from "./seed-categories";
import { drawPicture } from "./seed-pictures";

const productKey = (product: SeedProduct): string => `product ${product.name}`;
const scopeOf = (product: SeedProduct): string => idempotencyScope(seeder.userId, "createProduct", productKey(product));
const atOnce = 4;

export interface SeedOutcome {
  /** How many products this run published; 0 where the catalogue was there already. */
  readonly published: number;
}

/**
 * Fills an empty catalogue: 8 categories and 40 published products with pictures (but on a platform without sharp), by the
 * use cases that STAFF use, so that their events are published too. Killed and run again it goes on where it was; a
 * catalogue that somebody else began is left alone.
 */
export async function seedCatalogue(config: CatalogueConfig, { log }: { log: Logger }): Promise<SeedOutcome> {
  const catalogue = await openCatalogue(config, log);
  try {
    const unfinished = await findUnfinished(catalogue);
    if (unfinished.length === 0) return { published: 0 };
    const sharp = loadSharp(log);
    await retryUntilReady("the image store", catalogue.imageStore.prepare, log);
    const categoryIds = await makeCategories(catalogue, seedCategories);
    const waiting = unfinished.values();
    const work = async (): Promise<void> => {
      for (const product of waiting)
        await makeProduct(catalogue, product, { categoryIds, currency: config.currency, sharp });
    };
    await Promise.all(Array.from({ length: atOnce }, work));
    return { published: unfinished.length };
  } finally {
    await catalogue.store.close();
  }
}

/** What is not published yet. A product becomes ACTIVE as its last step, and nothing makes it a DRAFT again. */
async function findUnfinished({ store }: Catalogue): Promise<SeedProduct[]> {
  const scopes = seedProducts.map(scopeOf);
  const made = await store.products
    .find({ "creation.scope": { $in: scopes } }, { status: 1, "creation.scope": 1 })
    .lean<Pick<ProductDocument, "status" | "creation">[]>();
  if (made.length === 0 && (await store.products.exists({})) !== null) return [];
  const finished = new Set(made.filter(({ status }) => status !== "DRAFT").map(({ creation }) => creation.scope));
  return seedProducts.filter((product) => !finished.has(scopeOf(product)));
}

async function makeProduct(
  { products, images, imageStore }: Catalogue,
  product: SeedProduct,
  {
    categoryIds,
    currency,
    sharp,
  }: { categoryIds: ReadonlyMap<string, string>; currency: string; sharp: SharpModule | null },
): Promise<void> {
  const { name, description, material, color, stock } = product;
  const input = {
    idempotencyKey: productKey(product),
    name,
    description,
    categoryId: categoryIds.get(product.category),
    price: { amountMinor: product.priceMinor, currency },
    initialStock: stock,
    attributes: [
      { name: "material", value: material },
      { name: "color", value: color },
    ],
  };
  const { product: made } = requireOk(await products.create(seeder, input));
  if (sharp !== null && made.images.length === 0) {
    const picture = await drawPicture(sharp, product);
    const form = { contentType: "image/png", bytes: picture.length };
    const { upload } = requireOk(await images.requestUpload(seeder, made._id, form));
    await imageStore.write(uploadKey(upload.id), picture, form.contentType);
    requireOk(await images.attach(seeder, made._id, upload.id, `${name}, ${color}`));
  }
  requireOk(await products.publish(seeder, made._id));
}

async function main(): Promise<void> {
  const { published } = await seedCatalogue(loadCatalogueConfig(), { log: createLogger("product.seed") });
  process.stdout.write(published === 0 ? "The catalogue is there already.\n" : `Published ${published} products.\n`);
}

if (require.main === module) {
  main().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(
        `The catalogue could not be filled: ${error instanceof Error ? error.message : "unknown"}\n`,
      );
      process.exit(1);
    },
  );
}
