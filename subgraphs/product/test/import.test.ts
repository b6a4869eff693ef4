import { createId } from "@shop/ids";
import { productInput, startCatalogue, type TestCatalogue, testConfig } from "./catalogue";
import { overhearStore, type OverheardStore } from "./overheard-store";

interface Result {
  readonly index: number;
  readonly product: { id: string; slug: string } | null;
  readonly errors: { code: string; path: string[] }[];
}

let store: OverheardStore;
let shop: TestCatalogue;
beforeAll(async () => {
  store = await overhearStore(testConfig().mongoUrl);
  shop = await startCatalogue({ mongoUrl: store.url, holdSweepIntervalMs: 3_600_000 });
});
afterAll(async () => {
  await shop.stop();
  await store.stop();
});

const importing = `mutation ($input: ImportProductsInput!) { importProducts(input: $input) {
  results { index product { id slug category { id } } errors { code path } } errors { code path } } }`;

async function send(products: object[]): Promise<Result[]> {
  const { results, errors } = await shop.staff(importing, { input: { products } });
  expect(errors).toEqual([]);
  return results as Result[];
}

const codesOf = (results: Result[]): (string | undefined)[] => results.map(({ errors }) => errors[0]?.code);

it("makes rows that succeed or fail alone, and is safe to repeat", async () => {
  const products = [
    productInput({ name: "Row 0" }),
    productInput({ name: "" }),
    productInput({ categoryId: createId("cat") }),
    productInput({ price: { amountMinor: 1, currency: "USD" } }),
    productInput({ name: "Row 4" }),
  ];
  const first = await send(products);
  expect(first).toMatchObject([
    { index: 0, errors: [] },
    { product: null, errors: [{ code: "INVALID_INPUT", path: ["input", "products", "1", "name"] }] },
    { product: null, errors: [{ code: "NOT_FOUND", path: ["input", "products", "2", "categoryId"] }] },
    { product: null, errors: [{ code: "CURRENCY_MISMATCH", path: ["input", "products", "3", "price", "currency"] }] },
    { index: 4, errors: [] },
  ]);
  expect(await send(products)).toEqual(first);
  const [changed] = await send([{ ...products[0], name: "Another" }]);
  const path = ["input", "products", "0", "idempotencyKey"];
  expect(changed).toMatchObject({ product: null, errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path }] });
});

it("refuses what no other store could keep, row by row", async () => {
  const texts = ["a\u0000b", "half \ud83d", "bell \u0007"];
  const results = await send([
    ...texts.map((name) => productInput({ name })),
    ...texts.map((description) => productInput({ description })),
    ...texts.map((value) => productInput({ attributes: [{ name: "size", value }] })),
    productInput({ description: "Two lines\nand a\ttab, 鍋, 🫖 and e\u0301." }),
  ]);
  expect(codesOf(results)).toEqual([...Array<string>(9).fill("INVALID_INPUT"), undefined]);
});

it("makes one product of two rows with one key, and lets one of two rows with one slug win", async () => {
  const twice = productInput({ name: "Twice" });
  const slug = "slug-of-two-rows";
  const results = await send([
    twice,
    twice,
    { ...twice, name: "Not the same" },
    productInput({ slug }),
    productInput({ slug }),
  ]);
  expect(codesOf(results)).toEqual([undefined, undefined, "IDEMPOTENCY_KEY_REUSED", undefined, "SLUG_TAKEN"]);
  expect(results[1]?.product).toEqual(results[0]?.product);
  expect(results[4]?.errors[0]?.path).toEqual(["input", "products", "4", "slug"]);
});

it("makes each product once of the same rows sent several times at once", async () => {
  const products = Array.from({ length: 30 }, () => productInput({ name: "Raced" }));
  const [first, ...others] = await Promise.all(Array.from({ length: 4 }, () => send(products)));
  for (const other of others) expect(other).toEqual(first);
  expect(new Set(first?.map(({ product }) => product?.slug)).size).toBe(30);
});

it("makes 1,000 rows in a handful of store operations, and refuses one more", async () => {
  const description = "Boils water fast, stays cool outside, and says when it is done. ".repeat(5);
  const { category } = await shop.staff(
    `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }`,
    { input: { idempotencyKey: "of-many", name: "Of many" } },
  );
  const products = Array.from({ length: 1_000 }, (_, n) => {
    return productInput({ name: n % 2 === 0 ? "Same name" : `Row ${n}`, description, categoryId: category.id });
  });
  const [before, categoriesBefore] = [
    store.writes("products", "insert"),
    store.writes("categories", "update", "_id", "isRemoved"),
  ];
  const results = await send(products);
  expect(codesOf(results).filter((code) => code !== undefined)).toEqual([]);
  expect(results.every(({ product }) => product !== null)).toBe(true);
  expect(new Set(results.map(({ product }) => product?.slug)).size).toBe(1_000);
  // Inserts of 100, and a few attempts at a slug that many want.
  const inserts = store.writes("products", "insert") - before;
  expect(inserts).toBeGreaterThanOrEqual(10);
  expect(inserts).toBeLessThan(30);
  expect(store.writes("categories", "update", "_id", "isRemoved") - categoriesBefore).toBeLessThan(10);

  const tooMany = await shop.staff(importing, { input: { products: [...products, productInput()] } });
  expect(tooMany).toEqual({ results: [], errors: [{ code: "INVALID_INPUT", path: ["input", "products"] }] });
  const none = await shop.staff(importing, { input: { products: [] } });
  expect(none.errors).toMatchObject([{ code: "INVALID_INPUT", path: ["input", "products"] }]);
});

it("takes what the gateway passes on of a million bytes, and at its own routes a million", async () => {
  const rowBytes = 9_950;
  const products = Array.from({ length: 100 }, (_, n) => {
    const row = productInput({ name: `Long ${n}`, description: "" });
    return { ...row, description: "x".repeat(rowBytes - JSON.stringify(row).length) };
  });
  const padded = (bytes: number, body: object): string => JSON.stringify(body).padEnd(bytes);
  const large = await shop.ask(`${importing}#${" ".repeat(50_000)}`, { input: { products } }, "STAFF");
  expect(large.errors).toBeUndefined();
  const url = new URL("/v1/products/import", shop.url);
  const post = async (bytes: number): Promise<Response> =>
    fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: await shop.bearer("STAFF") },
      body: padded(bytes, { products }),
    });
  expect((await post(1_000_000)).status).toBe(200);
  const refused = await post(1_000_001);
  expect([refused.status, await refused.json()]).toMatchObject([413, { status: 413 }]);
});

it("goes on where it was cut short, and makes nothing twice", async () => {
  const products = Array.from({ length: 150 }, (_, n) => productInput({ name: `Cut short ${n}` }));
  const inserting = store.freezeAtWrite("products", "insert");
  const cut = shop.ask(importing, { input: { products } }, "STAFF");
  await inserting; // the first hundred are in; nobody hears of it
  const { errors } = await cut;
  store.set("open");
  expect(errors).toMatchObject([{ extensions: { code: "SERVICE_UNAVAILABLE" } }]);
  const results = await send(products);
  expect(codesOf(results).filter((code) => code !== undefined)).toEqual([]);
  const ids = results.map(({ product }) => product?.id);
  const list = `query ($search: String!) { products(filter: { search: $search }) { totalCount } }`;
  expect(await shop.staff(list, { search: "cut short" })).toEqual({ totalCount: 150 });
  expect(new Set(ids).size).toBe(150);
});
