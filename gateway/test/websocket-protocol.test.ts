// Connections of graphql-transport-ws, case by case as its text has it (PROTOCOL.md of graphql-ws).
import { once } from "node:events";
import { WebSocket } from "ws";
import { connectSocket, openSocket, type SocketClient } from "./shop/clients";
import { complete, endless, init, subscribe, useSocketShop } from "./shop/sockets";

const sockets = useSocketShop();
const next = (data: object, id = "1") => ({ id, type: "next", payload: { data } });

describe("the subprotocol", () => {
  it("4406: none is asked for", async () => {
    const socket = new WebSocket(sockets.shop.socketUrl);
    expect(await once(socket, "close")).toEqual([4406, Buffer.from("Subprotocol not acceptable")]);
  });

  it("4406: another is asked for", async () => {
    // The client refuses an answer without its protocol before it reads the close.
    await expect(openSocket(sockets.shop.socketUrl, "graphql-ws")).rejects.toThrow(/subprotocol/i);
  });

  it("is chosen among several", async () => {
    const socket = new WebSocket(sockets.shop.socketUrl, ["graphql-ws", "graphql-transport-ws"]);
    await once(socket, "open");
    expect(socket.protocol).toBe("graphql-transport-ws");
    socket.close();
    await once(socket, "close");
  });
});

describe("connection_init", () => {
  it.each([undefined, null, {}, { anything: ["else"] }])("is acknowledged with the payload %j", async (payload) => {
    const client = await sockets.open();
    client.send({ ...init, payload });
    expect(await client.receive()).toEqual({ type: "connection_ack" });
  });

  it("4408: does not come in time, whatever else does", async () => {
    const client = await sockets.open();
    client.send({ type: "ping" });
    client.send({ type: "pong" });
    client.send(complete());
    expect(await client.receive()).toEqual({ type: "pong" });
    expect(await client.closed).toBe(4408);
  });

  it("4429: comes twice", async () => {
    const client = await sockets.connect();
    client.send(init);
    expect(await client.closed).toBe(4429);
  });

  it("4429: comes twice before it is acknowledged", async () => {
    const client = await sockets.open();
    client.send(init);
    client.send(init);
    expect(await client.closed).toBe(4429);
  });

  it("4403: holds a token that does not", async () => {
    const ended = await sockets.shop.issuer.bearer({ userId: "usr_1", expiresAt: new Date(Date.now() - 60_000) });
    for (const Authorization of ["Bearer nonsense", "", ended, 7, { token: ended }]) {
      const client = await sockets.open();
      client.send({ ...init, payload: { Authorization } });
      expect(await client.closed).toBe(4403);
    }
  });

  it("4403: its token ends while the socket is open", async () => {
    const Authorization = await sockets.shop.issuer.bearer({
      userId: "usr_1",
      expiresAt: new Date(Date.now() + 5_000),
    });
    const client = await sockets.connect({ Authorization });
    client.send(subscribe(endless));
    expect(await client.closed).toBe(4403);
  });

  it("says who it is, in either spelling, or the upgrade's header does", async () => {
    const authorization = await sockets.shop.issuer.bearer({ userId: "usr_1" });
    for (const params of [{ Authorization: authorization }, { authorization }]) {
      const client = await sockets.connect(params);
      client.send(subscribe("{ whoAsks }"));
      expect(await client.receive()).toEqual(next({ whoAsks: authorization }));
    }
    const byHeader = sockets.keep(await connectSocket(sockets.shop.socketUrl, undefined, { authorization }));
    byHeader.send(subscribe("{ whoAsks }"));
    expect(await byHeader.receive()).toEqual(next({ whoAsks: authorization }));
  });

  it("1013: one client has too many sockets; it may have another when one is gone", async () => {
    const clients: SocketClient[] = [];
    for (let n = 0; n < sockets.shop.config.maxViewerSockets; n += 1) clients.push(await sockets.connect());
    const refused = await sockets.open();
    refused.send(init);
    expect(await refused.closed).toBe(1013);
    await sockets.connect({ Authorization: await sockets.shop.issuer.bearer({ userId: "usr_other" }) });
    clients[0]?.socket.close();
    await clients[0]?.closed;
    await sockets.connect();
  });
});

it("429: an address has too many sockets that have not said whose they are; it may open another when one has", async () => {
  const clients: SocketClient[] = [];
  for (let n = 0; n < sockets.shop.config.maxViewerSockets; n += 1) clients.push(await sockets.open());
  await expect(sockets.open()).rejects.toThrow("429");
  clients[0]?.send(init);
  expect(await clients[0]?.receive()).toEqual({ type: "connection_ack" });
  await sockets.open();
  await expect(sockets.open()).rejects.toThrow("429");
  clients[1]?.socket.close();
  await clients[1]?.closed;
  await sockets.open();
});

describe("ping", () => {
  it.each([
    [undefined, undefined],
    [null, undefined],
    [{}, {}],
    [{ a: { b: ["ä", 1, null] } }, { a: { b: ["ä", 1, null] } }],
  ])("is answered with its payload, acknowledged or not: %j", async (payload, echoed) => {
    const client = await sockets.open();
    client.send({ type: "ping", payload });
    expect(await client.receive()).toEqual({ type: "pong", payload: echoed });
    client.send(init);
    await client.receive();
    client.send({ type: "ping", payload });
    expect(await client.receive()).toEqual({ type: "pong", payload: echoed });
  });

  it("needs no answer to a pong that nobody asked for", async () => {
    const client = await sockets.connect();
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
    for (const client of [await sockets.open(), await sockets.connect()]) {
      client.socket.send(message);
      expect(await client.closed).toBe(4400);
    }
  });

  it("a binary message", async () => {
    for (const client of [await sockets.open(), await sockets.connect()]) {
      client.socket.send(Buffer.from(JSON.stringify({ type: "ping" })), { binary: true });
      expect(await client.closed).toBe(4400);
    }
  });
});

it("1009: a message that is too large", async () => {
  const client = await sockets.connect();
  client.send(subscribe(`{ unread } # ${"x".repeat(sockets.shop.config.maxBodyBytes)}`));
  expect(await client.closed).toBe(1009);
});

it("1001: the gateway stops", async () => {
  const client = await sockets.connect();
  client.send(subscribe(endless));
  await sockets.shop.stop();
  expect(await client.closed).toBe(1001);
});
