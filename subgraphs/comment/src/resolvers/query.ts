import { type QueryResolvers } from "../generated/graphql";
import { listComments } from "./comment-connection";

export const Query: QueryResolvers = {
  comment: (_parent, { id }, { loaders }) => loaders.comment.load(id),
  comments: (_parent, { filter, ...args }, context) => listComments(context, filter ?? {}, args),
};
