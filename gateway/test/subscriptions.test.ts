import { once } from "node:events";
import { connect } from "node:net";
import { connectSocket, openEventStream } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeEach(async () => {
  shop = await startShop();
});
afterEach(() => shop.stop());

const notifications = `subscription ($after: String) {
  notificationReceived(after: $after) { title subject { number product { name timesOrdered } } }
}`;
const subscribe = (query: string, variables = {}, id = "1") => ({
  id,
  type: "subscribe",
  payload: { query, variables },
});
const filled = (title: string, orderId: string) => ({
  id: "1",
  type: "next",
  payload: {
    data: {
      notificationReceived: {
        title,
        subject: { number: `No. ${orderId}`, product: { name: "Name of prd_1", timesOrdered: 7 } },
      },
    },
  },
});
const titled = (title: string) => ({
  id: "1",
  type: "next",
  payload: { data: { notificationReceived: { title, subject: null } } },
});

it("fills each event from every subgraph, in order", async () => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe(notifications));
  await shop.events.hasReaders(1);
  for (const n of [1, 2, 3]) shop.events.add(`Paid ${n}`, `ord_${n}`);
  for (const n of [1, 2, 3]) expect(await client.receive()).toEqual(filled(`Paid ${n}`, `ord_${n}`));
  client.socket.close();
});

it("serves the same as server-sent events", async () => {
  const stream = await openEventStream(shop.url, notifications);
  expect(stream.response.headers.get("content-type")).toContain("text/event-stream");
  expect(stream.response.headers.get("cache-control")).toContain("private");
  await shop.events.hasReaders(1);
  shop.events.add("Paid", "ord_1");
  expect(await stream.receive()).toEqual({ event: "next", data: filled("Paid", "ord_1").payload });
  stream.close();
  while (shop.notification.openSockets() > 0) await new Promise(setImmediate);
});

it("gives the subgraph the viewer's token, and what the client does not select stays out of its answer", async () => {
  const authorization = await shop.issuer.bearer({ userId: "usr_1" });
  const client = await connectSocket(shop.socketUrl, { Authorization: authorization });
  client.send(subscribe("subscription { n: notificationReceived { viewer } }"));
  await shop.events.hasReaders(1);
  shop.events.add("Hello");
  expect(await client.receive()).toMatchObject({ payload: { data: { n: { viewer: authorization } } } });
  client.socket.close();
});

it("tells what failed in an event beside its data, and lives on", async () => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe(notifications));
  await shop.events.hasReaders(1);
  await shop.product.kill();
  shop.events.add("Paid", "ord_1");
  expect(await client.receive()).toMatchObject({
    type: "next",
    payload: {
      data: { notificationReceived: { title: "Paid", subject: { number: "No. ord_1", product: null } } },
      errors: [{ extensions: { code: "SERVICE_UNAVAILABLE", serviceName: "product" } }],
    },
  });
  await shop.product.revive();
  shop.events.add("Shipped", "ord_2");
  expect(await client.receive()).toEqual(filled("Shipped", "ord_2"));
  client.socket.close();
});

it("goes on after the last event when the subgraph restarts: none missing, none twice", async () => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe(notifications));
  await shop.events.hasReaders(1);
  shop.events.add("1");
  expect(await client.receive()).toEqual(titled("1"));
  for (const round of [2, 4]) {
    await shop.notification.kill();
    shop.events.add(`${round}`);
    shop.events.add(`${round + 1}`);
    await shop.notification.revive();
    expect(await client.receive()).toEqual(titled(`${round}`));
    expect(await client.receive()).toEqual(titled(`${round + 1}`));
  }
  client.socket.close();
});

it("misses nothing of a break before the first event, where the source can tell where it stands", async () => {
  shop.events.add("before");
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe("subscription ($of: String!) { topicTold(of: $of) { title } }", { of: "news" }));
  await shop.events.hasReaders(1);
  await shop.notification.kill();
  shop.events.add("meanwhile");
  await shop.notification.revive();
  expect(await client.receive()).toMatchObject({ payload: { data: { topicTold: { title: "meanwhile" } } } });
  client.socket.close();
});

it("begins where the client says", async () => {
  for (const n of [1, 2, 3]) shop.events.add(`${n}`);
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe(notifications, { after: "c1" }));
  expect([await client.receive(), await client.receive()]).toEqual([titled("2"), titled("3")]);
  client.socket.close();
});

it("delivers more than fits in its queue, in order, to a client that reads", async () => {
  for (let n = 1; n <= 500; n += 1) shop.events.add(`${n}`);
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe('subscription { notificationReceived(after: "c0") { title } }'));
  for (let n = 1; n <= 500; n += 1) {
    expect(await client.receive()).toMatchObject({ payload: { data: { notificationReceived: { title: `${n}` } } } });
  }
  client.socket.close();
});

it("opens one without a cursor anew", async () => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe("subscription { latestTitle }"));
  await shop.events.hasReaders(1);
  await shop.notification.kill();
  await shop.notification.revive();
  await shop.events.hasReaders(2); // the killed server's own reader is still counted
  shop.events.add("again");
  expect(await client.receive()).toMatchObject({ payload: { data: { latestTitle: "again" } } });
  client.socket.close();
});

it("closes the upstream when the client completes or leaves", async () => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe(notifications, {}, "1"));
  client.send(subscribe("subscription { latestTitle }", {}, "2"));
  await shop.events.hasReaders(2);
  client.send({ id: "1", type: "complete" });
  while (shop.notification.openSockets() > 1) await new Promise(setImmediate);
  client.socket.close();
  while (shop.notification.openSockets() > 0) await new Promise(setImmediate);
});

it.each([
  ["an unknown field", "subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"],
  ["what does not parse", "subscription {", "GRAPHQL_PARSE_FAILED"],
  ["a query that is not valid", "{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
  ["a missing variable", "subscription ($a: String!) { notificationReceived(after: $a) { title } }", "BAD_USER_INPUT"],
  ["nothing to wait for", "subscription { latestTitle @skip(if: true) }", "BAD_REQUEST"],
  ["what the subgraph refuses", "subscription { forbidden }", "FORBIDDEN"],
])("refuses %s with an error message, and keeps the socket", async (_what, query, code) => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe(query));
  expect(await client.receive()).toMatchObject({ id: "1", type: "error", payload: [{ extensions: { code } }] });
  client.send({ type: "ping" });
  expect(await client.receive()).toEqual({ type: "pong" });
  client.socket.close();

  const stream = await openEventStream(shop.url, query);
  expect(await stream.receive()).toMatchObject({ event: "next", data: { errors: [{ extensions: { code } }] } });
  expect(await stream.receive()).toEqual({ event: "complete", data: undefined });
});

it("streams a subscription that is sent by GET, and takes no mutation by it", async () => {
  const get = (query: string): Promise<Response> => {
    const url = new URL(shop.url);
    url.searchParams.set("query", query);
    return fetch(url, { headers: { accept: "text/event-stream", "apollo-require-preflight": "yes" } });
  };
  const stream = await get("subscription { countdown(from: 1) }");
  expect(stream.headers.get("content-type")).toContain("text/event-stream");
  await shop.events.hasReaders(1);
  shop.events.add("the end");
  expect(await stream.text()).toContain('event: next\ndata: {"data":{"countdown":1}}');
  const refused = await get('mutation { renameProduct(id: "prd_1", name: "New") { name } }');
  expect(await refused.text()).not.toContain("New");
  expect(shop.product.requests).toEqual([]);
});

it("survives upgrades that are none of its own", async () => {
  for (const target of ["//", "/elsewhere", "http://[", "/graphql"]) {
    const socket = connect(shop.gateway.port, "127.0.0.1");
    socket.end(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`);
    socket.resume();
    await once(socket, "close");
  }
  expect(await shop.ask("{ unread }")).toMatchObject({ status: 200 });
});

it("lets go of a refused upgrade, though its client holds on", async () => {
  const socket = connect({ port: shop.gateway.port, host: "127.0.0.1", allowHalfOpen: true });
  socket.write("GET /elsewhere HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
  socket.on("error", () => undefined); // the reset that a write to a closed connection gets
  socket.on("end", () => {
    const writing = setInterval(() => socket.write("still here"), 5);
    socket.once("close", () => clearInterval(writing));
  });
  socket.resume();
  await new Promise((resolve) => socket.once("close", resolve));
  expect(await shop.ask("{ unread }")).toMatchObject({ status: 200 });
});

it("ends an event stream with its viewer's token", async () => {
  const authorization = await shop.issuer.bearer({ userId: "usr_1", expiresAt: new Date(Date.now() + 5_000) });
  const stream = await openEventStream(shop.url, notifications, { authorization });
  expect(await stream.receive()).toMatchObject({ data: { errors: [{ extensions: { code: "UNAUTHENTICATED" } }] } });
  expect(await stream.receive()).toMatchObject({ event: "complete" });
});

it("delivers what has come before it stops, and tells clients to come back elsewhere", async () => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe(notifications));
  const stream = await openEventStream(shop.url, notifications);
  await shop.events.hasReaders(1);
  shop.order.hanging = true;
  shop.events.add("Paid", "ord_1");
  while (shop.order.requests.length === 0) await new Promise(setImmediate);
  const stopped = shop.stop();
  shop.order.hanging = false;
  const last = { type: "next", payload: { data: { notificationReceived: { title: "Paid" } } } };
  expect(await client.receive()).toMatchObject(last);
  expect(await client.closed).toBe(1001);
  expect(await stream.receive()).toMatchObject({ data: last.payload });
  expect(await stream.receive()).toBeUndefined();
  await stopped;
});

it("ends one whose event is larger than is taken, and says so", async () => {
  const client = await connectSocket(shop.socketUrl);
  client.send(subscribe("subscription { notificationReceived { title } }"));
  await shop.events.hasReaders(1);
  shop.events.add("x".repeat(1_000_001));
  expect(await client.receive()).toMatchObject({
    type: "error",
    payload: [{ extensions: { code: "INTERNAL_SERVER_ERROR", serviceName: "notification" } }],
  });
  client.socket.close();
});
