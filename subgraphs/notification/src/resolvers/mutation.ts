import { requireRole, requireViewer } from "@shop/auth";
import { parsePage } from "@shop/connections";
import { isId } from "@shop/ids";
import { type MutationResolvers } from "../generated/graphql";
import { fromInboxCursor, inboxCursor, type InboxPlace } from "../notification";
import { type Problem } from "../problems";

export const mutation: MutationResolvers = {
  markNotificationRead: async (_parent, { id }, { viewer, inbox }) => {
    const { userId } = requireViewer(viewer);
    const outcome = await inbox.markRead(userId, id);
    if (outcome.ok) return { notification: outcome.notification, viewer: { id: userId }, errors: [] };
    return { notification: null, viewer: { id: userId }, errors: [notFound("There is no such notification.", "id")] };
  },
  markAllNotificationsRead: async (_parent, { upTo }, { viewer, inbox }) => {
    const { userId } = requireViewer(viewer);
    const place = parseCursor(upTo);
    if (place === null) {
      const problem = { code: "INVALID_INPUT", message: "`upTo` is no cursor of your notifications.", path: ["upTo"] };
      return { markedRead: 0, viewer: { id: userId }, errors: [problem as Problem] };
    }
    return { markedRead: await inbox.markAllRead(userId, place), viewer: { id: userId }, errors: [] };
  },
  updateNotificationPreferences: async (_parent, { muted, email }, { viewer, readers }) => {
    const { userId } = requireViewer(viewer);
    const change = { muted: muted ?? undefined, email: email ?? undefined };
    return { preferences: { id: userId, ...(await readers.updatePreferences(userId, change)) }, errors: [] };
  },
  watchProduct: async (_parent, { productId }, { viewer, watches }) => {
    const { userId } = requireViewer(viewer);
    if (!isProductId(productId)) return { product: null, errors: [unknownProduct] };
    await watches.watch(userId, productId);
    return { product: { id: productId }, errors: [] };
  },
  unwatchProduct: async (_parent, { productId }, { viewer, watches }) => {
    const { userId } = requireViewer(viewer);
    if (!isProductId(productId)) return { product: null, errors: [unknownProduct] };
    await watches.unwatch(userId, productId);
    return { product: { id: productId }, errors: [] };
  },
  announce: async (_parent, input, { viewer, announcements }) => {
    const { userId } = requireRole(viewer, "STAFF");
    const outcome = await announcements.announce(userId, input);
    if (outcome.ok) return { accepted: true, errors: [] };
    if (outcome.reason === "INVALID_INPUT") {
      const errors = outcome.problems.map(({ field, message }): Problem => ({
        code: "INVALID_INPUT",
        message,
        path: [field],
      }));
      return { accepted: false, errors };
    }
    const message = "This idempotency key was sent with another announcement: choose a new one.";
    return { accepted: false, errors: [{ code: outcome.reason, message, path: ["idempotencyKey"] }] };
  },
};

const unknownProduct = notFound("There is no such product.", "productId");

function notFound(message: string, argument: string): Problem {
  return { code: "NOT_FOUND", message, path: [argument] };
}

function isProductId(id: string): boolean {
  return isId(id) && id.startsWith("prd_");
}

function parseCursor(cursor: string): InboxPlace | null {
  try {
    return parsePage({ after: cursor }, inboxCursor.transform(fromInboxCursor)).after;
  } catch {
    return null;
  }
}
