import { type UserResolvers } from "../generated/graphql";
import { listOwned } from "./comment-connection";

export const User: UserResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  comments: ({ id }, args, context) => listOwned(context, "user", id, args),
};
