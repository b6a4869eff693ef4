import { type ProductImageResolvers } from "../generated/graphql";

export const productImage: ProductImageResolvers = {
  url: ({ key }, _args, { imageUrl }) => imageUrl(key),
};
