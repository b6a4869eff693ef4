import { type ProductResolvers } from "../generated/graphql";
import { isStaff, mayRead } from "../visibility";

export const product: ProductResolvers = {
  __resolveReference: async (reference, { viewer, loaders }) => {
    const found =
      "id" in reference
        ? await loaders.productById.load(reference.id)
        : await loaders.productBySlug.load(reference.slug);
    return found !== null && mayRead(viewer, found) ? found : null;
  },
  id: ({ _id }) => _id,
  category: ({ categoryId }, _args, { loaders }) =>
    categoryId === null ? null : loaders.categoryById.load(categoryId),
  price: ({ priceMinor, currency }) => ({ amountMinor: priceMinor, currency }),
  stock: ({ stock }, _args, { viewer }) => (isStaff(viewer) ? stock : null),
};
