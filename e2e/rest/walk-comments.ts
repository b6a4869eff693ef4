import { eventually } from "../test/eventually";
import { type Api } from "./api";
import { register, type Signed } from "./walk-accounts";

interface Comment {
  readonly id: string;
}

/** Reviews, and what others make of them; then what the reviewer was told. */
export async function walkComments(api: Api, staff: string, productId: string, ada: Signed): Promise<void> {
  const as = ada.accessToken;
  const reader = (await register(api)).accessToken;
  const path = { id: productId };
  const body = { rating: 5, body: "Two minutes, as promised." };
  const { id } = await api.ok<Comment>("POST /v1/products/{id}/comments", { as, path, body });
  expect((await api.call("POST /v1/products/{id}/comments", { as, path, body })).status).toBe(409);
  const review = { id };
  await eventually(async () => {
    const read = await api.call("GET /v1/comments/{id}", { path: review });
    return (read.body as { verifiedPurchase: boolean }).verifiedPurchase; // once the delivery is heard of
  });
  await api.ok("GET /v1/products/{id}/comments", { path });
  await api.ok("GET /v1/comments/{id}", { path: review });
  await api.ok("PATCH /v1/comments/{id}", { as, path: review, body: { rating: 4 } });
  for (const foreign of ["PATCH /v1/comments/{id}", "DELETE /v1/comments/{id}"]) {
    const change = foreign.startsWith("PATCH") ? { body: { rating: 1 } } : {};
    expect((await api.call(foreign, { as: reader, path: review, ...change })).status).toBe(404);
  }
  await api.ok("PUT /v1/comments/{id}/like", { as: reader, path: review });
  await api.ok("DELETE /v1/comments/{id}/like", { as: reader, path: review });
  const reply = await api.ok<Comment>("POST /v1/comments/{id}/replies", {
    as: reader,
    path: review,
    body: { body: "Mine too." },
  });
  await api.ok("GET /v1/comments/{id}/replies", { path: review });
  await api.ok("POST /v1/comments/{id}/reports", { as, path: { id: reply.id }, body: { reason: "Spam" } });
  const reported = await api.ok<{ items: Comment[] }>("GET /v1/comments", { as: staff, query: { reported: "true" } });
  expect(reported.items.map((one) => one.id)).toContain(reply.id);
  const moderation = { visibility: "HIDDEN", reason: "Spam" };
  await api.ok("PUT /v1/comments/{id}/moderation", { as: staff, path: { id: reply.id }, body: moderation });
  await api.ok("DELETE /v1/comments/{id}", { as, path: review });
  await api.ok("DELETE /v1/comments/{id}", { as: staff, path: { id: reply.id } });
}

/** What is told last of everything that ada did: then nothing more comes. */
const lastOfEach = [
  "ORDER_DELIVERED",
  "ORDER_CANCELLED",
  "PAYMENT_FAILED",
  "PAYMENT_REFUNDED",
  "COMMENT_REPLIED",
  "SYSTEM_ANNOUNCEMENT",
  "WELCOME",
];

export async function walkNotifications(api: Api, staff: string, productId: string, ada: Signed): Promise<void> {
  const as = ada.accessToken;
  const path = { id: productId };
  await api.ok("PUT /v1/products/{id}/watch", { as, path });
  await api.ok("DELETE /v1/products/{id}/watch", { as, path });
  await api.ok("GET /v1/notifications/preferences", { as });
  await api.ok("PATCH /v1/notifications/preferences", { as, body: { muted: ["COMMENT_LIKED"] } });
  await api.ok("POST /v1/announcements", { as: staff, body: { title: "Free delivery", body: "All of December." } });

  const read = () => api.call("GET /v1/notifications", { as, query: { unread: "true", limit: "50" } });
  await eventually(async () => {
    const { items } = (await read()).body as { items: { kind: string }[] };
    return lastOfEach.every((kind) => items.some((one) => one.kind === kind));
  });
  const list = await api.ok<{ items: { id: string; kind: string }[]; unreadCount: number; resumeCursor: string }>(
    "GET /v1/notifications",
    {
      as,
      query: { limit: "50" },
    },
  );
  expect(list.unreadCount).toBe(list.items.length);
  const own = list.items.find(({ kind }) => kind !== "SYSTEM_ANNOUNCEMENT"); // which is everybody's
  const notification = { id: own?.id ?? "" };
  const stranger = (await register(api)).accessToken;
  expect((await api.call("POST /v1/notifications/{id}/read", { as: stranger, path: notification })).status).toBe(404);
  await api.ok("POST /v1/notifications/{id}/read", { as, path: notification });
  await api.ok("POST /v1/notifications/read-all", { as, body: { upTo: list.resumeCursor } });
  expect(((await read()).body as { items: unknown[] }).items).toEqual([]);
}
