import { type CommentResolvers } from "../generated/graphql";
import { listOwned } from "./comment-connection";

export const Comment: CommentResolvers = {
  __resolveReference: ({ id }, { loaders }) => loaders.comment.load(id),
  product: ({ productId }) => ({ id: productId }),
  author: ({ authorId }) => (authorId === null ? null : { id: authorId }),
  parent: ({ parentId }, _args, { loaders }) => (parentId === null ? null : loaders.comment.load(parentId)),
  replies: ({ id }, args, context) => listOwned(context, "comment", id, { ...args, sort: "OLDEST" }),
  likedByMe: ({ id }, _args, { loaders }) => loaders.likedByMe.load(id),
  verifiedPurchase: ({ authorId, productId }, _args, { loaders }) =>
    authorId !== null && loaders.verified.load({ authorId, productId }),
};
