import { requireViewer } from "@shop/auth";
import { type NotificationConnectionResolvers } from "../generated/graphql";

export const notificationConnection: NotificationConnectionResolvers = {
  unreadCount: (_page, _args, { viewer, inbox }) => inbox.countUnread(requireViewer(viewer).userId),
};
