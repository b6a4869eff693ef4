import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { connectSocket, openEventStream, type SocketClient } from "./shop/clients";
import { compose, type Shop, startShop } from "./shop/shop";
import { type TestSubgraph } from "./shop/subgraph";

let shop: Shop;
let client: SocketClient;
beforeEach(async () => {
  shop = await startShop();
  client = await connectSocket(shop.socketUrl);
});
afterEach(async () => {
  client.socket.terminate();
  await shop.stop();
});

type Name = "product" | "order" | "notification";

type Change = Partial<TestSubgraph> & { readonly path?: string };

/** Puts another supergraph in the place of the running one, and waits until it runs. */
async function swap(changes: Partial<Record<Name, (subgraph: TestSubgraph) => Change>>): Promise<void> {
  const changed = [shop.product, shop.order, shop.notification].map((subgraph) => {
    const change = changes[subgraph.name as Name];
    const { name, typeDefs, port } = subgraph;
    return { name, typeDefs, port, ...change?.(subgraph) };
  });
  const sdl = await compose(dirname(shop.config.supergraphFile), changed);
  const swapped = new Promise<void>((resolve) => {
    jest.spyOn(shop.log, "info").mockImplementationOnce(() => resolve());
  });
  await writeFile(`${shop.config.supergraphFile}.new`, sdl);
  await rename(`${shop.config.supergraphFile}.new`, shop.config.supergraphFile);
  await swapped;
}

const subscribe = (query: string): void => client.send({ id: "1", type: "subscribe", payload: { query } });

it("fills events by the new supergraph from the next one on, without opening anything again", async () => {
  subscribe("subscription { notificationReceived { title subject { number } } }");
  await shop.events.hasReaders(1);
  shop.events.add("1", "ord_1");
  expect(await client.receive()).toMatchObject({
    payload: { data: { notificationReceived: { subject: { number: "No. ord_1" } } } },
  });
  // The order service has moved, and its old place answers no more.
  const asked = shop.order.requests.length;
  await swap({ order: ({ typeDefs }) => ({ typeDefs, port: shop.product.port }) });
  shop.events.add("2", "ord_2");
  expect(await client.receive()).toMatchObject({
    payload: { data: { notificationReceived: { title: "2", subject: null } }, errors: [{}] },
  });
  expect(shop.order.requests).toHaveLength(asked);
  expect(shop.notification.openSockets()).toBe(1);
});

it("goes on after the last event where the source itself is asked for something else", async () => {
  subscribe("subscription { notificationReceived { title viewer } }");
  await shop.events.hasReaders(1);
  shop.events.add("1");
  expect(await client.receive()).toMatchObject({ payload: { data: { notificationReceived: { title: "1" } } } });
  // The same service by another address.
  await swap({ notification: () => ({ path: "/graphql?by=another-way" }) });
  shop.events.add("2");
  shop.events.add("3");
  for (const title of ["2", "3"]) {
    expect(await client.receive()).toMatchObject({ payload: { data: { notificationReceived: { title } } } });
  }
});

it("ends with an error to come back on where events could be missed", async () => {
  subscribe("subscription { latestTitle }");
  await shop.events.hasReaders(1);
  await swap({ notification: () => ({ path: "/graphql?by=another-way" }) });
  expect(await client.receive()).toMatchObject({
    id: "1",
    type: "error",
    payload: [{ extensions: { code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 1 } }],
  });
  subscribe("subscription { latestTitle }");
  await shop.events.hasReaders(2); // the one that was left is still counted
  shop.events.add("again");
  expect(await client.receive()).toMatchObject({ payload: { data: { latestTitle: "again" } } });
});

it("ends at once, with what is wrong, where it is no longer valid", async () => {
  const query = "subscription { notificationReceived { title viewer } }";
  subscribe(query);
  const stream = await openEventStream(shop.url, query);
  await shop.events.hasReaders(1);
  await swap({ notification: ({ typeDefs }) => ({ typeDefs: typeDefs.replace("viewer: String", "") }) });
  const invalid = [{ extensions: { code: "GRAPHQL_VALIDATION_FAILED" } }];
  expect(await client.receive()).toMatchObject({ id: "1", type: "error", payload: invalid });
  expect(await stream.receive()).toMatchObject({ event: "next", data: { errors: invalid } });
  expect(await stream.receive()).toMatchObject({ event: "complete" });
});
