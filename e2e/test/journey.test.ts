import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import WebSocket from "ws";
import { deleteAccount, orderAll, personalWords, registerKnown, reviewAndBeAnswered } from "./account-deletion";
import { createShopClient, type ShopClient } from "./client";
import { eventually } from "./eventually";
import { removeData, type RunningShop, shopEnvironment, startRunningShop } from "./running-shop";
import {
  deliver,
  logIn,
  mutate,
  pay,
  placeOrder,
  register,
  registerForTokens,
  review,
  ship,
  stockNewProduct,
} from "./shopping";
import { readStoredText } from "./stored-text";

interface OrderNews {
  readonly notificationReceived: {
    readonly kind: string;
    readonly cursor: string;
    readonly subject: {
      readonly number: string;
      readonly orderStatus: string;
      readonly lines: { readonly product: { readonly name: string; readonly images: { url: string }[] } }[];
    };
  };
}

const news = `subscription ($after: String) {
  notificationReceived(after: $after) {
    kind cursor
    subject { ... on Order { number orderStatus: status lines { product { name images { url } } } } }
  }
}`;

let shop: RunningShop;

beforeAll(async () => {
  shop = await startRunningShop(await shopEnvironment());
}, 120_000);

afterAll(async () => {
  const { code, left } = await shop.stop();
  removeData(shop);
  expect({ code, left }).toEqual({ code: 0, left: [] });
}, 60_000);

async function findBySearch(customer: ShopClient, search: string) {
  const { products } = await customer.run<{ products: { edges: { node: { id: string; available: number } }[] } }>(
    `query ($search: String!) { products(filter: { search: $search }) { edges { node { id available } } } }`,
    { search },
  );
  return products.edges.map(({ node }) => node);
}

it("takes a product from an empty shelf to a verified review, watched live through the gateway", async () => {
  const staff = await logIn(shop.url, "staff@example.com");
  const productId = await stockNewProduct(staff, "Quillkettle", 5);
  const customer = await register(shop.url);
  expect(await findBySearch(customer, "quillkett")).toEqual([{ id: productId, available: 5 }]);

  const watched = customer.subscribe<OrderNews>(news, { after: await inboxHead(customer) });
  const orderId = await placeOrder(customer, productId, 2);
  expect(await pay(customer, orderId)).toBe("CAPTURED");
  await ship(staff, orderId);
  await deliver(staff, orderId);

  const received = [await watched.next(), await watched.next(), await watched.next(), await watched.next()];
  expect(received.map(({ notificationReceived }) => notificationReceived.kind)).toEqual([
    "ORDER_PLACED",
    "ORDER_PAID",
    "ORDER_SHIPPED",
    "ORDER_DELIVERED",
  ]);
  for (const { notificationReceived } of received) {
    const [line] = notificationReceived.subject.lines;
    expect(notificationReceived.subject.number).toEqual(expect.any(String));
    expect(line?.product.name).toBe("Quillkettle");
    const picture = await fetch(line?.product.images[0]?.url ?? "");
    expect([picture.status, picture.headers.get("content-type")]).toEqual([200, expect.stringMatching(/^image\//)]);
  }
  await watched.end();

  const written = await review(customer, productId);
  await eventually(async () => {
    const { comment } = await customer.run<{ comment: { verifiedPurchase: boolean } }>(
      `query ($id: ID!) { comment(id: $id) { verifiedPurchase } }`,
      { id: written.id },
    );
    return comment.verifiedPurchase;
  });

  await expectRestToTellTheSame(customer, orderId);
  const admin = await logIn(shop.url, "admin@example.com");
  await eventually(async () => {
    expect(await auditOf(admin, orderId)).toEqual(["order.delivered", "order.shipped"]);
    expect(await auditOf(admin, productId)).toEqual(["product.published", "product.image-added", "product.created"]);
    return true;
  });
  expect(await findBySearch(customer, "quillkettle")).toEqual([{ id: productId, available: 3 }]);
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
  const { accessToken, refreshToken } = await registerForTokens(shop.url);
  const doors = {
    USER: "users/me",
    PRODUCT: "products",
    ORDER: "orders",
    NOTIFICATION: "notifications",
    COMMENT: "comments",
  };
  const at = (port: string): string => `http://localhost:${shop.env[`${port}_PORT`] ?? ""}`;
  const ask = () =>
    Promise.all(
      [["GATEWAY", "users/me"], ...Object.entries(doors)].map(async ([port = "", path = ""]) => {
        const { status } = await createShopClient(at(port), accessToken).rest(`/v1/${path}`);
        return status;
      }),
    );
  const socket = new WebSocket(`${shop.url.replace("http", "ws")}/graphql`, "graphql-transport-ws");
  await once(socket, "open");
  socket.send(JSON.stringify({ type: "connection_init", payload: { Authorization: `Bearer ${accessToken}` } }));
  await once(socket, "message");
  const closed = once(socket, "close");
  expect(await ask()).not.toContain(401);

  const logout = "mutation ($t: String!) { logout(refreshToken: $t) { errors { code message path } } }";
  await mutate(createShopClient(shop.url), logout, { t: refreshToken });
  await eventually(async () => (await ask()).every((status) => status === 401), 10_000);
  expect((await closed)[0]).toBe(4403);
}, 60_000);

/** Where the viewer's inbox ends now, with the welcome that a new customer gets behind it. */
async function inboxHead(customer: ShopClient): Promise<string> {
  let head = "";
  await eventually(async () => {
    const { notifications } = await customer.run<{
      notifications: { resumeCursor: string; edges: { node: { kind: string } }[] };
    }>(`{ notifications { resumeCursor edges { node { kind } } } }`);
    head = notifications.resumeCursor;
    return notifications.edges.some(({ node }) => node.kind === "WELCOME");
  });
  return head;
}

/** What staff did to something, the latest first. */
async function auditOf(admin: ShopClient, targetId: string): Promise<string[]> {
  const { auditLog } = await admin.run<{ auditLog: { edges: { node: { action: string } }[] } }>(
    `query ($targetId: ID!) { auditLog(filter: { targetId: $targetId }) { edges { node { action } } } }`,
    { targetId },
  );
  return auditLog.edges.map(({ node }) => node.action);
}

async function expectRestToTellTheSame(customer: ShopClient, orderId: string): Promise<void> {
  const { order } = await customer.run<{ order: { lines: { quantity: number }[] } & Record<string, unknown> }>(
    `query ($id: ID!) {
       order(id: $id) {
         id number status trackingNumber placedAt version
         total { amountMinor currency }
         lines { id name quantity unitPrice { amountMinor currency } product { id } }
       }
     }`,
    { id: orderId },
  );
  const { status, body } = await customer.rest(`/v1/orders/${orderId}`);
  expect(status).toBe(200);
  expect(body).toMatchObject(order);
}
