import { type ProductResolvers } from "../generated/graphql";

export const product: ProductResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  watchedByMe: ({ id }, _args, { loaders }) => loaders.watchedByMe.load(id),
};
