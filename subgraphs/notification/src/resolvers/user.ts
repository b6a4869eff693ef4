import { type UserResolvers } from "../generated/graphql";

export const user: UserResolvers = {
  __resolveReference: ({ id }) => ({ id }),
  unreadNotifications: ({ id }, _args, { viewer, inbox }) => (viewer?.userId === id ? inbox.countUnread(id) : null),
};
