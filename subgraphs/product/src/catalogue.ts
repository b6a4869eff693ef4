import { createImageMaker, createImageStore, loadSharp } from "@shop/images";
import { retryUntilReady } from "@shop/lifecycle";
import { type Logger } from "@shop/telemetry";
import { createCategories } from "./categories";
import { createCategoryTree } from "./category-tree";
import { type CatalogueConfig } from "./config";
import { createFacets } from "./facets";
import { createImages } from "./images";
import { createLeases } from "./lease";
import { createOutbox } from "./outbox";
import { createIntoCategories } from "./product-arrivals";
import { createProductCreation } from "./product-creation";
import { createEditor } from "./product-edits";
import { createProductList } from "./product-list";
import { createProducts } from "./products";
import { createStock } from "./stock";
import { openStore, type Patience } from "./store";
import { bringUpToDate } from "./store-steps";

export type Catalogue = Awaited<ReturnType<typeof openCatalogue>>;

/** The use cases of the catalogue on their stores: what the service and the seed have in common. */
export async function openCatalogue(config: CatalogueConfig, log: Logger, patience?: Patience) {
  const store = await openStore(config.mongoUrl, log, patience);
  const { currency } = config;
  const imageStore = createImageStore(config.imageStore, log);
  const imageMaker = createImageMaker(loadSharp(log));
  const withLease = createLeases(store);
  try {
    await retryUntilReady(
      "the catalogue to be up to date",
      () => bringUpToDate(store, withLease),
      log,
      patience?.signal,
    );
  } catch (error) {
    await store.close();
    throw error;
  }
  const outbox = createOutbox(store);
  const edit = createEditor(store, outbox);
  const intoCategories = createIntoCategories(store);
  const createAll = createProductCreation({ store, intoCategories, outbox, currency });
  const tree = createCategoryTree(store);
  return {
    store,
    imageStore,
    withLease,
    outbox,
    tree,
    products: createProducts({ store, createAll, edit, intoCategories, currency }),
    productList: createProductList({ store, tree }),
    facets: createFacets({ store, tree }),
    categories: createCategories({ store, outbox, withLease }),
    stock: createStock({ store, outbox, withLease }),
    images: createImages({ store, imageStore, imageMaker, edit, log }),
  };
}
