import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { flag, isTrue, pageQuery, text } from "../inputs";
import { defineRoute, type Route, userErrors } from "../route";

const notification = `id cursor kind title body createdAt readAt
  subject { __typename ... on Order { id } ... on Comment { id } ... on Product { id } }`;
const kinds = z.enum([
  "ORDER_PLACED",
  "ORDER_REJECTED",
  "ORDER_PAID",
  "ORDER_SHIPPED",
  "ORDER_DELIVERED",
  "ORDER_CANCELLED",
  "ORDER_EXPIRED",
  "PAYMENT_FAILED",
  "PAYMENT_REFUNDED",
  "COMMENT_REPLIED",
  "COMMENT_LIKED",
  "COMMENT_HIDDEN",
  "PRODUCT_BACK_IN_STOCK",
  "PRODUCT_PRICE_DROPPED",
  "SYSTEM_ANNOUNCEMENT",
  "WELCOME",
]);
const preferences = "id muted email";
const service = "notification";

export const notificationRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "GET",
    path: "/v1/notifications",
    summary: "Your notifications, the newest first",
    query: z.strictObject({ ...pageQuery, unread: flag.optional().describe("Only the unread") }),
    operation: `query Notifications($unreadOnly: Boolean, $first: Int, $after: String) {
      notifications(unreadOnly: $unreadOnly, first: $first, after: $after) {
        edges { node { ${notification} } } pageInfo { hasNextPage endCursor } unreadCount resumeCursor
      }
    }`,
    variables: ({ query: { unread, limit, after } }) => ({ unreadOnly: isTrue(unread), first: limit, after }),
    answer: pageAt("notifications", ["unreadCount", "resumeCursor"]),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/notifications/{id}/read",
    summary: "Mark one as read",
    operation: `mutation MarkRead($id: ID!) { markNotificationRead(id: $id) { notification { ${notification} } ${userErrors} } }`,
    answer: payloadOf("markNotificationRead", "notification"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/notifications/read-all",
    summary: "Mark all up to a cursor as read",
    body: z.strictObject({ upTo: text("WzEyLDNd").describe("A notification's `cursor`, or a list's `resumeCursor`") }),
    ok: 204,
    operation: `mutation MarkAllRead($upTo: String!) { markAllNotificationsRead(upTo: $upTo) { ${userErrors} } }`,
    variables: ({ body }) => body,
    answer: payloadOf("markAllNotificationsRead"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/notifications/stream",
    summary: "Your notifications as they come, as server-sent events; with Last-Event-ID first all that came since",
    streams: true,
    query: z.strictObject({ after: pageQuery.after.describe("As Last-Event-ID, which goes before it") }),
    operation: `subscription NotificationStream($after: String) { notificationReceived(after: $after) { ${notification} } }`,
    variables: ({ query: { after }, lastEventId }) => ({ after: lastEventId ?? after }),
    answer: thingAt("notificationReceived"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/notifications/preferences",
    summary: "What you want to hear of",
    operation: `query Preferences { notificationPreferences { ${preferences} } }`,
    answer: thingAt("notificationPreferences"),
  }),
  defineRoute({
    service,
    method: "PATCH",
    path: "/v1/notifications/preferences",
    summary: "Change what you want to hear of",
    body: z.strictObject({ muted: z.array(kinds).optional(), email: z.boolean().optional() }),
    operation: `mutation UpdatePreferences($muted: [NotificationKind!], $email: Boolean) {
      updateNotificationPreferences(muted: $muted, email: $email) { preferences { ${preferences} } ${userErrors} }
    }`,
    variables: ({ body }) => body,
    answer: payloadOf("updateNotificationPreferences", "preferences"),
  }),
  defineRoute({
    service,
    method: "PUT",
    path: "/v1/products/{id}/watch",
    summary: "Hear when a product is back in stock or costs less",
    ok: 204,
    operation: `mutation Watch($id: ID!) { watchProduct(productId: $id) { ${userErrors} } }`,
    answer: payloadOf("watchProduct"),
  }),
  defineRoute({
    service,
    method: "DELETE",
    path: "/v1/products/{id}/watch",
    summary: "Hear of it no more",
    ok: 204,
    operation: `mutation Unwatch($id: ID!) { unwatchProduct(productId: $id) { ${userErrors} } }`,
    answer: payloadOf("unwatchProduct"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/announcements",
    summary: "Tell everyone something",
    access: "staff",
    idempotent: true,
    body: z.strictObject({ title: text("Free delivery"), body: text("All of December.") }),
    ok: 202,
    operation: `mutation Announce($title: String!, $body: String!, $idempotencyKey: String!) {
      announce(title: $title, body: $body, idempotencyKey: $idempotencyKey) { ${userErrors} }
    }`,
    variables: ({ body, idempotencyKey }) => ({ ...body, idempotencyKey }),
    answer: payloadOf("announce"),
  }),
];
