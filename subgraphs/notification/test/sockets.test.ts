import { createServiceCredentials, type Role, serviceCredentialHeader } from "@shop/auth";
import { testServiceKeys } from "@shop/auth/testing";
import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { WebSocket } from "ws";
import { startShop, type TestShop } from "./harness";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ socketPingMs: 2_000 });
}, 60_000);
afterAll(() => shop.stop());

interface Message {
  type: string;
  id?: string;
  payload?: unknown;
}

/** A socket as bare as a client can have it. */
async function open(options: { headers?: Record<string, string>; path?: string } = {}) {
  const url = `ws://127.0.0.1:${shop.port()}${options.path ?? "/graphql"}`;
  const socket = new WebSocket(url, "graphql-transport-ws", { headers: options.headers ?? {} });
  const messages: Message[] = [];
  let onMessage: () => void = () => undefined;
  socket.on("message", (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message);
    onMessage();
  });
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.once("close", (code, reason) => resolve({ code, reason: String(reason) }));
  });
  await new Promise((resolve, reject) => {
    socket.once("open", resolve);
    socket.once("error", reject);
  });
  return {
    socket,
    closed,
    send: (message: Message | string) => socket.send(typeof message === "string" ? message : JSON.stringify(message)),
    next: (...types: string[]) =>
      new Promise<Message>((resolve) => {
        onMessage = () => {
          const index = messages.findIndex(({ type }) => types.includes(type));
          const [message] = index < 0 ? [] : messages.splice(index, 1);
          if (message !== undefined) resolve(message);
        };
        onMessage();
      }),
  };
}

async function openAs(userId: string, token: { expiresAt?: Date; sessionId?: string; role?: Role } = {}) {
  const connection = await open();
  const authorization = await shop.issuer.bearer({ userId, ...token });
  connection.send({ type: "connection_init", payload: { Authorization: authorization } });
  await connection.next("connection_ack");
  return connection;
}

const subscribe = (id: string, query: string, variables = {}) => ({
  type: "subscribe",
  id,
  payload: { query, variables },
});
const ofProduct = `subscription { productUpdated(productId: "${createId("prd")}") { id } }`;
const init = { type: "connection_init" };

describe("the protocol", () => {
  it("closes with 4408 a socket that does not begin", async () => {
    expect((await (await open()).closed).code).toBe(4408);
  });

  it("closes with 4401 what subscribes before it has begun", async () => {
    const { send, closed } = await open();
    send(subscribe("1", ofProduct));
    expect((await closed).code).toBe(4401);
  });

  it("closes with 4429 what begins twice", async () => {
    const { send, next, closed } = await open();
    send(init);
    await next("connection_ack");
    send(init);
    expect((await closed).code).toBe(4429);
  });

  it("closes with 4409 an id that is in use", async () => {
    const { send, next, closed } = await open();
    send(init);
    await next("connection_ack");
    send(subscribe("1", ofProduct));
    await next("next");
    send(subscribe("1", ofProduct));
    expect((await closed).code).toBe(4409);
  });

  it.each(["nonsense", "null", '{"type":"nonsense"}', '{"type":"subscribe","id":1}', '{"type":"connection_ack"}'])(
    "closes with 4400 after %s",
    async (message) => {
      const { send, next, closed } = await open();
      send(init);
      await next("connection_ack");
      send(message);
      expect((await closed).code).toBe(4400);
    },
  );

  it("closes with 4403 what has a token that does not hold", async () => {
    for (const authorization of [
      "Bearer nonsense",
      await shop.issuer.bearer({ userId: createId("usr"), expiresAt: new Date(Date.now() - 1_000) }),
    ]) {
      const { send, closed } = await open();
      send({ type: "connection_init", payload: { Authorization: authorization } });
      expect((await closed).code).toBe(4403);
    }
  });

  it("ends a subscription that the client completes, and answers a ping", async () => {
    const { send, next, socket } = await open();
    send(init);
    await next("connection_ack");
    send(subscribe("1", ofProduct));
    await next("next");
    send({ type: "complete", id: "1" });
    send({ type: "ping", payload: { here: true } });
    expect(await next("pong")).toMatchObject({ payload: { here: true } });
    socket.close();
  });

  it("takes an id again as soon as the subscription under it is completed, however often", async () => {
    const { send, next, socket } = await open();
    send(init);
    await next("connection_ack");
    for (let begun = 0; begun < 200; begun++) {
      send(subscribe("1", ofProduct));
      expect(await next("next", "complete")).toMatchObject({ type: "next" });
      send({ type: "complete", id: "1" });
      if (begun % 2 === 0) continue; // else a little later
      send({ type: "ping" });
      await next("pong");
    }
    socket.close();
  });
});

describe("what a socket executes", () => {
  it("is subscriptions and nothing else", async () => {
    const { send, next, socket } = await open();
    send(init);
    await next("connection_ack");
    for (const query of [
      "{ notificationPreferences { id } }",
      "{ _service { sdl } }",
      'mutation { watchProduct(productId: "prd_1") { errors { code } } }',
      "subscription { nonsense }",
      "subscription {",
      'subscription { a: productUpdated(productId: "a") { id } b: productUpdated(productId: "b") { id } }',
    ]) {
      send(subscribe("1", query));
      expect(await next("error")).toMatchObject({ payload: [{ extensions: { code: "BAD_USER_INPUT" } }] });
    }
    send(subscribe("1", "subscription($id: ID!) { productUpdated(productId: $id) { id } }", { id: { secret: 1 } }));
    const { payload } = await next("next");
    expect(payload).toMatchObject({ errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
    expect(JSON.stringify(payload)).not.toContain("secret");
    socket.close();
  });

  it("is bounded: 50 subscriptions for a client", async () => {
    const { send, next, socket } = await open();
    send(init);
    await next("connection_ack");
    for (let index = 0; index < 51; index++) send(subscribe(`${index}`, ofProduct));
    expect(await next("error")).toMatchObject({ id: "50", payload: [{ extensions: { code: "RATE_LIMITED" } }] });
    socket.close();
  });
});

describe("who is at the other end", () => {
  it("is let in by a service credential where it holds, and refused where it does not", async () => {
    const { gateway, order } = testServiceKeys;
    const credential = await createServiceCredentials({ caller: "gateway", key: gateway.privateKey })("notification");
    const { send, next, socket } = await open({ headers: { [serviceCredentialHeader]: credential } });
    send(init);
    await next("connection_ack");
    socket.close();
    const forged = await createServiceCredentials({ caller: "gateway", key: order.privateKey })("notification");
    await expect(open({ headers: { [serviceCredentialHeader]: forged } })).rejects.toThrow("403");
    await expect(open({ path: "/elsewhere" })).rejects.toThrow("404");
  });

  it("is sent away with 4403 when the token ends", async () => {
    const { closed } = await openAs(createId("usr"), { expiresAt: new Date(Date.now() + 6_000) }); // it has begun by then
    expect((await closed).code).toBe(4403);
  });

  it("is sent away with 4403 when the session is revoked, and only then", async () => {
    const user = createId("usr");
    const [ended, other] = [createId("ses"), createId("ses")];
    const [revoked, kept] = await Promise.all([openAs(user, { sessionId: ended }), openAs(user, { sessionId: other })]);
    const before = new Date().toISOString();
    await shop.publish(events.userSessionsRevoked, { userId: user, sessionIds: [ended], before });
    expect((await revoked.closed).code).toBe(4403);
    expect(kept.socket.readyState).toBe(WebSocket.OPEN);
    await shop.publish(events.userDeleted, { userId: user });
    expect((await kept.closed).code).toBe(4403);
  });

  it("is shown no more of another's order once they are not STAFF any more", async () => {
    const [staff, orderId] = [createId("usr"), createId("ord")];
    shop.orderOwners.set(orderId, createId("usr"));
    const watching = `subscription { orderUpdated(orderId: "${orderId}") { id } }`;
    const { send, next, closed } = await openAs(staff, { role: "STAFF" });
    send(subscribe("1", watching));
    expect(await next("next")).toMatchObject({ payload: { data: { orderUpdated: { id: orderId } } } });
    await shop.publish(events.userRoleChanged, { userId: staff, role: "CUSTOMER" as const });
    expect((await closed).code).toBe(4403);
  });

  it("is cut off when it does not read", async () => {
    const { socket, closed, send, next } = await open();
    send(init);
    await next("connection_ack");
    socket.pause();
    // Nothing tells a paused client that it was cut off: the server's answer to what it sends does.
    const asking = setInterval(() => send({ type: "ping", payload: { fill: "x".repeat(10_000) } }), 1);
    await eventually(
      () => Promise.resolve(socket.readyState),
      (state) => state !== WebSocket.OPEN,
    );
    clearInterval(asking);
    socket.resume();
    expect((await closed).code).toBe(1006);
  });
});
