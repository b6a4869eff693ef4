import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type Answer, startShop, type TestShop } from "./harness";

interface Inbox {
  edges: { cursor: string; node: Listed }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  resumeCursor: string;
}
interface Listed {
  id: string;
  cursor: string;
  kind: string;
  title: string;
  body: string;
  subject: { __typename: string; id: string } | null;
  readAt: string | null;
}

const listQuery = `query Inbox($first: Int, $after: String, $unreadOnly: Boolean) {
  notifications(first: $first, after: $after, unreadOnly: $unreadOnly) {
    edges { cursor node { id cursor kind title body createdAt readAt
      subject { __typename ... on Order { id } ... on Comment { id } ... on Product { id } } } }
    pageInfo { hasNextPage endCursor }
    resumeCursor
  }
}`;

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ retention: { inboxMaxLength: 25 } });
}, 60_000);
afterAll(() => shop.stop());

async function inboxOf(user: string, variables: object = {}): Promise<Inbox> {
  const answer = await shop.ask(listQuery, { as: user, variables });
  expect(answer.errors).toBeUndefined();
  return answer.data?.["notifications"] as Inbox;
}

/** The inbox, announcements aside, once it has so many notifications. */
async function notificationsOf(user: string, count: number): Promise<Listed[]> {
  const own = async () =>
    (await inboxOf(user, { first: 100 })).edges
      .map(({ node }) => node)
      .filter(({ kind }) => kind !== "SYSTEM_ANNOUNCEMENT");
  return eventually(own, (nodes) => nodes.length >= count);
}

async function unreadOf(user: string): Promise<number> {
  const query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { unreadNotifications } } }";
  const answer = await shop.ask(query, { as: user, variables: { r: [{ __typename: "User", id: user }] } });
  return (answer.data?.["_entities"] as { unreadNotifications: number }[])[0]?.unreadNotifications ?? -1;
}

const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });

function order(userId: string, orderId = createId("ord")): events.OrderSnapshot {
  const lines = [{ productId: createId("prd"), name: "Kettle", quantity: 2 }];
  return { orderId, number: "K7-2041", userId, status: "PAID", total: eur(1_250), lines };
}

describe("orders", () => {
  it("tells the customer of each step, newest first, each with the order as its subject", async () => {
    const user = await shop.newUser();
    const bought = order(user);
    await shop.publish(events.orderPlaced, bought);
    await shop.publish(events.orderPaid, bought);
    const { orderId } = bought;
    const payment = { paymentId: createId("pay"), orderId, userId: user, amount: eur(1_250) };
    await shop.publish(events.paymentCaptured, payment);
    await shop.publish(events.orderShipped, { ...bought, trackingNumber: "TR-1" });
    await shop.publish(events.paymentRefunded, payment);

    const list = await notificationsOf(user, 4);
    expect(list.map(({ kind }) => kind)).toEqual(["PAYMENT_REFUNDED", "ORDER_SHIPPED", "ORDER_PAID", "ORDER_PLACED"]);
    expect(list.every(({ subject }) => subject?.__typename === "Order" && subject.id === orderId)).toBe(true);
    expect(list[3]).toMatchObject({
      title: "Order K7-2041 is placed",
      body: "We hold 2 items for you, €12.50 in all. It is yours once it is paid.",
    });
    expect(list[1]?.body).toContain("TR-1");
  });

  it("shows a user's notifications to nobody else", async () => {
    const user = await shop.newUser();
    await shop.publish(events.orderPaid, order(user));
    const [mine] = await notificationsOf(user, 1);
    const other = createId("usr");
    expect((await inboxOf(other)).edges.filter(({ node }) => node.id === mine?.id)).toEqual([]);
    const markRead =
      "mutation($id: ID!) { markNotificationRead(id: $id) { notification { id } errors { code path } } }";
    const answer = await shop.ask(markRead, { as: other, variables: { id: mine?.id } });
    expect(answer.data?.["markNotificationRead"]).toEqual({
      notification: null,
      errors: [{ code: "NOT_FOUND", path: ["id"] }],
    });
    expect((await shop.ask("{ notifications { resumeCursor } }")).errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});

it("takes an event once, however often it is published, even when its notification was trimmed away", async () => {
  const user = await shop.newUser();
  const many = Array.from({ length: 30 }, () => order(user));
  const records = await shop.publish(events.orderPaid, ...many);
  await eventually(
    () => shop.redis.hget(`${shop.prefix}:{inbox/${user}}:state`, "sequence"),
    (sequence) => sequence === "30",
  );
  const before = await inboxOf(user, { first: 100 });

  await shop.publishAgain(records);
  const other = createId("usr");
  // Behind the repeated events in each of their partitions.
  await shop.publish(events.orderShipped, ...many.map((one) => ({ ...one, userId: other })));
  await eventually(
    () => shop.redis.hget(`${shop.prefix}:{inbox/${other}}:state`, "sequence"),
    (sequence) => sequence === "30",
  );
  expect(await inboxOf(user, { first: 100 })).toEqual(before);
  expect(await shop.redis.hget(`${shop.prefix}:{inbox/${user}}:state`, "sequence")).toBe("30");
});

describe("comments", () => {
  const productId = createId("prd");

  it("tells of a reply and of a like, once for each who likes, and never of one's own", async () => {
    const [author, other] = [await shop.newUser(), createId("usr")];
    const [reviewId, replyId] = [createId("cmt"), createId("cmt")];
    const reply = { productId, parentId: reviewId, parentAuthorId: author, excerpt: "So do I." };
    const like = { commentId: reviewId, productId, authorId: author };
    await shop.publish(events.commentAdded, { commentId: createId("cmt"), authorId: author, ...reply });
    await shop.publish(events.commentLiked, { ...like, likerId: author }, { ...like, likerId: other });
    await shop.publish(events.commentLiked, { ...like, likerId: other }, { ...like, likerId: createId("usr") });
    await shop.publish(events.commentAdded, { commentId: replyId, authorId: other, ...reply });
    await shop.publish(events.commentHidden, { commentId: reviewId, productId, authorId: author });

    const list = await notificationsOf(author, 4);
    expect(list.map(({ kind }) => kind)).toEqual([
      "COMMENT_HIDDEN",
      "COMMENT_REPLIED",
      "COMMENT_LIKED",
      "COMMENT_LIKED",
    ]);
    expect(list[1]).toMatchObject({ body: "“So do I.”", subject: { __typename: "Comment", id: replyId } });
  });
});

describe("watched products", () => {
  const watch = "mutation($id: ID!) { watchProduct(productId: $id) { product { id watchedByMe } errors { code } } }";
  const unwatch = "mutation($id: ID!) { unwatchProduct(productId: $id) { product { watchedByMe } errors { code } } }";

  it("tells those who watch when it is back in stock or costs less, and only of what happened since", async () => {
    const [user, late] = [await shop.newUser(), await shop.newUser()];
    const productId = createId("prd");
    const product = { productId, name: "Kettle" };
    const watched = await shop.ask(watch, { as: user, variables: { id: productId } });
    expect(watched.data?.["watchProduct"]).toEqual({ product: { id: productId, watchedByMe: true }, errors: [] });
    const records = [
      ...(await shop.publish(events.productStockChanged, { ...product, available: 3, previousAvailable: 0 })),
      ...(await shop.publish(events.productStockChanged, { ...product, available: 5, previousAvailable: 3 })),
      ...(await shop.publish(events.productPriceChanged, { ...product, oldPrice: eur(2_000), newPrice: eur(2_500) })),
      ...(await shop.publish(events.productPriceChanged, { ...product, oldPrice: eur(2_500), newPrice: eur(1_500) })),
    ];
    const list = await notificationsOf(user, 2);
    expect(list.map(({ kind }) => kind)).toEqual(["PRODUCT_PRICE_DROPPED", "PRODUCT_BACK_IN_STOCK"]);
    expect(list[0]?.body).toBe("€15.00 instead of €25.00.");

    await shop.ask(watch, { as: late, variables: { id: productId } });
    const ended = await shop.ask(unwatch, { as: user, variables: { id: productId } });
    expect(ended.data?.["unwatchProduct"]).toEqual({ product: { watchedByMe: false }, errors: [] });
    await shop.publishAgain(records);
    await shop.publish(events.productPriceChanged, { ...product, oldPrice: eur(1_500), newPrice: eur(1_000) });
    const told = await notificationsOf(late, 1);
    expect(told.map(({ body }) => body)).toEqual(["€10.00 instead of €15.00."]);
    expect(await notificationsOf(user, 2)).toEqual(list);
  });

  it("refuses what cannot be a product", async () => {
    const answer = await shop.ask(watch, { as: createId("usr"), variables: { id: "usr_1" } });
    expect(answer.data?.["watchProduct"]).toEqual({ product: null, errors: [{ code: "NOT_FOUND" }] });
  });
});

describe("reading", () => {
  const markRead =
    "mutation($id: ID!) { markNotificationRead(id: $id) { notification { id cursor readAt } viewer { unreadNotifications } errors { code } } }";
  const markAll =
    "mutation($upTo: String!) { markAllNotificationsRead(upTo: $upTo) { markedRead viewer { unreadNotifications } errors { code path } } }";

  async function inboxWith(count: number): Promise<{ user: string; list: Listed[] }> {
    const user = await shop.newUser();
    await shop.publish(events.userRegistered, { userId: user, displayName: "Ada" });
    await notificationsOf(user, 1);
    await shop.publish(events.orderPaid, ...Array.from({ length: count - 1 }, () => order(user)));
    return { user, list: await notificationsOf(user, count) };
  }

  it("pages from the newest to the oldest without a gap or a repeat", async () => {
    const { user, list } = await inboxWith(9);
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page: Inbox = await inboxOf(user, { first: 4, after });
      seen.push(...page.edges.map(({ node }) => node.id));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(list.map(({ id }) => id));
    expect(list.at(-1)?.kind).toBe("WELCOME");
  });

  it("counts exactly what is unread, and marks one or all up to a cursor", async () => {
    const { user, list } = await inboxWith(6);
    expect(await unreadOf(user)).toBe(6);
    for (const _twice of [1, 2]) {
      const one = await shop.ask(markRead, { as: user, variables: { id: list[2]?.id } });
      expect(one.data?.["markNotificationRead"]).toMatchObject({
        notification: { id: list[2]?.id, cursor: list[2]?.cursor, readAt: expect.any(String) as string },
        viewer: { unreadNotifications: 5 },
        errors: [],
      });
    }
    const { resumeCursor } = await inboxOf(user);
    await shop.publish(events.orderShipped, order(user));
    await notificationsOf(user, 7);
    const rest = await shop.ask(markAll, { as: user, variables: { upTo: resumeCursor } });
    expect(rest.data?.["markAllNotificationsRead"]).toEqual({
      markedRead: 5,
      viewer: { unreadNotifications: 1 },
      errors: [],
    });
    const unread = await inboxOf(user, { unreadOnly: true });
    expect(unread.edges.map(({ node }) => node.kind)).toEqual(["ORDER_SHIPPED"]);
    const bad = await shop.ask(markAll, { as: user, variables: { upTo: "nonsense" } });
    expect(bad.data?.["markAllNotificationsRead"]).toMatchObject({
      markedRead: 0,
      errors: [{ code: "INVALID_INPUT", path: ["upTo"] }],
    });
  });

  it.each([{ first: 0 }, { first: 101 }, { after: "nonsense" }])("refuses %j as a page", async (variables) => {
    const answer = await shop.ask(listQuery, { as: createId("usr"), variables });
    expect(answer.errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
  });

  it("tells the unread count to the user alone", async () => {
    const { user } = await inboxWith(1);
    const query = "query($r: [_Any!]!) { _entities(representations: $r) { ... on User { unreadNotifications } } }";
    const variables = { r: [{ __typename: "User", id: user }] };
    for (const as of [createId("usr"), undefined]) {
      expect((await shop.ask(query, { as, variables })).data?.["_entities"]).toEqual([{ unreadNotifications: null }]);
    }
  });
});

it("keeps no notification of a muted kind", async () => {
  const user = await shop.newUser();
  const update =
    "mutation($muted: [NotificationKind!], $email: Boolean) { updateNotificationPreferences(muted: $muted, email: $email) { preferences { id muted email } errors { code } } }";
  const muting = await shop.ask(update, { as: user, variables: { muted: ["ORDER_PAID"] } });
  const preferences = { id: user, muted: ["ORDER_PAID"], email: false };
  expect(muting.data?.["updateNotificationPreferences"]).toEqual({ preferences, errors: [] });
  const bought = order(user);
  const records = await shop.publish(events.orderPaid, bought);
  await shop.publish(events.orderShipped, bought);
  await notificationsOf(user, 1);

  await shop.ask(update, { as: user, variables: { muted: [], email: true } });
  const asked = await shop.ask("{ notificationPreferences { muted email } }", { as: user });
  expect(asked.data?.["notificationPreferences"]).toEqual({ muted: [], email: true });
  await shop.publishAgain(records); // known, though it was dropped
  await shop.publish(events.orderDelivered, bought);
  const list = await notificationsOf(user, 2);
  expect(list.map(({ kind }) => kind)).toEqual(["ORDER_DELIVERED", "ORDER_SHIPPED"]);
});

describe("announcements", () => {
  const announce =
    "mutation($title: String!, $body: String!, $key: String!) { announce(title: $title, body: $body, idempotencyKey: $key) { accepted errors { code path } } }";
  const staff = { as: createId("usr"), role: "STAFF" as const };
  const titlesOf = async (user: string): Promise<string[]> =>
    (await inboxOf(user, { first: 100 })).edges.map(({ node }) => node.title);

  it("reach everyone, between what else there is, once, and not those who came later", async () => {
    const user = createId("usr");
    const title = `Sale ${createId("ann")}`;
    await shop.publish(events.userRegistered, { userId: user, displayName: "Ada" });
    await notificationsOf(user, 1);
    const variables = { title, body: "Everything must go.", key: createId("evt") };
    for (const _twice of [1, 2]) {
      const answer = await shop.ask(announce, { ...staff, variables });
      expect(answer.data?.["announce"]).toEqual({ accepted: true, errors: [] });
    }
    await eventually(
      () => titlesOf(user),
      (titles) => titles.includes(title),
    );
    await shop.publish(events.orderPaid, order(user));
    await notificationsOf(user, 2);
    const titles = await titlesOf(user);
    expect(titles.filter((one) => one === title || !one.includes("Sale"))).toEqual([
      "Order K7-2041 is paid",
      title,
      "Welcome, Ada!",
    ]);

    const late = createId("usr");
    await shop.publish(events.userRegistered, { userId: late, displayName: "Bob" });
    await notificationsOf(late, 1);
    expect(await titlesOf(late)).not.toContain(title);
  });

  it("are read by each reader alone", async () => {
    const title = `Sale ${createId("ann")}`;
    await shop.ask(announce, { ...staff, variables: { title, body: "Today.", key: createId("evt") } });
    const [reader, other] = [createId("usr"), createId("usr")];
    const inInboxOf = async (user: string) =>
      (await inboxOf(user, { first: 100 })).edges.find(({ node }) => node.title === title)?.node;
    const announcement = await eventually(
      () => inInboxOf(reader),
      (found) => found !== undefined,
    );
    await shop.ask("mutation($id: ID!) { markNotificationRead(id: $id) { errors { code } } }", {
      as: reader,
      variables: { id: announcement?.id },
    });
    expect((await inInboxOf(reader))?.readAt).not.toBeNull();
    expect((await inInboxOf(other))?.readAt).toBeNull();
    const mute = "mutation { updateNotificationPreferences(muted: [SYSTEM_ANNOUNCEMENT]) { errors { code } } }";
    await shop.ask(mute, { as: other });
    expect(await unreadOf(other)).toBe(0);
  });

  it("are for STAFF to make, with a key that stands for one text", async () => {
    const variables = { title: "A", body: "B", key: createId("evt") };
    const byCustomer: Answer = await shop.ask(announce, { as: createId("usr"), variables });
    expect(byCustomer.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
    await shop.ask(announce, { ...staff, variables });
    const reused = await shop.ask(announce, { ...staff, variables: { ...variables, body: "C" } });
    expect(reused.data?.["announce"]).toEqual({
      accepted: false,
      errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path: ["idempotencyKey"] }],
    });
    const empty = await shop.ask(announce, { ...staff, variables: { title: " ", body: "", key: "" } });
    expect(empty.data?.["announce"]).toMatchObject({
      accepted: false,
      errors: [{ path: ["title"] }, { path: ["body"] }, { path: ["idempotencyKey"] }],
    });
  });
});

it("forgets a user who is deleted, and takes nothing more", async () => {
  const user = createId("usr");
  const bought = order(user);
  const records = await shop.publish(events.orderPaid, bought);
  await notificationsOf(user, 1);
  const productId = createId("prd");
  await shop.ask(`mutation { watchProduct(productId: "${productId}") { errors { code } } }`, { as: user });
  await shop.publish(events.userDeleted, { userId: user });
  const own = async () => (await inboxOf(user)).edges.filter(({ node }) => node.kind === "ORDER_PAID");
  await eventually(own, (nodes) => nodes.length === 0);
  await shop.publishAgain(records);
  const other = createId("usr");
  await shop.publish(events.orderPaid, order(other, bought.orderId)); // behind it, in the same partition
  await notificationsOf(other, 1);
  expect(await own()).toEqual([]);
  const kept = await shop.redis.keys(`${shop.prefix}:{inbox/${user}}:*`);
  expect(kept).toEqual([`${shop.prefix}:{inbox/${user}}:state`]);
  const watching = [`${shop.prefix}:{product/${productId}}:watchers`, `${shop.prefix}:{watcher/${user}}:products`];
  await eventually(
    () => shop.redis.exists(...watching),
    (left) => left === 0,
  );
});
