import {
  type EventDefinition,
  orderCancelled,
  orderExpired,
  orderShipped,
  type OrderSnapshot,
  productArchived,
  productPriceChanged,
  productPublished,
  productStockChanged,
  productUpdated,
  topics,
} from "@shop/event-contracts";
import { createId } from "@shop/ids";
import {
  type Consumer,
  createMessageBus,
  type EventHandler,
  handle,
  type MessageBus,
  startConsumer,
  toEventRecord,
} from "@shop/messaging";
import { testStores } from "@shop/local/testing";
import { log, productInput, startCatalogue, type TestCatalogue } from "./catalogue";

interface Heard {
  readonly type: string;
  readonly payload: { productId: string };
}

let shop: TestCatalogue;
let bus: MessageBus;
let consumer: Consumer;
/** By their event's id, in the order in which they came first: what is told again, as a relay may, stands once. */
const heard = new Map<string, Heard>();
let onHeard: () => void = () => undefined;

beforeAll(async () => {
  shop = await startCatalogue();
  bus = createMessageBus({ brokers: testStores().kafkaBrokers, clientId: "product.test", topics, log });
  const hear = <Payload extends { productId: string }>(event: EventDefinition<Payload>): EventHandler =>
    handle(event, ({ eventId, payload }) => {
      heard.set(eventId, { type: event.type, payload });
      onHeard();
      return Promise.resolve();
    });
  const handlers = [
    hear(productPublished),
    hear(productUpdated),
    hear(productArchived),
    hear(productPriceChanged),
    hear(productStockChanged),
  ];
  consumer = startConsumer({ bus, groupId: createId("evt"), handlers, isOutage: () => true, log });
});
afterAll(async () => {
  await consumer.stop();
  await bus.stop();
  await shop.stop();
});

/** Waits until so many events of a product were heard. */
async function eventsOf(productId: string, count: number): Promise<Heard[]> {
  for (;;) {
    const found = [...heard.values()].filter(({ payload }) => payload.productId === productId);
    if (found.length >= count) return found;
    await new Promise<void>((resolve) => {
      onHeard = resolve;
    });
  }
}

/** Waits until the product has so many units to be ordered. */
async function untilAvailable(productId: string, available: number): Promise<void> {
  while ((await shop.available(productId)) !== available) await new Promise((resolve) => setTimeout(resolve, 20));
}

const orderOf = (productId: string, quantity: number): OrderSnapshot => ({
  orderId: createId("ord"),
  number: "S-1",
  userId: "usr_1",
  status: "AWAITING_PAYMENT",
  lines: [{ productId, quantity }],
});

it("tells of every change of a product, in order, with figures that follow from each other", async () => {
  const { product } = await shop.staff(
    `mutation ($input: CreateProductInput!) { createProduct(input: $input) { product { id } } }`,
    { input: productInput({ name: "Told", initialStock: 5 }) },
  );
  const { id } = product;
  const change = (field: string) => shop.staff(`mutation ($id: ID!) { ${field}(id: $id) { errors { code } } }`, { id });
  await change("publishProduct");
  const lines = [{ productId: id, quantity: 2 }];
  await Promise.all(
    Array.from({ length: 2 }, () => shop.inventory.reserve({ orderId: createId("ord"), lines, holdMs: 600_000n })),
  );
  await shop.staff(
    `mutation ($id: ID!, $input: UpdateProductInput!) { updateProduct(id: $id, input: $input) { errors { code } } }`,
    { id, input: { price: { amountMinor: 1, currency: "EUR" } } },
  );
  await change("archiveProduct");
  const told = await eventsOf(id, 6);
  expect(told.map(({ type, payload }) => ({ type, payload }))).toMatchObject([
    { type: "published", payload: { name: "Told", status: "ACTIVE", version: 2, price: { amountMinor: 2_500 } } },
    { type: "stock-changed", payload: { previousAvailable: 5, available: 3 } },
    { type: "stock-changed", payload: { previousAvailable: 3, available: 1 } },
    { type: "updated", payload: { version: 3, price: { amountMinor: 1 } } },
    { type: "price-changed", payload: { oldPrice: { amountMinor: 2_500 }, newPrice: { amountMinor: 1 } } },
    { type: "archived", payload: { status: "ARCHIVED", version: 4 } },
  ]);
});

it("tells of nothing where nothing changes", async () => {
  const id = await shop.addProduct({ name: "Unchanged", initialStock: 2, attributes: [{ name: "a", value: "b" }] });
  const update = (input: object): Promise<unknown> =>
    shop.staff(
      `mutation ($id: ID!, $input: UpdateProductInput!) { updateProduct(id: $id, input: $input) { errors { code } } }`,
      { id, input },
    );
  const price = { amountMinor: 2_500, currency: "EUR" };
  await update({ name: "Unchanged", price, attributes: [{ name: "a", value: "b" }], categoryId: null });
  await update({ name: "Refused", expectedVersion: 7 });
  await shop.staff(`mutation ($id: ID!) { publishProduct(id: $id) { errors { code } } }`, { id });
  const orderId = createId("ord");
  await shop.inventory.reserve({ orderId, lines: [{ productId: id, quantity: 3 }], holdMs: 600_000n });
  await shop.inventory.release({ orderId, lines: [{ productId: id, quantity: 3 }] });
  await update({ name: "Changed" });
  expect((await eventsOf(id, 2)).map(({ type }) => type)).toEqual(["published", "updated"]);
});

it("tells each event, in order, with two instances relaying", async () => {
  const second = await startCatalogue({ mongoUrl: shop.config.mongoUrl });
  const id = await shop.addProduct({ initialStock: 1_000 });
  const lines = [{ productId: id, quantity: 1 }];
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      (n % 2 === 0 ? shop : second).inventory.reserve({ orderId: createId("ord"), lines, holdMs: 600_000n }),
    ),
  );
  const told = (await eventsOf(id, 61)).slice(1);
  expect(told.map(({ payload }) => (payload as unknown as { available: number }).available)).toEqual(
    Array.from({ length: 60 }, (_, n) => 999 - n),
  );
  await second.stopOnly();
});

it("lets a hold go that no order confirms, and tells of it", async () => {
  const id = await shop.addProduct({ initialStock: 3 });
  await shop.inventory.reserve({ orderId: createId("ord"), lines: [{ productId: id, quantity: 3 }], holdMs: 1n });
  await untilAvailable(id, 3);
  expect((await eventsOf(id, 3)).at(-1)).toMatchObject({
    type: "stock-changed",
    payload: { previousAvailable: 0, available: 3 },
  });
});

it.each([
  ["cancelled", orderCancelled],
  ["expired", orderExpired],
])("gives back the stock of an order that was %s, though the call was lost", async (_what, event) => {
  const id = await shop.addProduct({ initialStock: 3 });
  const order = orderOf(id, 2);
  const request = { orderId: order.orderId, lines: order.lines };
  await shop.inventory.reserve({ ...request, holdMs: 600_000n });
  await shop.inventory.commit(request);
  const record = toEventRecord(event, order);
  await bus.publish([record, record]);
  await untilAvailable(id, 3);
  expect((await shop.inventory.commit(request)).committed).toBe(false);
});

it("gives nothing back of an order that has shipped, and commits it no second time", async () => {
  const id = await shop.addProduct({ initialStock: 3 });
  const order = orderOf(id, 2);
  const request = { orderId: order.orderId, lines: order.lines };
  await shop.inventory.reserve({ ...request, holdMs: 600_000n });
  await shop.inventory.commit(request);
  // An order's events are read in order: once the marker's is done, so is what was told before it.
  const marker = await shop.addProduct({ initialStock: 1 });
  const held = { orderId: order.orderId, lines: [{ productId: marker, quantity: 1 }] };
  await shop.inventory.reserve({ ...held, holdMs: 600_000n });
  await bus.publish([
    toEventRecord(orderShipped, order),
    toEventRecord(orderCancelled, order),
    toEventRecord(orderCancelled, { ...order, lines: held.lines }),
  ]);
  await untilAvailable(marker, 1);
  expect(await shop.available(id)).toBe(1);
  expect((await shop.inventory.commit(request)).committed).toBe(true);
  expect(await shop.available(id)).toBe(1);
});

it("keeps its events through a broker that is down, and tells them after", async () => {
  const cut = await startCatalogue({ kafkaBrokers: ["127.0.0.1:1"], holdSweepIntervalMs: 3_600_000 });
  const id = await cut.addProduct({ name: "Told late" });
  await cut.stopOnly();
  const restarted = await startCatalogue({ mongoUrl: cut.config.mongoUrl });
  expect(await eventsOf(id, 1)).toMatchObject([{ type: "published", payload: { name: "Told late" } }]);
  await restarted.stop();
});
