// What an older version of the service left behind is brought up to date when this one starts.
import { type Connection, createConnection } from "mongoose";
import { type ProductDocument } from "../src/product-model";
import { startCatalogue, type TestCatalogue } from "./catalogue";
import { overhearStore } from "./overheard-store";

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
  expect(await steps.find({ reached: null }).toArray()).toHaveLength(2);
  await service.stopOnly();
});

it("reads products in the order of their ids and by nothing else: no batch looks through a large catalogue", async () => {
  await database.collection("steps").deleteMany({});
  const store = await overhearStore(shop.config.mongoUrl);
  const service = await startCatalogue({ mongoUrl: store.url, holdSweepIntervalMs: 3_600_000 });
  const reads = [store.reads("products", "_id"), store.reads("products", "_id", "inStock")];
  await service.stopOnly();
  await store.stop();
  // Two steps, each one batch and a look for another.
  expect(reads).toEqual([4, 0]);
});
