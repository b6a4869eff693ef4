import { type ProductResolvers } from "../generated/graphql";
import { listOwned } from "./comment-connection";

export const Product: ProductResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  comments: ({ id }, args, context) => listOwned(context, "product", id, args),
  myReview: ({ id }, _args, { loaders }) => loaders.myReview.load(id),
  ratings: ({ id }, _args, { loaders }) => loaders.ratings.load(id),
};
