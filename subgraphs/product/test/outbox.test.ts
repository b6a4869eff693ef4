import { productPriceChanged, staffActed } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { createOutbox, type Outbox, pendingEvent, pendingStockChange } from "../src/outbox";
import { openStore, type Store } from "../src/store";
import { log, startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
let store: Store;
let ids: string[];
beforeEach(async () => {
  // Three products with three changes each, of which no instance has told others and the audit log.
  shop = await startCatalogue({ kafkaBrokers: ["127.0.0.1:1"], holdSweepIntervalMs: 3_600_000 });
  ids = await Promise.all(["A", "B", "C"].map((name) => shop.addProduct({ name })));
  for (const id of ids) await change("archiveProduct", id);
  for (const id of ids) await change("publishProduct", id);
  await shop.stopOnly();
  store = await openStore(shop.config.mongoUrl, log);
  await endLeases(); // it may have been stopped with some that it could not let go
});
afterEach(async () => {
  await store.products.db.dropDatabase();
  await store.close();
});

async function change(mutation: string, id: string): Promise<void> {
  const { errors } = await shop.staff(`mutation ($id: ID!) { ${mutation}(id: $id) { errors { code } } }`, { id });
  expect(errors).toEqual([]);
}

const claim = (outbox: Outbox, limit = 100) => outbox.claim(limit, []);

/** The kinds of events of each product, in their order. */
async function claimedKinds(outbox: Outbox): Promise<string[][]> {
  const records = await claim(outbox);
  return ids.map((id) => records.filter(({ key }) => key === id).map(({ type }) => type));
}

const kinds = ["published", "archived", "published"].flatMap((kind) => [kind, "staff-acted"]);
const whole = Array.from({ length: 3 }, () => kinds);

/** As time does to a killed instance's leases. */
const endLeases = () => store.products.updateMany({}, { $set: { "outboxLease.until": new Date(0) } });

it("hands a product's events to one instance at a time, and to the next when that is killed", async () => {
  const [killed, next] = [createOutbox(store), createOutbox(store)];
  expect(await claimedKinds(killed)).toEqual(whole);
  expect(await claim(next)).toEqual([]);
  await endLeases();
  expect(await claimedKinds(next)).toEqual(whole);
});

it("lets no instance clear away what another has taken over", async () => {
  const [frozen, next] = [createOutbox(store), createOutbox(store)];
  const records = await claim(frozen);
  await endLeases();
  const again = await claim(next);
  await frozen.markPublished(records);
  expect(await next.backlog()).toMatchObject({ waiting: 18 });
  await next.markPublished(again);
  expect(await next.backlog()).toEqual({ waiting: 0, oldestAt: null });
  expect(again.map(({ eventId }) => eventId)).toEqual(records.map(({ eventId }) => eventId));
});

it("lets others have what an instance claimed that cannot publish", async () => {
  const [cut, next] = [createOutbox(store), createOutbox(store)];
  await claim(cut);
  await cut.release();
  expect(await claimedKinds(next)).toEqual(whole);
});

it("goes on in order where only some were published, and leaves out the keys that wait", async () => {
  const outbox = createOutbox(store);
  const [first] = await claim(outbox);
  if (first === undefined) throw new Error("nothing was claimed");
  await outbox.markPublished([first]);
  const rest = await claim(outbox);
  expect(rest.filter(({ key }) => key === first.key).map(({ type }) => type)).toEqual(kinds.slice(1));
  expect((await outbox.claim(100, [first.key])).map(({ key }) => key)).not.toContain(first.key);
  expect((await outbox.claim(2, [first.key])).length).toBe(2);
});

it("hands out what waits of categories beside the products' and before it, and lets each kind go by itself", async () => {
  const outbox = createOutbox(store);
  const _id = createId("cat");
  const act = { actorId: "usr_1", action: "category.created", targetId: _id, before: {}, after: {} };
  const category = { _id, slug: "kitchen", name: "Kitchen", parentId: null, ancestorIds: [], version: 1 };
  const creation = { scope: "kitchen", digest: "" };
  await store.categories.create({ ...category, creation, outbox: [pendingEvent(staffActed, act)] });
  expect(await outbox.backlog()).toMatchObject({ waiting: 19 });
  const [first] = await claim(outbox, 1);
  expect(first).toMatchObject({ key: _id, type: "staff-acted", payload: JSON.stringify(act) });
  const all = await claim(outbox);
  expect(all.map(({ key }) => key).slice(0, 2)).toEqual([_id, expect.stringMatching(/^prd_/)]);
  await outbox.markPublished(all);
  expect(await outbox.backlog()).toEqual({ waiting: 0, oldestAt: null });
});

/** Adds events of one product, one of another kind among its changes of stock. */
async function sellMany(id: string): Promise<void> {
  const sold = Array.from({ length: 120 }, () => pendingStockChange(-1));
  const price = { amountMinor: 1, currency: "EUR" };
  const priceChanged = pendingEvent(productPriceChanged, {
    productId: id,
    name: "A",
    oldPrice: price,
    newPrice: price,
  });
  const outbox = { $each: [...sold.slice(0, 110), priceChanged, ...sold.slice(110)] };
  await store.products.updateOne({ _id: id }, { $inc: { available: -sold.length }, $push: { outbox } });
}

it("keeps what waits of one product short, and tells all that its stock came to, also to a relay that is publishing", async () => {
  const id = ids[0] ?? "";
  await store.products.updateOne({ _id: id }, { $set: { available: 1_000, outbox: [] } });
  const outbox = createOutbox(store);
  const othersWait = ids.slice(1);
  await sellMany(id);
  const read = await outbox.claim(500, othersWait);
  await outbox.condense();
  await sellMany(id);
  await outbox.condense();
  expect((await store.products.findById(id).orFail()).outbox.length).toBeLessThan(110);

  await outbox.markPublished(read);
  const told = [...read, ...(await outbox.claim(500, othersWait))];
  expect(told.filter(({ type }) => type === "price-changed")).toHaveLength(2);
  expect(new Set(told.map(({ eventId }) => eventId)).size).toBe(told.length);
  let available = 1_000;
  for (const { payload } of told.filter(({ type }) => type === "stock-changed")) {
    const change = JSON.parse(payload) as { available: number; previousAvailable: number };
    expect(change.previousAvailable).toBe(available);
    ({ available } = change);
  }
  expect(available).toBe(760);
});
