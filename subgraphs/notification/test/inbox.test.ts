import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { startShop, type TestShop } from "./harness";
import { createInboxReader, eur, order } from "./inbox-reader";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ retention: { inboxMaxLength: 25 } });
}, 60_000);
afterAll(() => shop.stop());

const { inboxOf, notificationsOf } = createInboxReader(() => shop);

it("tells of every event those whom it concerns, in words for a person, and nobody of what is their own doing", async () => {
  const [customer, author, replier, watcher] = await Promise.all([1, 2, 3, 4].map(() => shop.newUser()));
  if (customer === undefined || author === undefined || replier === undefined || watcher === undefined)
    throw new Error();
  const productId = createId("prd");
  const watch = "mutation($id: ID!) { watchProduct(productId: $id) { errors { code } } }";
  await shop.ask(watch, { as: watcher, variables: { id: productId } });
  const bought = order(customer);
  const payment = { paymentId: createId("pay"), orderId: bought.orderId, userId: customer, amount: eur(1_250) };
  const snapshot = { productId, slug: "kettle", name: "Kettle", price: eur(1), status: "ACTIVE" as const, version: 1 };
  const comment = { commentId: createId("cmt"), productId, authorId: author };
  const reply = { ...comment, commentId: createId("cmt"), authorId: replier, parentId: comment.commentId };
  const profile = { userId: author, displayName: "Ada" };
  const stock = { productId, name: "Kettle" };

  await shop.publish(events.orderPlaced, bought);
  await shop.publish(events.orderRejected, bought);
  await shop.publish(events.orderPaid, bought);
  await shop.publish(events.orderShipped, bought);
  await shop.publish(events.orderDelivered, bought);
  await shop.publish(events.orderCancelled, { ...bought, reason: "Changed my mind" });
  await shop.publish(events.orderExpired, bought);
  await shop.publish(events.paymentCaptured, payment);
  await shop.publish(events.paymentFailed, { ...payment, failureCode: "insufficient_funds" });
  await shop.publish(events.paymentRefunded, payment);
  await shop.publish(events.productPublished, snapshot);
  await shop.publish(events.productUpdated, snapshot);
  await shop.publish(events.productPriceChanged, { ...stock, oldPrice: eur(200), newPrice: eur(100) });
  await shop.publish(events.productPriceChanged, { ...stock, oldPrice: eur(100), newPrice: eur(200) });
  await shop.publish(events.productStockChanged, { ...stock, available: 1, previousAvailable: 0 });
  await shop.publish(events.productStockChanged, { ...stock, available: 0, previousAvailable: 1 });
  await shop.publish(events.productArchived, snapshot);
  await shop.publish(events.commentAdded, comment);
  await shop.publish(events.commentAdded, { ...reply, parentAuthorId: author, excerpt: "So do I." });
  await shop.publish(events.commentEdited, comment);
  await shop.publish(events.commentLiked, { ...comment, likerId: replier }, { ...comment, likerId: author });
  await shop.publish(events.commentHidden, comment);
  await shop.publish(events.commentShown, comment);
  await shop.publish(events.commentDeleted, reply);
  await shop.publish(events.userRegistered, profile);
  await shop.publish(events.userProfileUpdated, profile);
  const another = createId("usr"); // whose tokens end by this
  await shop.publish(events.userRoleChanged, { userId: another, role: "STAFF" as const });
  await shop.publish(events.userSessionsRevoked, { userId: another, all: true, before: new Date(0).toISOString() });

  const told = async (user: string, kinds: readonly string[]): Promise<void> => {
    const list = await notificationsOf(user, kinds.length);
    expect(list.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
    for (const { title, body } of list) {
      expect(title).toMatch(/^\S.{4,}[^.]$/);
      expect(body).toMatch(/^\S.*[.”]$/);
    }
  };
  const steps = ["PLACED", "REJECTED", "PAID", "SHIPPED", "DELIVERED", "CANCELLED", "EXPIRED"];
  await told(customer, [...steps.map((step) => `ORDER_${step}`), "PAYMENT_FAILED", "PAYMENT_REFUNDED"]);
  await told(watcher, ["PRODUCT_PRICE_DROPPED", "PRODUCT_BACK_IN_STOCK"]);
  await told(author, ["COMMENT_REPLIED", "COMMENT_LIKED", "COMMENT_HIDDEN", "WELCOME"]);
  await told(replier, []);
});

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

it("forgets a user who is deleted, and takes nothing more", async () => {
  const user = createId("usr");
  const bought = order(user);
  const records = await shop.publish(events.orderPaid, bought);
  await notificationsOf(user, 1);
  const productId = createId("prd");
  await shop.ask(`mutation { watchProduct(productId: "${productId}") { errors { code } } }`, { as: user });
  await shop.publish(events.userDeleted, { userId: user });
  const kept = () => shop.redis.keys(`${shop.prefix}:{inbox/${user}}:*`);
  const note = [`${shop.prefix}:{inbox/${user}}:state`]; // that it is closed
  await eventually(kept, (keys) => keys.length === note.length);
  await shop.publishAgain(records);
  const other = createId("usr");
  await shop.publish(events.orderPaid, order(other, bought.orderId)); // behind it, in the same partition
  await notificationsOf(other, 1);
  expect(await kept()).toEqual(note);
  const watching = [`${shop.prefix}:{product/${productId}}:watchers`, `${shop.prefix}:{watcher/${user}}:products`];
  await eventually(
    () => shop.redis.exists(...watching),
    (left) => left === 0,
  );
});
