// The server's side of graphql-transport-ws, case by case as its text has it (PROTOCOL.md of graphql-ws).
import { once } from "node:events";
import { WebSocket } from "ws";
import { connectSocket, openSocket, type SocketClient } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
let opened: SocketClient[] = [];
beforeAll(async () => {
  shop = await startShop({ config: { socketInitTimeoutMs: 1_500, maxViewerSockets: 6 } });
});
afterAll(() => shop.stop());
afterEach(async () => {
  for (const { socket } of opened) socket.terminate();
  await Promise.all(opened.map(({ closed }) => closed));
  opened = [];
  shop.product.hanging = false;
});

const open = async (): Promise<SocketClient> => keep(await openSocket(shop.socketUrl));
const connect = async (params?: Record<string, unknown>): Promise<SocketClient> =>
  keep(await connectSocket(shop.socketUrl, params));
function keep(client: SocketClient): SocketClient {
  opened.push(client);
  return client;
}
const init = { type: "connection_init" };
const subscribe = (query: string, id = "1", more: object = {}) => ({
  id,
  type: "subscribe",
  payload: { query, ...more },
});
const endless = "subscription { notificationReceived { title } }";
const next = (data: object, id = "1") => ({ id, type: "next", payload: { data } });
const complete = (id = "1") => ({ id, type: "complete" });
const requestsOf = async (count: number): Promise<void> => {
  while (shop.product.requests.length < count) await new Promise(setImmediate);
};

describe("the subprotocol", () => {
  it("4406: none is asked for", async () => {
    const socket = new WebSocket(shop.socketUrl);
    expect(await once(socket, "close")).toEqual([4406, Buffer.from("Subprotocol not acceptable")]);
  });

  it("4406: another is asked for", async () => {
    // The client refuses an answer without its protocol before it reads the close.
    await expect(openSocket(shop.socketUrl, "graphql-ws")).rejects.toThrow(/subprotocol/i);
  });

  it("is chosen among several", async () => {
    const socket = new WebSocket(shop.socketUrl, ["graphql-ws", "graphql-transport-ws"]);
    await once(socket, "open");
    expect(socket.protocol).toBe("graphql-transport-ws");
    socket.close();
    await once(socket, "close");
  });
});

describe("connection_init", () => {
  it.each([undefined, null, {}, { anything: ["else"] }])("is acknowledged with the payload %j", async (payload) => {
    const client = await open();
    client.send({ ...init, payload });
    expect(await client.receive()).toEqual({ type: "connection_ack" });
  });

  it("4408: does not come in time, whatever else does", async () => {
    const client = await open();
    client.send({ type: "ping" });
    client.send({ type: "pong" });
    client.send(complete());
    expect(await client.receive()).toEqual({ type: "pong" });
    expect(await client.closed).toBe(4408);
  });

  it("4429: comes twice", async () => {
    const client = await connect();
    client.send(init);
    expect(await client.closed).toBe(4429);
  });

  it("4429: comes twice before it is acknowledged", async () => {
    const client = await open();
    client.send(init);
    client.send(init);
    expect(await client.closed).toBe(4429);
  });

  it("4403: holds a token that does not", async () => {
    const ended = await shop.issuer.bearer({ userId: "usr_1", expiresAt: new Date(Date.now() - 60_000) });
    for (const Authorization of ["Bearer nonsense", "", ended, 7, { token: ended }]) {
      const client = await open();
      client.send({ ...init, payload: { Authorization } });
      expect(await client.closed).toBe(4403);
    }
  });

  it("4403: its token ends while the socket is open", async () => {
    const Authorization = await shop.issuer.bearer({ userId: "usr_1", expiresAt: new Date(Date.now() + 2_000) });
    const client = await connect({ Authorization });
    client.send(subscribe(endless));
    expect(await client.closed).toBe(4403);
  });

  it("says who it is, in either spelling, or the upgrade's header does", async () => {
    const authorization = await shop.issuer.bearer({ userId: "usr_1" });
    for (const params of [{ Authorization: authorization }, { authorization }]) {
      const client = await connect(params);
      client.send(subscribe("{ whoAsks }"));
      expect(await client.receive()).toEqual(next({ whoAsks: authorization }));
    }
    const byHeader = keep(await connectSocket(shop.socketUrl, undefined, { authorization }));
    byHeader.send(subscribe("{ whoAsks }"));
    expect(await byHeader.receive()).toEqual(next({ whoAsks: authorization }));
  });

  it("1013: one client has too many sockets; it may have another when one is gone", async () => {
    const clients: SocketClient[] = [];
    for (let n = 0; n < shop.config.maxViewerSockets; n += 1) clients.push(await connect());
    const refused = await open();
    refused.send(init);
    expect(await refused.closed).toBe(1013);
    await connect({ Authorization: await shop.issuer.bearer({ userId: "usr_other" }) });
    clients[0]?.socket.close();
    await clients[0]?.closed;
    await connect();
  });
});

it("429: an address has too many sockets that have not said whose they are; it may open another when one has", async () => {
  const clients: SocketClient[] = [];
  for (let n = 0; n < shop.config.maxViewerSockets; n += 1) clients.push(await open());
  await expect(open()).rejects.toThrow("429");
  clients[0]?.send(init);
  expect(await clients[0]?.receive()).toEqual({ type: "connection_ack" });
  await open();
  await expect(open()).rejects.toThrow("429");
  clients[1]?.socket.close();
  await clients[1]?.closed;
  await open();
});

describe("ping", () => {
  it.each([
    [undefined, undefined],
    [null, undefined],
    [{}, {}],
    [{ a: { b: ["ä", 1, null] } }, { a: { b: ["ä", 1, null] } }],
  ])("is answered with its payload, acknowledged or not: %j", async (payload, echoed) => {
    const client = await open();
    client.send({ type: "ping", payload });
    expect(await client.receive()).toEqual({ type: "pong", payload: echoed });
    client.send(init);
    await client.receive();
    client.send({ type: "ping", payload });
    expect(await client.receive()).toEqual({ type: "pong", payload: echoed });
  });

  it("needs no answer to a pong that nobody asked for", async () => {
    const client = await connect();
    client.send({ type: "pong" });
    client.send({ type: "pong", payload: { any: "thing" } });
    client.send({ type: "ping" });
    expect(await client.receive()).toEqual({ type: "pong" });
  });
});

describe("4400", () => {
  const bad: [string, string][] = [
    ["no JSON", "hello"],
    ["nothing", ""],
    ["null", "null"],
    ["an array", "[]"],
    ["no type", "{}"],
    ["a type that is no text", '{"type":1}'],
    ["an unknown type", '{"type":"start","id":"1"}'],
    ["a type of servers: connection_ack", '{"type":"connection_ack"}'],
    ["a type of servers: next", '{"type":"next","id":"1","payload":{}}'],
    ["a type of servers: error", '{"type":"error","id":"1","payload":[{"message":"x"}]}'],
    ["connection_init with a text", '{"type":"connection_init","payload":"Bearer"}'],
    ["ping with a list", '{"type":"ping","payload":[]}'],
    ["a ping too deep to be answered", `{"type":"ping","payload":{"a":${"[".repeat(40_000)}${"]".repeat(40_000)}}}`],
    ["subscribe without an id", '{"type":"subscribe","payload":{"query":"{ unread }"}}'],
    ["subscribe with an empty id", '{"type":"subscribe","id":"","payload":{"query":"{ unread }"}}'],
    ["subscribe with a number as id", '{"type":"subscribe","id":1,"payload":{"query":"{ unread }"}}'],
    ["subscribe without a payload", '{"type":"subscribe","id":"1"}'],
    ["subscribe without a query", '{"type":"subscribe","id":"1","payload":{}}'],
    ["subscribe with a query that is no text", '{"type":"subscribe","id":"1","payload":{"query":{}}}'],
    ["subscribe with a list as variables", '{"type":"subscribe","id":"1","payload":{"query":"{ a }","variables":[]}}'],
    [
      "subscribe with another operationName",
      '{"type":"subscribe","id":"1","payload":{"query":"{ a }","operationName":1}}',
    ],
    [
      "subscribe with a text as extensions",
      '{"type":"subscribe","id":"1","payload":{"query":"{ a }","extensions":"x"}}',
    ],
    ["complete without an id", '{"type":"complete"}'],
  ];

  it.each(bad)("%s, before connection_init and after", async (_what, message) => {
    for (const client of [await open(), await connect()]) {
      client.socket.send(message);
      expect(await client.closed).toBe(4400);
    }
  });

  it("a binary message", async () => {
    for (const client of [await open(), await connect()]) {
      client.socket.send(Buffer.from(JSON.stringify({ type: "ping" })), { binary: true });
      expect(await client.closed).toBe(4400);
    }
  });
});

it("1009: a message that is too large", async () => {
  const client = await connect();
  client.send(subscribe(`{ unread } # ${"x".repeat(shop.config.maxBodyBytes)}`));
  expect(await client.closed).toBe(1009);
});

describe("subscribe", () => {
  it("4401: before connection_init", async () => {
    const client = await open();
    client.send(subscribe("{ unread }"));
    expect(await client.closed).toBe(4401);
  });

  it("4401: before the acknowledgement", async () => {
    const client = await open();
    client.send(init);
    client.send(subscribe("{ unread }"));
    expect(await client.closed).toBe(4401);
  });

  it.each([
    ["a subscription's", endless, "1"],
    ["a query's that still runs", "{ whoAsks }", "1"],
    ["a long one", endless, "i".repeat(200)],
  ])("4409: the id is in use: %s", async (_what, query, id) => {
    shop.product.hanging = true;
    const client = await connect();
    client.send(subscribe(query, id));
    client.send(subscribe("{ unread }", id));
    expect(await client.closed).toBe(4409);
  });

  it("answers a query or mutation with one result and complete; its id is free again", async () => {
    const client = await connect();
    for (const id of ["1", "1", "__proto__", "constructor"]) {
      client.send(subscribe("{ unread }", id));
      expect(await client.receive()).toEqual(next({ unread: 3 }, id));
      expect(await client.receive()).toEqual(complete(id));
    }
    const rename = 'mutation ($id: ID!) { renameProduct(id: $id, name: "New") { name } }';
    client.send(subscribe(rename, "1", { variables: { id: "prd_1" } }));
    expect(await client.receive()).toEqual(next({ renameProduct: { name: "New" } }));
    expect(await client.receive()).toEqual(complete());
  });

  it("runs the operation that is named", async () => {
    const client = await connect();
    client.send(subscribe("query A { unread } query B { more: unread }", "1", { operationName: "B", extensions: {} }));
    expect(await client.receive()).toEqual(next({ more: 3 }));
    expect(await client.receive()).toEqual(complete());
  });

  it("answers what failed in part with data and errors", async () => {
    const client = await connect();
    client.send(subscribe("{ unread refused }"));
    expect(await client.receive()).toMatchObject({
      id: "1",
      type: "next",
      payload: {
        data: { unread: 3, refused: null },
        errors: [{ path: ["refused"], extensions: { code: "FORBIDDEN", serviceName: "product" } }],
      },
    });
    expect(await client.receive()).toEqual(complete());
  });

  it.each([
    ["does not parse", "{", "GRAPHQL_PARSE_FAILED"],
    ["is not valid", "{ nothing }", "GRAPHQL_VALIDATION_FAILED"],
    ["is a subscription that is not valid", "subscription { nothing }", "GRAPHQL_VALIDATION_FAILED"],
    ["its subgraph refuses", "subscription { forbidden }", "FORBIDDEN"],
  ])("answers what %s with an error and nothing after it", async (_what, query, code) => {
    const client = await connect();
    client.send(subscribe(query));
    expect(await client.receive()).toMatchObject({
      id: "1",
      type: "error",
      payload: [{ message: expect.any(String) as string, extensions: { code } }],
    });
    client.send(subscribe("{ unread }"));
    expect(await client.receive()).toEqual(next({ unread: 3 }));
    expect(await client.receive()).toEqual(complete());
  });

  it("completes when the source does", async () => {
    const client = await connect();
    client.send(subscribe("subscription { countdown(from: 2) }"));
    expect(await client.receive()).toEqual(next({ countdown: 2 }));
    expect(await client.receive()).toEqual(next({ countdown: 1 }));
    await shop.events.hasReaders(1);
    shop.events.add("the end");
    expect(await client.receive()).toEqual(complete());
  });

  it("serves several at once", async () => {
    const client = await connect();
    client.send(subscribe(endless, "a"));
    client.send(subscribe("subscription { latestTitle }", "b"));
    client.send(subscribe("{ unread }", "c"));
    expect([await client.receive(), await client.receive()]).toEqual([next({ unread: 3 }, "c"), complete("c")]);
    await shop.events.hasReaders(2);
    shop.events.add("news");
    const both = [await client.receive(), await client.receive()];
    expect(both).toContainEqual(next({ notificationReceived: { title: "news" } }, "a"));
    expect(both).toContainEqual(next({ latestTitle: "news" }, "b"));
  });

  it("is refused beyond so many at once, and the socket stays", async () => {
    const client = await connect();
    for (let id = 1; id <= shop.config.maxSocketOperations; id += 1) client.send(subscribe(endless, `${id}`));
    client.send(subscribe(endless, "one too many"));
    expect(await client.receive()).toMatchObject({
      id: "one too many",
      type: "error",
      payload: [{ extensions: { code: "RATE_LIMITED" } }],
    });
    client.send(complete("1"));
    client.send(subscribe("{ unread }", "now"));
    expect(await client.receive()).toEqual(next({ unread: 3 }, "now"));
  });
});

describe("complete", () => {
  it("of an unknown id is ignored", async () => {
    const client = await connect();
    client.send(complete("never heard of"));
    client.send({ type: "ping" });
    expect(await client.receive()).toEqual({ type: "pong" });
  });

  it("ends a subscription here and upstream, and frees its id", async () => {
    const client = await connect();
    client.send(subscribe("subscription { latestTitle }"));
    await shop.events.hasReaders(1);
    client.send(complete());
    while (shop.notification.openSockets() > 0) await new Promise(setImmediate);
    shop.events.add("unheard");
    client.send(subscribe("{ unread }"));
    expect(await client.receive()).toEqual(next({ unread: 3 }));
    expect(await client.receive()).toEqual(complete());
  });

  it("of a query keeps its result from being sent, and frees its id", async () => {
    const client = await connect();
    const before = shop.product.requests.length;
    shop.product.hanging = true;
    client.send(subscribe("{ whoAsks }"));
    await requestsOf(before + 1);
    client.send(complete());
    client.send(subscribe("{ unread }"));
    expect(await client.receive()).toEqual(next({ unread: 3 }));
    expect(await client.receive()).toEqual(complete());
  });
});

it("1001: the gateway stops", async () => {
  const client = await connect();
  client.send(subscribe(endless));
  await shop.stop();
  expect(await client.closed).toBe(1001);
});
