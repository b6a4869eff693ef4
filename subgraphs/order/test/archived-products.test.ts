import { productArchived, topics } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { createMessageBus, type MessageBus, toEventRecord } from "@shop/messaging";
import { eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let bus: MessageBus;
beforeAll(async () => {
  shop = await startShop();
  const log = createLogger("order-test");
  log.level = "silent";
  bus = createMessageBus({ brokers: shop.config.kafkaBrokers, clientId: "test", topics, log });
});
afterAll(async () => {
  await bus.stop();
  await shop.stop();
});

function archived(productId: string) {
  const price = { amountMinor: 1_000, currency: "EUR" };
  const payload = { productId, slug: "s", name: "n", price, status: "ARCHIVED" as const, version: 2 };
  return toEventRecord(productArchived, payload);
}

it("calls off the unpaid orders of a product that is archived, and no others", async () => {
  const ada = someone();
  const [kettle, cup] = [createId("prd"), createId("prd")];
  for (const id of [kettle, cup]) shop.inventory.add(id, { stock: 10 });
  const unpaid = await shop.placed(ada, { [cup]: 1, [kettle]: 2 });
  const ofOthers = await shop.placed(ada, { [cup]: 1 });
  const { order: paid } = await shop.paid(ada, { [kettle]: 1 });

  const record = archived(kettle);
  await bus.publish([record]);

  const cancelled = await eventually(
    () => shop.order(ada, unpaid.id),
    (order) => order?.status === "CANCELLED",
  );
  expect(cancelled).toMatchObject({
    timeline: [{}, {}, { note: "A product of this order is not sold any more.", actor: null }],
  });
  expect(await shop.events(unpaid.id)).toEqual(["placed", "cancelled"]);
  expect(await shop.order(ada, ofOthers.id)).toMatchObject({ status: "AWAITING_PAYMENT" });
  expect(await shop.order(ada, paid.id)).toMatchObject({ status: "PAID" });
  await eventually(
    () => Promise.resolve([shop.inventory.available(kettle), shop.inventory.available(cup)]),
    ([kettles, cups]) => kettles === 9 && cups === 9,
  );

  // Sold again: what was placed after is not called off when the event is read once more.
  const later = await shop.placed(ada, { [kettle]: 1 });
  const probe = await shop.placed(ada, { [cup]: 1 });
  await bus.publish([record, { ...archived(cup), key: kettle }]); // one key, so that they are read in this order
  await eventually(
    () => shop.order(ada, probe.id),
    (order) => order?.status === "CANCELLED",
  );
  expect(await shop.order(ada, later.id)).toMatchObject({ status: "AWAITING_PAYMENT" });
});
