import { type ProductConnectionResolvers } from "../generated/graphql";

export const productConnection: ProductConnectionResolvers = {
  totalCount: ({ wanted }, _args, { productList }) => productList.count(wanted),
  facets: ({ wanted }) => wanted,
};
