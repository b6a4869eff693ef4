import { requireViewer } from "@shop/auth";
import { encodeCursor, parsePage } from "@shop/connections";
import { type z } from "zod";
import { type SubscriptionResolvers } from "../generated/graphql";
import { type Change, type CommentUpdate } from "../live-updates";
import { commentCursor, fromCommentCursor, toCommentCursor } from "../comment-cursor";
import { fromInboxCursor, inboxCursor, type Notification } from "../notification";

// What a stream yields is the root value of the event's execution, so that `resolve` shapes it.
export const subscription: SubscriptionResolvers = {
  notificationReceived: {
    subscribe: (_parent, { after }, { viewer, liveUpdates }) =>
      liveUpdates.notifications(
        requireViewer(viewer).userId,
        parseAfter(after, inboxCursor.transform(fromInboxCursor)),
      ),
    resolve: (notification: Notification) => notification,
  },
  orderUpdated: {
    subscribe: async (_parent, { orderId }, { viewer, authorization, liveUpdates }) => {
      requireViewer(viewer);
      return (await liveUpdates.order(orderId, authorization ?? "")) ?? nothing();
    },
    resolve: (change: Change | null) => change && { id: change.id },
  },
  commentAdded: {
    subscribe: (_parent, { productId, after }, { liveUpdates }) =>
      liveUpdates.comments(productId, parseAfter(after, commentCursor.transform(fromCommentCursor))),
    resolve: ({ position, commentId, taken }: CommentUpdate) => ({
      cursor: encodeCursor(toCommentCursor(position)),
      comment: taken ? null : { id: commentId },
    }),
  },
  productUpdated: {
    subscribe: (_parent, { productId }, { liveUpdates }) => liveUpdates.product(productId),
    resolve: ({ id }: Change) => ({ id }),
  },
};

function parseAfter<Position>(after: string | null | undefined, cursor: z.ZodType<Position>): Position | null {
  return parsePage({ after }, cursor).after;
}

/** Another's order, or none, is one null and the end. */
async function* nothing(): AsyncGenerator<null> {
  yield await Promise.resolve(null);
}
