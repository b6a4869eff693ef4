import { type Resolvers } from "../generated/graphql";
import { Comment } from "./comment";
import { CommentConnection } from "./comment-connection";
import { CommentPayload } from "./comment-payload";
import { Mutation } from "./mutation";
import { Product } from "./product";
import { Query } from "./query";
import { User } from "./user";
import { UserError } from "./user-error";

export const resolvers: Resolvers = {
  Query,
  Mutation,
  Comment,
  CommentConnection,
  CommentPayload,
  Product,
  User,
  UserError,
};
