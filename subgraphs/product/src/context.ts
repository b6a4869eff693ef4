import { type Viewer } from "@shop/auth";
import { type Categories } from "./categories";
import { type CategoryTree } from "./category-tree";
import { type Facets } from "./facets";
import { type Images } from "./images";
import { type Loaders } from "./loaders";
import { type ProductList } from "./product-list";
import { type Products } from "./products";
import { type Stock } from "./stock";

/** What resolvers work with: the viewer, the use cases, and the request's own loaders. */
export interface Context {
  readonly viewer: Viewer | null;
  readonly loaders: Loaders;
  readonly products: Products;
  readonly productList: ProductList;
  readonly facets: Facets;
  readonly categories: Categories;
  readonly tree: CategoryTree;
  readonly stock: Stock;
  readonly images: Images;
  /** Where a browser gets a public image. */
  readonly imageUrl: (key: string) => string;
  readonly currency: string;
}
