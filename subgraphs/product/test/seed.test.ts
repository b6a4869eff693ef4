import { createConnection } from "mongoose";
import { type Config } from "../src/config";
import { seedCatalogue } from "../src/seed";
import { log, startCatalogue, type TestCatalogue, testConfig } from "./catalogue";

const listing = `query { categories { name children { name } } products(first: 100) { totalCount edges { node {
  slug description available price { amountMinor currency } category { name } images { url width height contentType } } } } }`;

interface Listing {
  categories: { children: unknown[] }[];
  products: {
    totalCount: number;
    edges: { node: { description: string; category: object | null; images: { url: string }[] } }[];
  };
}

let config: Config;
let shop: TestCatalogue;
beforeAll(async () => {
  config = testConfig();
  expect(await seedCatalogue(config, { log })).toEqual({ published: 40 });
  shop = await startCatalogue({ mongoUrl: config.mongoUrl });
});
afterAll(() => shop.stop());

it("fills an empty catalogue with products that have distinct pictures", async () => {
  const { categories, products } = (await shop.ask(listing)).data as unknown as Listing;
  expect(products.totalCount).toBe(40);
  expect(categories.flatMap(({ children }) => [0, ...children])).toHaveLength(8);
  const nodes = products.edges.map(({ node }) => node);
  expect(nodes.every(({ description, category }) => description !== "" && category !== null)).toBe(true);
  const images = nodes.map((node) => node.images[0]);
  expect(images.every((image) => image !== undefined)).toBe(true);
  expect(images[0]).toMatchObject({ contentType: "image/png", width: 640, height: 640 });
  const pictures = await Promise.all(images.map(async (image) => (await fetch(image?.url ?? "")).text()));
  expect(new Set(pictures).size).toBe(40);
});

it("changes nothing where all is there", async () => {
  expect(await seedCatalogue(config, { log })).toEqual({ published: 0 });
});

it("goes on where it was killed", async () => {
  const connection = await createConnection(config.mongoUrl).asPromise();
  const products = connection.collection("products");
  const some = await products.find().limit(3).toArray();
  const [first, second, third] = some.map(({ _id }) => _id);
  await products.deleteOne({ _id: first });
  await products.updateOne({ _id: second }, { $set: { status: "DRAFT", images: [] } });
  await products.updateOne({ _id: third }, { $set: { status: "DRAFT" } });
  expect(await seedCatalogue(config, { log })).toEqual({ published: 3 });
  expect(await products.countDocuments({ status: "ACTIVE", "images.0": { $exists: true } })).toBe(40);
  await connection.close();
});

it("leaves a catalogue alone that somebody else began", async () => {
  const begun = await startCatalogue();
  await begun.addProduct();
  expect(await seedCatalogue(begun.config, { log })).toEqual({ published: 0 });
  await begun.stop();
});
