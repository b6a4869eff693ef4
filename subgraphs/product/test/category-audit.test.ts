// What staff do with categories reaches the audit log, a deletion as well, after which there is no category to tell of it.
import { type AuditFacts, staffActed, topics } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type Consumer, createMessageBus, handle, type MessageBus, startConsumer } from "@shop/messaging";
import { testStores } from "@shop/local/testing";
import { eventually } from "@shop/subgraph-server/testing";
import { createConnection } from "mongoose";
import { createProduct, log, productInput, startCatalogue, type TestCatalogue } from "./catalogue";

interface Act {
  readonly actorId: string;
  readonly action: string;
  readonly before: AuditFacts;
  readonly after: AuditFacts;
}

let shop: TestCatalogue;
let bus: MessageBus;
let consumer: Consumer;
/** By their event's id, so that what is told again stands once. */
const acts = new Map<string, Act & { targetId: string }>();

beforeAll(async () => {
  shop = await startCatalogue();
  bus = createMessageBus({ brokers: testStores().kafkaBrokers, clientId: "product.test", topics, log });
  const hear = handle(staffActed, ({ eventId, payload }) => {
    acts.set(eventId, payload);
    return Promise.resolve();
  });
  consumer = startConsumer({ bus, groupId: createId("evt"), handlers: [hear], isOutage: () => true, log });
});
afterAll(async () => {
  await consumer.stop();
  await bus.stop();
  await shop.stop();
});

const creating = `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) {
  category { id slug } errors { code path } } }`;
const updating = `mutation ($id: ID!, $input: UpdateCategoryInput!) { updateCategory(id: $id, input: $input) {
  category { id } errors { code path } } }`;
const removing = `mutation ($id: ID!) { deleteCategory(id: $id) { category { id } errors { code path } } }`;

async function add(service: TestCatalogue, name: string, parentId: string | null = null): Promise<string> {
  const { category } = await service.staff(creating, { input: { idempotencyKey: createId("evt"), name, parentId } });
  return category.id;
}

/** What was told of a category once so much was, in its order. */
async function actsOn(id: string, count: number): Promise<Act[]> {
  const of = () => Promise.resolve([...acts.values()].filter(({ targetId }) => targetId === id));
  const told = await eventually(of, ({ length }) => length >= count);
  return told.map(({ targetId: _id, ...act }) => act);
}

/** The documents of removed categories, which nobody sees. */
async function countRemoved(mongoUrl: string): Promise<number> {
  const connection = await createConnection(mongoUrl).asPromise();
  const count = await connection.collection("categories").countDocuments({ isRemoved: true });
  await connection.close();
  return count;
}

it("tells of each change, in order, what was and what is, and of nothing where nothing changes", async () => {
  const [here, there] = [await add(shop, "Here"), await add(shop, "There")];
  const id = await add(shop, "Watched", here);
  const change = (input: object) => shop.staff(updating, { id, input });
  await change({ name: "Seen", slug: "seen" });
  await change({ name: "Seen", slug: "seen", parentId: here });
  await change({ name: "Refused", expectedVersion: 1 });
  await change({ parentId: there });
  expect((await shop.staff(removing, { id: there })).errors).toMatchObject([{ code: "CATEGORY_NOT_EMPTY" }]);
  expect((await shop.staff(removing, { id })).errors).toEqual([]);
  expect((await shop.staff(removing, { id: there })).errors).toEqual([]);

  const actorId = "usr_STAFF";
  expect(await actsOn(id, 4)).toEqual([
    {
      ...{ actorId, action: "category.created", before: {} },
      after: { slug: "watched", name: "Watched", parentId: here },
    },
    {
      ...{ actorId, action: "category.updated" },
      ...{ before: { slug: "watched", name: "Watched" }, after: { slug: "seen", name: "Seen" } },
    },
    { actorId, action: "category.updated", before: { parentId: here }, after: { parentId: there } },
    { actorId, action: "category.deleted", before: { slug: "seen", name: "Seen", parentId: there }, after: {} },
  ]);
  expect((await actsOn(there, 2)).map(({ action }) => action)).toEqual(["category.created", "category.deleted"]);
  await eventually(
    () => countRemoved(shop.config.mongoUrl),
    (count) => count === 0,
  );
});

it("has what was removed nowhere while nobody can be told of it, and tells of it when the broker is back", async () => {
  const cut = await startCatalogue({ kafkaBrokers: ["127.0.0.1:1"], holdSweepIntervalMs: 3_600_000 });
  const parent = await add(cut, "Standing");
  const id = await add(cut, "Going", parent);
  const input = { idempotencyKey: "again", name: "Gone", slug: "gone", parentId: id };
  const { category: gone } = await cut.staff(creating, { input });
  for (const removed of [gone.id, id]) expect((await cut.staff(removing, { id: removed })).errors).toEqual([]);

  const { data } = await cut.ask(
    `query ($id: ID!, $parent: ID!) { category(id: $id) { id } categoryBySlug(slug: "gone") { id } categories { id }
      above: category(id: $parent) { children { id } products { totalCount } } }`,
    { id, parent },
  );
  expect(data).toEqual({
    ...{ category: null, categoryBySlug: null, categories: [{ id: parent }] },
    above: { children: [], products: { totalCount: 0 } },
  });
  for (const refused of [
    await cut.staff(removing, { id }),
    await cut.staff(updating, { id, input: { name: "Back" } }),
    await cut.staff(creating, { input: { ...input, idempotencyKey: "below" } }),
    await cut.staff(createProduct, { input: productInput({ categoryId: id }) }),
  ]) {
    expect(refused.errors).toMatchObject([{ code: "NOT_FOUND" }]);
  }
  // Its key and its slug are free, and what it was in is empty.
  const again = await cut.staff(creating, { input: { ...input, parentId: null } });
  expect(again).toMatchObject({ category: { slug: "gone" }, errors: [] });
  expect(again.category.id).not.toBe(gone.id);
  expect((await cut.staff(removing, { id: parent })).errors).toEqual([]);
  await cut.stopOnly();

  const restarted = await startCatalogue({ mongoUrl: cut.config.mongoUrl });
  for (const removed of [gone.id, id, parent]) {
    expect((await actsOn(removed, 2)).map(({ action }) => action)).toEqual(["category.created", "category.deleted"]);
  }
  await eventually(
    () => countRemoved(cut.config.mongoUrl),
    (count) => count === 0,
  );
  const { categories } = (await restarted.ask("{ categories { id } }")).data as { categories: object[] };
  expect(categories).toEqual([{ id: again.category.id }]);
  await restarted.stop();
});
