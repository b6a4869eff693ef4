// What an older version of the service left behind is brought up to date when this one starts.
import { type Connection, createConnection } from "mongoose";
import { type ProductDocument } from "../src/product-model";
import { createLogger } from "@shop/telemetry";
import { testMongoUrl } from "@shop/local/testing";
import { openStore } from "../src/store";
import { startCatalogue, type TestCatalogue } from "./catalogue";
import { overhearStore } from "./overheard-store";
import { startRefusingStore } from "./refusing-store";

let shop: TestCatalogue;
let database: Connection;
const ids: string[] = [];
beforeAll(async () => {
  shop = await startCatalogue();
  database = await createConnection(shop.config.mongoUrl).asPromise();
  for (const [initialStock, name] of ["Zulu kettle", "Étoile lamp", "Amber mug"].entries()) {
    ids.push(await shop.addProduct({ name, initialStock, attributes: [{ name: "material", value: "steel" }] }));
  }
  await shop.stopOnly();
});
afterAll(async () => {
  await database.close();
  await shop.stop();
});

const lists = `{ inStock: products(filter: { inStock: true }) { edges { node { id } } }
  byName: products(sort: { field: NAME, direction: ASC }) { edges { node { id } } }
  found: products(filter: { search: "etoi" }) { edges { node { id } } }
  steel: products(filter: { attributes: [{ name: "material", values: ["steel"] }] }) { totalCount } }`;

async function expectAllFound(service: TestCatalogue): Promise<void> {
  const [zulu, etoile, amber] = ids.map((id) => ({ node: { id } }));
  expect((await service.ask(lists)).data).toEqual({
    inStock: { edges: [amber, etoile] },
    byName: { edges: [amber, etoile, zulu] },
    found: { edges: [etoile] },
    steel: { totalCount: 3 },
  });
}

it("lists products of before there was `inStock`, and those whose words were told apart otherwise", async () => {
  const products = database.collection<ProductDocument>("products");
  await products.updateMany({}, { $unset: { inStock: 1 }, $set: { nameKey: "", tokens: ["n:other"] } });
  await database.collection("steps").deleteMany({});
  // Both at once: one of them does it, and neither answers before it is done.
  const services = await Promise.all([1, 2].map(() => startCatalogue({ mongoUrl: shop.config.mongoUrl })));
  for (const service of services) {
    await expectAllFound(service);
    await service.stopOnly();
  }
});

it("goes on behind where a killed process was, and does nothing that is done", async () => {
  const products = database.collection<ProductDocument>("products");
  const steps = database.collection<{ _id: string; reached: string | null }>("steps");
  await steps.updateOne({ _id: "0002-list-keys" }, { $set: { reached: ids[0] ?? "" } });
  await products.updateMany({}, { $set: { nameKey: "old" } });
  const service = await startCatalogue({ mongoUrl: shop.config.mongoUrl });
  const all = await products.find({}).sort({ _id: 1 }).toArray();
  expect(all.map(({ nameKey }) => nameKey)).toEqual(["old", "etoile lamp", "amber mug"]);
  expect(await steps.countDocuments({ reached: { $ne: null } })).toBe(0);
  await service.stopOnly();
});

it("reads products in the order of their ids and by nothing else: no batch looks through a large catalogue", async () => {
  await database.collection("steps").deleteMany({});
  const store = await overhearStore(shop.config.mongoUrl);
  const service = await startCatalogue({ mongoUrl: store.url, holdSweepIntervalMs: 3_600_000 });
  const reads = [store.reads("products", "_id.$gt"), store.reads("products", "_id", "inStock")];
  await service.stopOnly();
  await store.stop();
  // Two steps, each one batch and a look for another.
  expect(reads).toEqual([4, 0]);
});

describe("indexes", () => {
  it("are those that the models say, made by two instances that start together on an empty database", async () => {
    const mongoUrl = testMongoUrl();
    const services = await Promise.all([1, 2].map(() => startCatalogue({ mongoUrl })));
    const fresh = await createConnection(mongoUrl).asPromise();
    const store = await openStore(mongoUrl, createLogger("test"));
    for (const model of [store.products, store.categories, store.adjustments, store.uploads, store.leases]) {
      const wanted = model.schema.indexes().map(([key, options]) => describeIndex({ key, ...options }));
      const made = (await fresh.collection(model.collection.name).indexes()).map(describeIndex);
      expect(made.sort()).toEqual([describeIndex({ key: { _id: 1 } }), ...wanted].sort());
    }
    await store.close();
    await fresh.close();
    await services[0]?.stopOnly();
    await services[1]?.stop();
  });

  it("are made where a killed process was, and asked for no more once they are there", async () => {
    const products = database.collection("products");
    const steps = database.collection<{ _id: string; reached: string | null }>("steps");
    await products.dropIndexes();
    await steps.updateOne({ _id: "0003-first-indexes" }, { $set: { reached: "1" } });
    const service = await startCatalogue({ mongoUrl: shop.config.mongoUrl });
    await service.stopOnly();
    const made = (await products.indexes()).map(({ name }) => name);
    expect(made).not.toContain("slug_1"); // the first, which was there
    expect(made).toContain("creation.scope_1");

    const store = await startRefusingStore(shop.config.mongoUrl);
    store.refuse(13, "createIndexes");
    const again = await startCatalogue({ mongoUrl: store.url });
    await again.stopOnly();
    await store.stop();
  });
});

/** What makes two indexes the same. */
function describeIndex(index: object): string {
  const { key, unique, sparse, expireAfterSeconds, partialFilterExpression } = index as Record<string, unknown>;
  return JSON.stringify([Object.entries(key as object), unique, sparse, expireAfterSeconds, partialFilterExpression]);
}
