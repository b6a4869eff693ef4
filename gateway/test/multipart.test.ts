import { openMultipart } from "./shop/multipart-client";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeEach(async () => {
  shop = await startShop({ config: { keepAliveMs: 500 } });
});
afterEach(() => shop.stop());

const query = "subscription { notificationReceived { title subject { number } } }";
const payload = (title: string, number: string) => ({
  payload: { data: { notificationReceived: { title, subject: { number } } } },
});

/** The next part that is no heartbeat. */
async function receive(stream: Awaited<ReturnType<typeof openMultipart>>): Promise<unknown> {
  for (;;) {
    const part = await stream.receive();
    if (part === undefined || Object.keys(part as object).length > 0) return part;
  }
}

it("delivers each event in a part, with heartbeats between them, until the client leaves", async () => {
  const stream = await openMultipart(shop.url, { query });
  expect(stream.response.headers.get("content-type")).toBe('multipart/mixed;boundary="graphql";subscriptionSpec=1.0');
  await shop.events.hasReaders(1);
  shop.events.add("Paid", "ord_1");
  expect(await receive(stream)).toEqual(payload("Paid", "No. ord_1"));
  expect(await stream.receive()).toEqual({});
  expect(await stream.receive()).toEqual({});
  shop.events.add("Shipped", "ord_2");
  expect(await receive(stream)).toEqual(payload("Shipped", "No. ord_2"));
  stream.leave();
  while (shop.notification.openSockets() > 0) await new Promise(setImmediate);
});

it("tells what failed in an event beside its data, and lives on", async () => {
  const stream = await openMultipart(shop.url, { query });
  await shop.events.hasReaders(1);
  await shop.order.kill();
  shop.events.add("Paid", "ord_1");
  expect(await receive(stream)).toMatchObject({
    payload: {
      data: { notificationReceived: { title: "Paid", subject: null } },
      errors: [{ extensions: { code: "SERVICE_UNAVAILABLE", serviceName: "order" } }],
    },
  });
  await shop.order.revive();
  shop.events.add("Shipped", "ord_2");
  expect(await receive(stream)).toEqual(payload("Shipped", "No. ord_2"));
  stream.leave();
});

it("ends with the closing boundary when the source is complete", async () => {
  const stream = await openMultipart(shop.url, { query: "subscription { countdown(from: 1) }" });
  expect(await receive(stream)).toEqual({ payload: { data: { countdown: 1 } } });
  await shop.events.hasReaders(1);
  shop.events.add("the end");
  expect(await receive(stream)).toBeUndefined();
  expect(stream.isClosed()).toBe(true);
});

it("tells what ends it as a protocol error", async () => {
  const authorization = await shop.issuer.bearer({ userId: "usr_1", expiresAt: new Date(Date.now() + 5_000) });
  const expiring = await openMultipart(shop.url, { query }, { headers: { authorization } });
  const refused = await openMultipart(shop.url, { query: "subscription { forbidden }" });
  const fatal = (code: string) => ({ payload: null, errors: [{ extensions: { code } }] });
  expect(await receive(refused)).toMatchObject(fatal("FORBIDDEN"));
  expect(await receive(expiring)).toMatchObject(fatal("UNAUTHENTICATED"));
  for (const stream of [refused, expiring]) {
    expect(await receive(stream)).toBeUndefined();
    expect(stream.isClosed()).toBe(true);
  }
});

it("tells clients to come back when the gateway stops", async () => {
  const stream = await openMultipart(shop.url, { query });
  await shop.events.hasReaders(1);
  const stopped = shop.stop();
  expect(await receive(stream)).toMatchObject({
    payload: null,
    errors: [{ extensions: { code: "SERVICE_UNAVAILABLE" } }],
  });
  await stopped;
});

it.each([
  ["a query", { query: "{ unread }" }, 200],
  ["what is not valid", { query: "subscription { nothing }" }, 400],
  ["what does not parse", { query: "subscription {" }, 400],
])("answers %s as plain JSON", async (_what, body, status) => {
  const { response } = await openMultipart(shop.url, body);
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/json");
});

it.each([
  "multipart/mixed;subscriptionSpec=1.0, application/json",
  'application/json, multipart/mixed; boundary="graphql"; subscriptionSpec="1.0"',
])("is asked for by: %s", async (accept) => {
  const stream = await openMultipart(shop.url, { query }, { accept });
  expect(stream.response.headers.get("content-type")).toContain("multipart/mixed");
  stream.leave();
});

it("is not what asks for other parts", async () => {
  const accept = 'multipart/mixed;boundary="graphql";deferSpec=20220824, application/json';
  const { response } = await openMultipart(shop.url, { query: "{ unread }" }, { accept });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-type")).toContain("application/json");
});

it("is refused with 429 where a client has too many open, until one is gone", async () => {
  const small = await startShop({ config: { maxViewerSockets: 1 } });
  try {
    const only = await openMultipart(small.url, { query });
    expect(only.response.status).toBe(200);
    const refused = await openMultipart(small.url, { query });
    expect(refused.response.status).toBe(429);
    expect(Number(refused.response.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(refused.response.headers.get("content-type")).toContain("application/json");
    only.leave();
    let status = 429;
    while (status === 429) {
      const next = await openMultipart(small.url, { query });
      ({ status } = next.response);
      next.leave();
    }
    expect(status).toBe(200);
  } finally {
    await small.stop();
  }
});
