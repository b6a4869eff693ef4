import { type NotificationSubjectResolvers } from "../generated/graphql";

export const notificationSubject: NotificationSubjectResolvers = {
  __resolveType: ({ type }) => type,
};
