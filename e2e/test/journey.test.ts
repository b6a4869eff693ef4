import { setTimeout as sleep } from "node:timers/promises";
import { deleteAccount, orderAll, personalWords, registerKnown, reviewAndBeAnswered } from "./account-deletion";
import { eventually } from "./eventually";
import { endSessionEverywhere } from "./logout";
import { findBySearch, inboxHead, news, type OrderNews, takeProductToReview } from "./purchase";
import { removeData, type RunningShop, shopEnvironment, startRunningShop } from "./running-shop";
import { deliver, logIn, pay, placeOrder, register, ship, stockNewProduct } from "./shopping";
import { readStoredText } from "./stored-text";

let shop: RunningShop;

beforeAll(async () => {
  shop = await startRunningShop(await shopEnvironment());
}, 120_000);

afterAll(async () => {
  const { code, left } = await shop.stop();
  removeData(shop);
  expect({ code, left }).toEqual({ code: 0, left: [] });
}, 60_000);

it("takes a product from an empty shelf to a verified review, watched live through the gateway", async () => {
  await takeProductToReview(shop.url);
}, 120_000);

it("only delays what it tells while the broker stands still for ten seconds", async () => {
  const staff = await logIn(shop.url, "staff@example.com");
  const productId = await stockNewProduct(staff, "Stillstandlamp", 5);
  const customer = await register(shop.url);
  const watched = customer.subscribe<OrderNews>(news, { after: await inboxHead(customer) });

  const orderId = await placeOrder(customer, productId, 1);
  expect((await watched.next()).notificationReceived.kind).toBe("ORDER_PLACED");
  const broker = shop.pidOf("kafka");
  process.kill(broker, "SIGSTOP");
  try {
    expect(await pay(customer, orderId)).toBe("CAPTURED");
    await ship(staff, orderId);
    await sleep(10_000); // the length of the outage is what is tried here
  } finally {
    process.kill(broker, "SIGCONT");
  }
  await deliver(staff, orderId);
  const kinds = [await watched.next(), await watched.next(), await watched.next()];
  expect(kinds.map(({ notificationReceived }) => notificationReceived.kind)).toEqual([
    "ORDER_PAID",
    "ORDER_SHIPPED",
    "ORDER_DELIVERED",
  ]);
  await watched.end();
}, 120_000);

it("forgets who deletes their account in every store, and keeps what was sold and what others wrote", async () => {
  const staff = await logIn(shop.url, "staff@example.com");
  const productId = await stockNewProduct(staff, "Farewellpot", 5);
  const leaving = await registerKnown(shop.url, productId);
  const orders = await orderAll(leaving, productId);
  const { reviewId, replyId } = await reviewAndBeAnswered(leaving, await register(shop.url), productId);
  await inboxHead(leaving.client);
  const { comment } = await leaving.client.run<{ comment: { author: object } }>(
    `query ($id: ID!) { comment(id: $id) { author { displayName email phone role addresses { id } sessions { id } } } }`,
    { id: replyId },
  );
  const hidden = { email: null, phone: null, role: null, addresses: null, sessions: null };
  expect(comment.author).toEqual({ displayName: "Ada", ...hidden });
  const before = await readStoredText(shop);
  for (const word of [...personalWords, leaving.email]) expect(before).toContain(word);

  expect(await deleteAccount(shop.url, leaving)).toBe(204);

  await eventually(async () => (await findBySearch(staff, "farewellpot"))[0]?.available === 4);
  await ship(staff, orders.paid);
  await deliver(staff, orders.paid);
  await eventually(async () => {
    const after = await readStoredText(shop);
    expect([...personalWords, leaving.email].filter((word) => after.includes(word))).toEqual([]);
    return true;
  });
  const left = await staff.run(
    `query ($user: ID!, $paid: ID!, $unpaid: ID!, $review: ID!, $reply: ID!) {
       user(id: $user) { id }
       paid: order(id: $paid) { status customer { displayName } total { amountMinor } lines { quantity name } }
       unpaid: order(id: $unpaid) { status }
       review: comment(id: $review) { author { displayName } body }
       reply: comment(id: $reply) { author { displayName } body }
     }`,
    { user: leaving.id, paid: orders.paid, unpaid: orders.unpaid, review: reviewId, reply: replyId },
  );
  expect(left).toEqual({
    user: null,
    paid: {
      ...{ status: "DELIVERED", customer: null, total: { amountMinor: 4_900 } },
      lines: [{ quantity: 1, name: "Farewellpot" }],
    },
    unpaid: { status: "CANCELLED" },
    review: { author: null, body: "" },
    reply: { author: { displayName: "Ada" }, body: "So does mine." },
  });
  await eventually(async () => (await leaving.client.rest("/v1/notifications")).status === 401);
}, 120_000);

it("ends a session at the gateway and at every service, with what was open in it, within seconds of the logout", async () => {
  const at = (name: string): string => `http://localhost:${shop.env[`${name}_PORT`] ?? ""}`;
  await endSessionEverywhere({
    gateway: shop.url,
    user: at("USER"),
    product: at("PRODUCT"),
    order: at("ORDER"),
    notification: at("NOTIFICATION"),
    comment: at("COMMENT"),
  });
}, 60_000);
