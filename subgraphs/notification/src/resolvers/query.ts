import { requireViewer } from "@shop/auth";
import { encodeCursor, parsePage, toConnection } from "@shop/connections";
import { type QueryResolvers } from "../generated/graphql";
import { toCommentCursor } from "../comment-cursor";
import { fromInboxCursor, inboxCursor, toInboxCursor } from "../notification";

export const query: QueryResolvers = {
  notifications: async (_parent, { first, after, unreadOnly }, { viewer, inbox }) => {
    const { userId } = requireViewer(viewer);
    const page = parsePage({ first, after }, inboxCursor.transform(fromInboxCursor));
    const { notifications, head } = await inbox.page(userId, page, { unreadOnly });
    return { ...toConnection(notifications, page, ({ place }) => toInboxCursor(place)), head };
  },
  notificationPreferences: async (_parent, _args, { viewer, readers }) => {
    const { userId } = requireViewer(viewer);
    return { id: userId, ...(await readers.preferencesOf(userId)) };
  },
  notificationsHead: async (_parent, _args, { viewer, liveUpdates }) => {
    const { userId } = requireViewer(viewer);
    return encodeCursor(toInboxCursor(await liveUpdates.notificationsHead(userId)));
  },
  commentsHead: async (_parent, { productId }, { liveUpdates }) =>
    encodeCursor(toCommentCursor(await liveUpdates.commentsHead(productId))),
};
