import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type Answer, startShop, type TestShop } from "./harness";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ retention: { commentEventsMaxLength: 5 } });
}, 60_000);
afterAll(() => shop.stop());

describe("orderUpdated", () => {
  const updated = "subscription($id: ID!) { orderUpdated(orderId: $id) { __typename id } }";

  it("tells the order at once and after each change, to its customer and to STAFF", async () => {
    const user = await shop.newUser();
    const order: events.OrderSnapshot = {
      ...{ orderId: createId("ord"), number: "K7", userId: user, status: "PAID", lines: [] },
    };
    const { orderId } = order;
    shop.orderOwners.set(orderId, user);
    const customer = shop.watch(updated, { as: user, variables: { id: orderId } });
    const staff = shop.watch(updated, { as: createId("usr"), role: "STAFF", variables: { id: orderId } });
    expect(await customer.received(1)).toEqual([{ data: { orderUpdated: { __typename: "Order", id: orderId } } }]);
    await staff.received(1);
    await shop.publish(events.orderPaid, order);
    await customer.received(2);
    const payment = { paymentId: createId("pay"), orderId, userId: user, amount: { amountMinor: 1, currency: "EUR" } };
    await shop.publish(events.paymentCaptured, payment);
    await customer.received(3);
    await staff.received(2);
  });

  it("is one null and the end for another's order and for none", async () => {
    const orderId = createId("ord");
    shop.orderOwners.set(orderId, createId("usr"));
    for (const id of [orderId, createId("ord")]) {
      const watching = shop.watch(updated, { as: createId("usr"), variables: { id } });
      expect(await watching.ended).toBeNull();
      expect(watching.answers).toEqual([{ data: { orderUpdated: null } }]);
    }
    const anonymous = shop.watch(updated, { variables: { id: orderId } });
    expect((await anonymous.received(1))[0]?.errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
  });
});

it("productUpdated tells the product at once and after a change, to anyone", async () => {
  const productId = createId("prd");
  const query = "subscription($id: ID!) { productUpdated(productId: $id) { id watchedByMe } }";
  const watching = shop.watch(query, { variables: { id: productId } });
  const expected = { data: { productUpdated: { id: productId, watchedByMe: null } } };
  expect(await watching.received(1)).toEqual([expected]);
  await shop.publish(events.productStockChanged, { productId, name: "Kettle", available: 2, previousAvailable: 3 });
  expect(await watching.received(2)).toEqual([expected, expected]);
});

describe("commentAdded", () => {
  const query = `subscription($id: ID!, $after: String) {
    commentAdded(productId: $id, after: $after) { cursor comment { __typename id } }
  }`;
  const added = (productId: string) => ({ commentId: createId("cmt"), productId, authorId: createId("usr") });
  const eventsIn = (answers: readonly Answer[]) =>
    answers.map(({ data }) => data?.["commentAdded"] as { cursor: string; comment: { id: string } | null });

  it("delivers a product's comments and resumes without a gap or a repeat, without those taken away", async () => {
    const productId = createId("prd");
    const { data } = await shop.ask(`{ commentsHead(productId: "${productId}") }`);
    const watching = shop.watch(query, { variables: { id: productId, after: data?.["commentsHead"] } });
    const first = added(productId);
    await shop.publish(events.commentAdded, first);
    const { length } = await watching.received(1);
    const comments = Array.from({ length: 3 }, () => added(productId));
    const [kept, hidden, shown] = comments;
    if (kept === undefined || hidden === undefined || shown === undefined) throw new Error("no comments");
    await shop.publish(events.commentAdded, ...comments);
    const all = eventsIn(await watching.received(length + 3)).slice(-4);
    expect(all.slice(1).map(({ comment }) => comment?.id)).toEqual(comments.map(({ commentId }) => commentId));

    await shop.publish(events.commentHidden, hidden);
    const hiding = await shop.publish(events.commentHidden, shown);
    await shop.publish(events.commentShown, shown);
    await shop.publishAgain(hiding);
    const last = added(productId);
    await shop.publish(events.commentAdded, last);
    await watching.received(length + 4);
    const resumed = shop.watch(query, { variables: { id: productId, after: all[0]?.cursor } });
    const expected = [kept.commentId, undefined, shown.commentId, last.commentId];
    expect(eventsIn(await resumed.received(4)).map(({ comment }) => comment?.id)).toEqual(expected);

    await shop.publish(events.commentAdded, ...Array.from({ length: 5 }, () => added(productId)));
    await watching.received(length + 9);
    const expired = shop.watch(query, { variables: { id: productId, after: all[0]?.cursor } });
    expect((await expired.received(1))[0]?.errors?.[0]?.extensions.code).toBe("CURSOR_EXPIRED");
  });
});
