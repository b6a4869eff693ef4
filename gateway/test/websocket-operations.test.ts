// Operations of graphql-transport-ws, case by case as its text has it (PROTOCOL.md of graphql-ws).
import { complete, endless, init, subscribe, useSocketShop } from "./shop/sockets";

const sockets = useSocketShop();
const next = (data: object, id = "1") => ({ id, type: "next", payload: { data } });
const requestsOf = async (count: number): Promise<void> => {
  while (sockets.shop.product.requests.length < count) await new Promise(setImmediate);
};

describe("subscribe", () => {
  it("4401: before connection_init", async () => {
    const client = await sockets.open();
    client.send(subscribe("{ unread }"));
    expect(await client.closed).toBe(4401);
  });

  it("4401: before the acknowledgement", async () => {
    const client = await sockets.open();
    client.send(init);
    client.send(subscribe("{ unread }"));
    expect(await client.closed).toBe(4401);
  });

  it.each([
    ["a subscription's", endless, "1"],
    ["a query's that still runs", "{ whoAsks }", "1"],
    ["a long one", endless, "i".repeat(200)],
  ])("4409: the id is in use: %s", async (_what, query, id) => {
    sockets.shop.product.hanging = true;
    const client = await sockets.connect();
    client.send(subscribe(query, id));
    client.send(subscribe("{ unread }", id));
    expect(await client.closed).toBe(4409);
  });

  it("answers a query or mutation with one result and complete; its id is free again", async () => {
    const client = await sockets.connect();
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
    const client = await sockets.connect();
    client.send(subscribe("query A { unread } query B { more: unread }", "1", { operationName: "B", extensions: {} }));
    expect(await client.receive()).toEqual(next({ more: 3 }));
    expect(await client.receive()).toEqual(complete());
  });

  it("answers what failed in part with data and errors", async () => {
    const client = await sockets.connect();
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
    const client = await sockets.connect();
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
    const client = await sockets.connect();
    client.send(subscribe("subscription { countdown(from: 2) }"));
    expect(await client.receive()).toEqual(next({ countdown: 2 }));
    expect(await client.receive()).toEqual(next({ countdown: 1 }));
    await sockets.shop.events.hasReaders(1);
    sockets.shop.events.add("the end");
    expect(await client.receive()).toEqual(complete());
  });

  it("serves several at once", async () => {
    const client = await sockets.connect();
    client.send(subscribe(endless, "a"));
    client.send(subscribe("subscription { latestTitle }", "b"));
    client.send(subscribe("{ unread }", "c"));
    expect([await client.receive(), await client.receive()]).toEqual([next({ unread: 3 }, "c"), complete("c")]);
    await sockets.shop.events.hasReaders(2);
    sockets.shop.events.add("news");
    const both = [await client.receive(), await client.receive()];
    expect(both).toContainEqual(next({ notificationReceived: { title: "news" } }, "a"));
    expect(both).toContainEqual(next({ latestTitle: "news" }, "b"));
  });

  it("is refused beyond so many at once, and the socket stays", async () => {
    const client = await sockets.connect();
    for (let id = 1; id <= sockets.shop.config.maxSocketOperations; id += 1) client.send(subscribe(endless, `${id}`));
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
    const client = await sockets.connect();
    client.send(complete("never heard of"));
    client.send({ type: "ping" });
    expect(await client.receive()).toEqual({ type: "pong" });
  });

  it("ends a subscription here and upstream, and frees its id", async () => {
    const client = await sockets.connect();
    client.send(subscribe("subscription { latestTitle }"));
    await sockets.shop.events.hasReaders(1);
    client.send(complete());
    while (sockets.shop.notification.openSockets() > 0) await new Promise(setImmediate);
    sockets.shop.events.add("unheard");
    client.send(subscribe("{ unread }"));
    expect(await client.receive()).toEqual(next({ unread: 3 }));
    expect(await client.receive()).toEqual(complete());
  });

  it("of a query keeps its result from being sent, and frees its id", async () => {
    const client = await sockets.connect();
    const before = sockets.shop.product.requests.length;
    sockets.shop.product.hanging = true;
    client.send(subscribe("{ whoAsks }"));
    await requestsOf(before + 1);
    client.send(complete());
    client.send(subscribe("{ unread }"));
    expect(await client.receive()).toEqual(next({ unread: 3 }));
    expect(await client.receive()).toEqual(complete());
  });
});
