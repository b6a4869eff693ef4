import { isId } from "@shop/ids";
import { type Context } from "../context";
import { type UserRow } from "../database";
import { type UserResolvers } from "../generated/graphql";
import { maySeeAccount } from "../visibility";

/** Resolves a field for the user and for STAFF; to others it is null. */
const restricted =
  <Result>(read: (user: UserRow, context: Context) => Result) =>
  (user: UserRow, _args: object, context: Context): Result | null =>
    maySeeAccount(context.reader, user.id) ? read(user, context) : null;

export const User: UserResolvers = {
  __resolveReference: ({ id }, { loaders }) => (isId(id) ? loaders.userById.load(id) : null),
  avatarUrl: (user, _args, { avatars }) => avatars.urlOf(user),
  email: restricted((user) => user.email),
  emailVerified: restricted((user) => user.emailVerifiedAt !== null),
  phone: restricted((user) => user.phone),
  role: restricted((user) => user.role),
  addresses: restricted((user, { loaders }) => loaders.addressesByUserId.load(user.id)),
  sessions: restricted((user, { loaders }) => loaders.sessionsByUserId.load(user.id)),
};
