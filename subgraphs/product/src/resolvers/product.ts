import { isId } from "@shop/ids";
import { type ProductResolvers } from "../generated/graphql";
import { type Loaders } from "../loaders";
import { type ProductRecord } from "../product-model";
import { isSlug } from "../slugs";
import { isStaff, mayRead } from "../visibility";

// The keys of a reference are whatever JSON was sent: GraphQL has no types for them.
const byId = (id: string, { productById }: Loaders): Promise<ProductRecord | null> =>
  isId(id) ? productById.load(id) : Promise.resolve(null);
const bySlug = (slug: string, { productBySlug }: Loaders): Promise<ProductRecord | null> =>
  isSlug(slug) ? productBySlug.load(slug) : Promise.resolve(null);

export const product: ProductResolvers = {
  __resolveReference: async (reference, { viewer, loaders }) => {
    const found = await ("id" in reference ? byId(reference.id, loaders) : bySlug(reference.slug, loaders));
    return found !== null && mayRead(viewer, found) ? found : null;
  },
  id: ({ _id }) => _id,
  category: ({ categoryId }, _args, { loaders }) =>
    categoryId === null ? null : loaders.categoryById.load(categoryId),
  price: ({ priceMinor, currency }) => ({ amountMinor: priceMinor, currency }),
  stock: ({ stock }, _args, { viewer }) => (isStaff(viewer) ? stock : null),
};
