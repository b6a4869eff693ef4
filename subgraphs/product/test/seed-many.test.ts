import { createConnection } from "mongoose";
import { type ProductDocument } from "../src/product-model";
import { seedMany } from "../src/seed-many";
import { createProgress } from "../src/seed-progress";
import { log, startCatalogue, type TestCatalogue, testConfig } from "./catalogue";
import { startRefusingStore } from "./refusing-store";

const many = { seed: 3, withPictures: true, withEvents: true, onProgress: () => undefined, log };
const products = 300;

let config: ReturnType<typeof testConfig>;
let shop: TestCatalogue;
let seeded: ProductDocument[];
beforeAll(async () => {
  config = testConfig();
  expect(await seedMany(config, { ...many, products })).toEqual({ made: products, found: 0 });
  seeded = await readAll(config.mongoUrl);
  shop = await startCatalogue({ mongoUrl: config.mongoUrl });
});
afterAll(() => shop.stop());

async function readAll(mongoUrl: string): Promise<ProductDocument[]> {
  const connection = await createConnection(mongoUrl).asPromise();
  const found = await connection.collection<ProductDocument>("products").find().sort({ _id: 1 }).toArray();
  await connection.close();
  return found;
}

async function drop(mongoUrl: string): Promise<void> {
  const connection = await createConnection(mongoUrl).asPromise();
  await connection.dropDatabase();
  await connection.close();
}

it("makes products that customers find, filter and see", async () => {
  const query = `query ($search: String) { products(filter: { search: $search }, first: 100) { totalCount edges { node {
    name description available price { amountMinor } category { name } attributes { name value } images { url small: url(size: SMALL) } } } } }`;
  const active = seeded.filter(({ status }) => status === "ACTIVE");
  expect(active.length).toBeGreaterThan(products * 0.8);
  const { products: all } = (await shop.ask(query)).data as unknown as { products: Listing };
  expect(all.totalCount).toBe(active.length);
  for (const { node } of all.edges) {
    expect(node.category).not.toBeNull();
    expect(node.attributes.length).toBeGreaterThan(2);
    expect(node.price.amountMinor).toBeGreaterThan(0);
  }
  const [name = ""] = active[0]?.name.split(" ") ?? [];
  const { products: some } = (await shop.ask(query, { search: name })).data as unknown as { products: Listing };
  expect(some.totalCount).toBeGreaterThan(0);
  const [image] = all.edges[0]?.node.images ?? [];
  for (const url of [image?.url, image?.small]) {
    const picture = await fetch(url ?? "");
    expect([picture.status, picture.headers.get("content-type")?.split("/")[0]]).toEqual([200, "image"]);
  }
});

interface Listing {
  readonly totalCount: number;
  readonly edges: {
    readonly node: {
      readonly category: object | null;
      readonly attributes: object[];
      readonly price: { readonly amountMinor: number };
      readonly images: { readonly url: string; readonly small: string }[];
    };
  }[];
}

it("tells the other services of what is published or archived, and of nothing else", () => {
  const told = seeded.map(({ status, outbox }) => [status, outbox.map(({ type }) => type)]);
  expect(new Set(told.map((entry) => JSON.stringify(entry)))).toEqual(
    new Set(['["ACTIVE",["published"]]', '["ARCHIVED",["archived"]]', '["DRAFT",[]]']),
  );
});

it("makes the same products at another time, and others of another seed", async () => {
  const again = testConfig();
  await seedMany(again, { ...many, products: 40, withPictures: false, withEvents: false });
  const factsOf = ({
    _id,
    slug,
    name,
    description,
    priceMinor,
    attributes,
    stock,
    status,
    createdAt,
  }: ProductDocument) => {
    return { _id, slug, name, description, priceMinor, attributes, stock, status, createdAt };
  };
  expect((await readAll(again.mongoUrl)).map(factsOf)).toEqual(seeded.slice(0, 40).map(factsOf));
  await seedMany(again, { ...many, seed: 4, products: 40, withPictures: false });
  const names = new Set((await readAll(again.mongoUrl)).map(({ name }) => name));
  expect(names.size).toBeGreaterThan(70);
  await drop(again.mongoUrl);
});

it("completes what was cut short, and changes nothing that is there", async () => {
  const cut = testConfig();
  await seedMany(cut, { ...many, products: 100, withPictures: false });
  const before = await readAll(cut.mongoUrl);
  const outcome = await seedMany(cut, { ...many, products: 120, withPictures: false });
  expect(outcome).toEqual({ made: 20, found: 100 });
  expect((await readAll(cut.mongoUrl)).slice(0, 100)).toEqual(before);
  await drop(cut.mongoUrl);
});

it("shares pictures that stay when one product loses its own", async () => {
  const [keeper, loser] = sharingAPicture();
  const picture = keeper.images[0];
  const removing = `mutation ($productId: ID!, $imageId: ID!) {
    removeProductImage(productId: $productId, imageId: $imageId) { product { images { id } } errors { code } } }`;
  const removed = await shop.staff(removing, { productId: loser._id, imageId: picture?.id });
  expect(removed).toMatchObject({ product: { images: [] }, errors: [] });
  const { endpoint, bucket } = config.imageStore;
  expect((await fetch(`${endpoint}/${bucket}/${picture?.key ?? ""}`)).status).toBe(200);
});

function sharingAPicture(): [ProductDocument, ProductDocument] {
  for (const one of seeded) {
    const other = seeded.find(({ _id, images }) => _id !== one._id && images[0]?.id === one.images[0]?.id);
    if (other !== undefined) return [one, other];
  }
  throw new Error("no two products share a picture");
}

it("ends when its database does not answer", async () => {
  const nobody = { ...config, mongoUrl: "mongodb://127.0.0.1:1/shop" };
  const seeding = seedMany(nobody, { ...many, products: 1, signal: AbortSignal.timeout(10) });
  await expect(seeding).rejects.toMatchObject({ name: "AbortError" });
});

it("ends when its database does not let it in", async () => {
  const store = await startRefusingStore(config.mongoUrl);
  store.refuse(13, "aggregate"); // Unauthorized
  const refused = { ...config, mongoUrl: store.url };
  const seeding = seedMany(refused, { ...many, products: 1, signal: AbortSignal.timeout(10) });
  await expect(seeding).rejects.toMatchObject({ name: "AbortError" });
  await store.stop();
});

it("draws a bar on a terminal, and writes a line at every tenth elsewhere", () => {
  const tell = (isTTY: boolean): string => {
    let written = "";
    const onProgress = createProgress(1_000, { isTTY, write: (text) => (written += text) });
    for (let done = 0; done <= 1_000; done += 50) onProgress(done);
    return written;
  };
  const bar = tell(true).replaceAll("\u001b[K", "");
  expect(bar).toMatch(/^\r░{30} 0 of 1,000, .*\r█{30} 1,000 of 1,000, [\d,]+ a second\n$/s);
  expect(tell(false).trimEnd().split("\n")).toHaveLength(10);
});
