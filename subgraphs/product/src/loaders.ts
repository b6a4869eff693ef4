import DataLoader from "dataloader";
import { type CategoryRecord } from "./category-model";
import { type CategoryTree } from "./category-tree";
import { type ProductRecord } from "./product-model";
import { type Products } from "./products";

/** One set a request: what is asked for in one tick becomes one query, and nothing is asked for twice. */
export interface Loaders {
  readonly productById: DataLoader<string, ProductRecord | null>;
  readonly productBySlug: DataLoader<string, ProductRecord | null>;
  readonly categoryById: DataLoader<string, CategoryRecord | null>;
  readonly categoryBySlug: DataLoader<string, CategoryRecord | null>;
  readonly childrenOf: DataLoader<string, CategoryRecord[]>;
  /** Forgets what was read. */
  clear(): void;
}

export function createLoaders(deps: {
  products: Pick<Products, "byIds" | "bySlugs">;
  tree: Pick<CategoryTree, "byIds" | "bySlugs" | "childrenOf">;
}): Loaders {
  const { products, tree } = deps;
  const loaders = {
    productById: createLoader(products.byIds, ({ _id }) => _id),
    productBySlug: createLoader(products.bySlugs, ({ slug }) => slug),
    categoryById: createLoader(tree.byIds, ({ _id }) => _id),
    categoryBySlug: createLoader(tree.bySlugs, ({ slug }) => slug),
    childrenOf: new DataLoader(async (parentIds: readonly string[]) => {
      const children = await tree.childrenOf(parentIds);
      return parentIds.map((parentId) => children.filter((child) => child.parentId === parentId));
    }),
  };
  return {
    ...loaders,
    clear: () => {
      for (const loader of Object.values(loaders)) loader.clearAll();
    },
  };
}

function createLoader<Row>(
  find: (keys: readonly string[]) => Promise<Row[]>,
  keyOf: (row: Row) => string,
): DataLoader<string, Row | null> {
  return new DataLoader(async (keys: readonly string[]) => {
    const rows = new Map((await find(keys)).map((row) => [keyOf(row), row]));
    return keys.map((key) => rows.get(key) ?? null);
  });
}
