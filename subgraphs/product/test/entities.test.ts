import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { productInput, startCatalogue, type TestCatalogue, testConfig } from "./catalogue";
import { overhearStore, type OverheardStore } from "./overheard-store";

let store: OverheardStore;
let shop: TestCatalogue;
const ids: string[] = [];
let categoryIds: string[];
beforeAll(async () => {
  store = await overhearStore(testConfig().mongoUrl);
  shop = await startCatalogue({ mongoUrl: store.url, holdSweepIntervalMs: 3_600_000 });
  const adding = `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }`;
  categoryIds = await Promise.all(
    ["A", "B", "C"].map(async (name) => {
      const { category } = await shop.staff(adding, { input: { idempotencyKey: name, name } });
      return category.id;
    }),
  );
  const products = Array.from({ length: 100 }, (_, n) =>
    productInput({ name: `N ${n}`, categoryId: categoryIds[n % 3], publish: true }),
  );
  const importing = `mutation ($input: ImportProductsInput!) { importProducts(input: $input) { results { product { id } } } }`;
  const { results } = await shop.staff(importing, { input: { products } });
  ids.push(...(results as { product: { id: string } }[]).map(({ product }) => product.id));
});
afterAll(async () => {
  await shop.stop();
  await store.stop();
});

const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
  ... on Product { name images { url } category { name } } } }`;

it("asks the store once for 100 products, and once for their categories", async () => {
  const representations = ids.map((id) => ({ __typename: "Product", id }));
  const before = store.reads("products", "_id.$in");
  const categoriesBefore = store.reads("categories", "_id.$in", "isRemoved");
  const { data } = await shop.ask(entities, { representations });
  expect((data?.["_entities"] as { name: string }[]).map(({ name }) => name)).toEqual(ids.map((_, n) => `N ${n}`));
  expect(store.reads("products", "_id.$in") - before).toBe(1);
  expect(store.reads("categories", "_id.$in", "isRemoved") - categoriesBefore).toBe(1);
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
    store.reads("categories", "_id.$in", "isRemoved"),
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
  expect(store.reads("categories", "_id.$in", "isRemoved") - categories).toBe(1);
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

it("asks the store once for 1,000 references, whatever there is of them and however often", async () => {
  const unknown = Array.from({ length: 300 }, () => createId("prd"));
  const asked = [...ids, ...ids, ...unknown, ...ids.toReversed(), ...unknown, ...ids];
  const bySlug = Array.from({ length: 200 }, (_, n) => ({
    __typename: "Product",
    slug: n % 2 === 0 ? "n-3" : `none-${n}`,
  }));
  const before = [store.reads("products", "_id.$in"), store.reads("products", "slug")];
  const representations = [...asked.map((id) => ({ __typename: "Product", id })).slice(0, 800), ...bySlug];
  const { data, errors } = await shop.ask(
    `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Product { id } } }`,
    { representations },
  );
  expect(errors).toBeUndefined();
  const expected = asked.slice(0, 800).map((id) => (unknown.includes(id) ? null : { id }));
  const expectedBySlug = bySlug.map((_, n) => (n % 2 === 0 ? { id: ids[3] } : null));
  expect(data?.["_entities"]).toEqual([...expected, ...expectedBySlug]);
  expect([store.reads("products", "_id.$in"), store.reads("products", "slug")]).toEqual(
    before.map((count) => count + 1),
  );
});

it("asks the store as often for a list of 100 as for a list of one", async () => {
  const list = `query ($first: Int) { products(first: $first) { totalCount edges { node { id name images { url(size: SMALL) }
    category { name parent { name } children { name } path { name } } } } } }`;
  const countsOf = async (first: number): Promise<number[]> => {
    const kinds: [string, ...string[]][] = [
      ["products", "$and"],
      ["categories", "_id.$in", "isRemoved"],
      ["categories", "parentId", "isRemoved"],
    ];
    const before = kinds.map((kind) => store.reads(...kind));
    const { edges } = (await shop.staff(list, { first })) as unknown as { edges: object[] };
    expect(edges).toHaveLength(first);
    return kinds.map((kind, n) => store.reads(...kind) - (before[n] ?? 0));
  };
  expect(await countsOf(1)).toEqual([1, 1, 1]);
  expect(await countsOf(100)).toEqual([1, 1, 1]);
});

it("reads anew what an earlier mutation of the same request changed", async () => {
  const adjusting = (name: string): string =>
    `${name}: adjustStock(input: { productId: $id, delta: 2, reason: "count", idempotencyKey: "${name}" }) {
      product { available category { name } } }`;
  const { data } = await shop.ask(
    `mutation ($id: ID!, $category: ID!) { ${adjusting("first")}
      updateCategory(id: $category, input: { name: "Renamed" }) { category { name } } ${adjusting("second")} }`,
    { id: ids[0], category: categoryIds[0] },
    "STAFF",
  );
  expect(data).toMatchObject({
    first: { product: { available: 2, category: { name: "A" } } },
    second: { product: { available: 4, category: { name: "Renamed" } } },
  });
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
  // The driver looks for the store again first.
  const { data } = await eventually(
    () => shop.ask("query ($id: ID!) { product(id: $id) { name } }", { id: ids[0] }),
    (answer) => answer.errors === undefined,
  );
  expect(data).toEqual({ product: { name: "N 0" } });
});
