import { requireViewer } from "@shop/auth";
import { encodeCursor } from "@shop/connections";
import { type NotificationConnectionResolvers } from "../generated/graphql";
import { toInboxCursor } from "../notification";

export const notificationConnection: NotificationConnectionResolvers = {
  resumeCursor: ({ head }) => encodeCursor(toInboxCursor(head)),
  unreadCount: ({ head }, _args, { viewer, inbox }) => inbox.countUnread(requireViewer(viewer).userId, head),
};
