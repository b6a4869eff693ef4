import { type QueryResolvers } from "../generated/graphql";
import { visibleStatuses } from "../visibility";

export const query: QueryResolvers = {
  product: async (_parent, { id }, { viewer, loaders }) => {
    const product = await loaders.productById.load(id);
    return product !== null && visibleStatuses(viewer).includes(product.status) ? product : null;
  },
  productBySlug: async (_parent, { slug }, { viewer, loaders }) => {
    const product = await loaders.productBySlug.load(slug);
    return product !== null && visibleStatuses(viewer).includes(product.status) ? product : null;
  },
  products: (_parent, args, { viewer, productList }) => productList.list(viewer, args),
  category: (_parent, { id }, { loaders }) => loaders.categoryById.load(id),
  categoryBySlug: (_parent, { slug }, { loaders }) => loaders.categoryBySlug.load(slug),
  categories: (_parent, _args, { tree }) => tree.childrenOf([null]),
};
