import { createProduct, productInput, startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
let categoryId: string;
const ids: string[] = []; // an ACTIVE product, a DRAFT, an ARCHIVED one
beforeAll(async () => {
  shop = await startCatalogue();
  const { category } = await shop.staff(
    `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }`,
    { input: { idempotencyKey: "doors", name: "Doors" } },
  );
  categoryId = category.id;
  for (const [index, name] of ["Active door", "Draft door", "Archived door"].entries()) {
    const input = productInput({
      name,
      categoryId,
      initialStock: 1,
      publish: index !== 1,
      price: { amountMinor: index + 1, currency: "EUR" },
      attributes: [{ name: "hinge", value: name }],
    });
    ids.push((await shop.staff(createProduct, { input })).product.id);
  }
  await shop.staff(`mutation ($id: ID!) { archiveProduct(id: $id) { errors { code } } }`, { id: ids[2] });
});
afterAll(() => shop.stop());

const filters = [
  {},
  { ids: [] as string[] },
  { search: "door" },
  { categoryId: "" },
  { inStock: true },
  { minPriceMinor: 1, maxPriceMinor: 3 },
  { attributes: [{ name: "hinge", values: ["Active door", "Draft door", "Archived door"] }] },
];
const lists = filters
  .map((_, n) => `l${n}: products(filter: $f${n}) { totalCount edges { node { id } } facets { ...all } }`)
  .join("\n");
const everyList = `query (${filters.map((_, n) => `$f${n}: ProductFilter`).join(", ")}, $id: ID!) { ${lists}
  category(id: $id) { products { totalCount edges { node { id } } facets { ...all } } } }
  fragment all on ProductFacets { categories { count } priceRange { min { amountMinor } max { amountMinor } }
    attributes { name values { value count } } }`;

const variables = (): object => {
  const given = filters.map((filter) => {
    if ("ids" in filter) return { ids };
    return "categoryId" in filter ? { categoryId } : filter;
  });
  return { id: categoryId, ...Object.fromEntries(given.map((filter, n) => [`f${n}`, filter])) };
};

interface List {
  readonly totalCount: number;
  readonly edges: { node: { id: string } }[];
  readonly facets: object;
}

async function listsOf(viewer: "CUSTOMER" | "STAFF" | null): Promise<List[]> {
  const { data } = await shop.ask(everyList, variables(), viewer);
  const { category, ...others } = data as Record<string, List> & { category: { products: List } };
  return [...Object.values<List>(others), category.products];
}

it.each([null, "CUSTOMER"] as const)("lists, counts and weighs ACTIVE products only for %s", async (viewer) => {
  const found = await listsOf(viewer);
  expect(found).toHaveLength(filters.length + 1);
  for (const list of found) {
    expect(list).toEqual({
      totalCount: 1,
      edges: [{ node: { id: ids[0] } }],
      facets: {
        categories: [{ count: 1 }],
        priceRange: { min: { amountMinor: 1 }, max: { amountMinor: 1 } },
        attributes: [{ name: "hinge", values: [{ value: "Active door", count: 1 }] }],
      },
    });
  }
});

it("lists all for STAFF, and those of one status where they ask for it", async () => {
  for (const { totalCount } of await listsOf("STAFF")) expect(totalCount).toBe(3);
  const list = `query ($status: ProductStatus) { products(filter: { status: $status }) { edges { node { id } } } }`;
  for (const [index, status] of ["ACTIVE", "DRAFT", "ARCHIVED"].entries()) {
    expect(await shop.staff(list, { status })).toEqual({ edges: [{ node: { id: ids[index] } }] });
    const { data } = await shop.ask(list, { status }, "CUSTOMER");
    expect(data).toEqual({ products: { edges: status === "ACTIVE" ? [{ node: { id: ids[0] } }] : [] } });
  }
});

it.each([null, "CUSTOMER"] as const)("answers by REST as by its graph, to %s", async (viewer) => {
  for (const path of ["/v1/products?search=door", `/v1/categories/${categoryId}/products`]) {
    const { body } = await shop.rest("GET", path, viewer);
    expect(body).toMatchObject({ items: [{ id: ids[0] }], totalCount: 1 });
  }
  const statuses = await Promise.all(
    ids.map(async (id) => (await shop.rest("GET", `/v1/products/${id}`, viewer)).status),
  );
  expect(statuses).toEqual([200, 404, 404]);
  for (const slug of ["draft-door", "archived-door"]) {
    expect((await shop.rest("GET", `/v1/products/by-slug/${slug}`, viewer)).status).toBe(404);
  }
});

it("shows an ARCHIVED product, and no DRAFT, to whoever holds a reference to it", async () => {
  const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Product { name } } }`;
  const bySlug = ["active-door", "draft-door", "archived-door"].map((slug) => ({ __typename: "Product", slug }));
  for (const representations of [ids.map((id) => ({ __typename: "Product", id })), bySlug]) {
    const { data } = await shop.ask(entities, { representations }, "CUSTOMER");
    expect(data).toEqual({ _entities: [{ name: "Active door" }, null, { name: "Archived door" }] });
    const { data: toStaff } = await shop.ask(entities, { representations }, "STAFF");
    expect(toStaff).toMatchObject({ _entities: [{}, { name: "Draft door" }, {}] });
  }
});
