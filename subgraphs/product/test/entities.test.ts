import { startCatalogue, type TestCatalogue, testConfig } from "./catalogue";
import { overhearStore, type OverheardStore } from "./overheard-store";

let store: OverheardStore;
let shop: TestCatalogue;
const ids: string[] = [];
beforeAll(async () => {
  store = await overhearStore(testConfig().mongoUrl);
  shop = await startCatalogue({ mongoUrl: store.url, holdSweepIntervalMs: 3_600_000 });
  const adding = `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }`;
  const categoryIds = await Promise.all(
    ["A", "B", "C"].map(async (name) => {
      const { category } = await shop.staff(adding, { input: { idempotencyKey: name, name } });
      return category.id;
    }),
  );
  for (let n = 0; n < 100; n++) ids.push(await shop.addProduct({ name: `N ${n}`, categoryId: categoryIds[n % 3] }));
});
afterAll(async () => {
  await shop.stop();
  await store.stop();
});

const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Product { name images { url } category { name } } } }`;

it("asks the store once for 100 products, and once for their categories", async () => {
  const representations = ids.map((id) => ({ __typename: "Product", id }));
  const before = store.reads("products", "_id");
  const categoriesBefore = store.reads("categories", "_id");
  const { data } = await shop.ask(entities, { representations });
  expect((data?.["_entities"] as { name: string }[]).map(({ name }) => name)).toEqual(ids.map((_, n) => `N ${n}`));
  expect(store.reads("products", "_id") - before).toBe(1);
  expect(store.reads("categories", "_id") - categoriesBefore).toBe(1);
});

it("asks the store once for whatever is reached by slug, and once for all ancestors, however deep", async () => {
  const adding = `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }`;
  let parentId: string | null = null;
  for (let n = 0; n < 12; n++) {
    const input: object = { idempotencyKey: `level ${n}`, name: `Level ${n}`, parentId };
    parentId = (await shop.staff(adding, { input })).category.id;
  }
  const representations = ids.map((_, n) => ({ __typename: "Product", slug: `n-${n}` }));
  const [bySlug, categories, bySlugs] = [
    store.reads("products", "slug"),
    store.reads("categories", "_id"),
    store.reads("categories", "slug"),
  ];
  const { data } = await shop.ask(
    `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { name } }
      deepest: categoryBySlug(slug: "level-11") { path { name } } upper: categoryBySlug(slug: "level-5") { path { name } } }`,
    { representations },
  );
  expect(data?.["_entities"]).toEqual(ids.map((_, n) => ({ name: `N ${n}` })));
  expect(data?.["deepest"]).toEqual({ path: Array.from({ length: 12 }, (_, n) => ({ name: `Level ${n}` })) });
  expect(store.reads("products", "slug") - bySlug).toBe(1);
  expect(store.reads("categories", "slug") - bySlugs).toBe(1);
  expect(store.reads("categories", "_id") - categories).toBe(1);
});

it("resolves by slug, and by whatever is no key nothing", async () => {
  const references = [
    { slug: "n-7" },
    { slug: { $ne: "" } },
    { slug: ["n-7"] },
    { slug: null },
    { slug: "unknown" },
    { id: { $gt: "" } },
    { id: [ids[0]] },
    { id: 7 },
    { id: "prd_" },
  ];
  const representations = references.map((reference) => ({ __typename: "Product", ...reference }));
  const { data, errors } = await shop.ask(entities, { representations });
  expect(errors).toBeUndefined();
  expect(data?.["_entities"]).toMatchObject([{ name: "N 7" }, ...Array<null>(8).fill(null)]);
});

it("answers nobody without a service credential", async () => {
  const response = await fetch(shop.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ _service { sdl } }" }),
  });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
});

it("says that the catalogue cannot be reached while the store is frozen, and goes on after", async () => {
  store.set("frozen");
  const { errors } = await shop.ask("query ($id: ID!) { product(id: $id) { name } }", { id: ids[0] });
  expect(errors).toMatchObject([{ extensions: { code: "SERVICE_UNAVAILABLE" } }]);
  store.set("open");
  const { data } = await shop.ask("query ($id: ID!) { product(id: $id) { name } }", { id: ids[0] });
  expect(data).toEqual({ product: { name: "N 0" } });
});
