import { type ProductConnectionResolvers } from "../generated/graphql";

export const productConnection: ProductConnectionResolvers = {
  totalCount: ({ selection }, _args, { productList }) => productList.count(selection),
  facets: ({ selection }) => selection,
};
