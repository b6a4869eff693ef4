import { startCatalogue, type TestCatalogue } from "./catalogue";

interface Page {
  edges: { cursor: string; node: { id: string; name: string } }[];
  pageInfo: { hasNextPage: boolean; endCursor: string | null };
  totalCount: number;
  facets: unknown;
}

let shop: TestCatalogue;
let kitchen: string;
let pans: string;
beforeAll(async () => {
  shop = await startCatalogue();
  const addCategory = async (name: string, parentId: string | null): Promise<string> => {
    const input = { idempotencyKey: name, name, parentId };
    const adding = `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }`;
    return (await shop.staff(adding, { input })).category.id;
  };
  kitchen = await addCategory("Kitchen", null);
  pans = await addCategory("Pans", kitchen);
  const garden = await addCategory("Garden", null);
  const products: [string, number, number, string, string, string][] = [
    ["Steel Pan", 3_000, 5, pans, "steel", "Sears meat."],
    ["Iron Pan", 5_000, 0, pans, "iron", "Heavier than a steel pan."],
    ["Étagère", 9_000, 2, kitchen, "wood", "A shelf for a pan or two."],
    ["Ladle", 1_000, 7, kitchen, "steel", "For soup."],
    ["Spade", 4_000, 1, garden, "steel", "Digs."],
    ["Rake", 4_000, 0, garden, "wood", "Gathers leaves."],
  ];
  for (const [name, amountMinor, initialStock, categoryId, material, description] of products) {
    const attributes = [{ name: "material", value: material }];
    const price = { amountMinor, currency: "EUR" };
    await shop.addProduct({ name, price, initialStock, categoryId, attributes, description });
  }
});
afterAll(() => shop.stop());

const listing = `query ($filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String) {
  products(filter: $filter, sort: $sort, first: $first, after: $after) {
    edges { cursor node { id name } } pageInfo { hasNextPage endCursor } totalCount } }`;

async function list(variables: object): Promise<Page> {
  const { data, errors } = await shop.ask(listing, variables);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return data?.["products"] as Page;
}

async function names(variables: object): Promise<string[]> {
  return (await list(variables)).edges.map(({ node }) => node.name);
}

describe("filters", () => {
  it.each<[object, string[]]>([
    [{}, ["Rake", "Spade", "Ladle", "Étagère", "Iron Pan", "Steel Pan"]],
    [{ inStock: true }, ["Spade", "Ladle", "Étagère", "Steel Pan"]],
    [{ inStock: false }, ["Rake", "Iron Pan"]],
    [{ minPriceMinor: 4_000, maxPriceMinor: 5_000 }, ["Rake", "Spade", "Iron Pan"]],
    [{ attributes: [{ name: "material", values: ["wood", "iron"] }] }, ["Rake", "Étagère", "Iron Pan"]],
    [{ attributes: [{ name: "material", values: [] }] }, []],
    [{ status: "DRAFT" }, []],
    [{ ids: [] }, []],
    [{ search: "pan" }, ["Iron Pan", "Steel Pan", "Étagère"]],
    [{ search: "STEEL pan" }, ["Steel Pan", "Iron Pan"]],
    [{ search: "steel" }, ["Steel Pan", "Spade", "Ladle", "Iron Pan"]],
    [{ search: "etag" }, ["Étagère"]],
    [{ search: "gather" }, []],
    [{ search: "?!" }, []],
    [{ search: "  " }, ["Rake", "Spade", "Ladle", "Étagère", "Iron Pan", "Steel Pan"]],
    [{ search: "steel", inStock: true, maxPriceMinor: 3_000 }, ["Steel Pan", "Ladle"]],
  ])("finds with %j", async (filter, expected) => {
    expect(await names({ filter })).toEqual(expected);
  });

  it("finds what is in a category and below it, and in no unknown one", async () => {
    expect(await names({ filter: { categoryId: kitchen } })).toEqual(["Ladle", "Étagère", "Iron Pan", "Steel Pan"]);
    expect(await names({ filter: { categoryId: pans } })).toEqual(["Iron Pan", "Steel Pan"]);
    expect(await names({ filter: { categoryId: "cat_none" } })).toEqual([]);
  });

  it.each([
    [{ first: 0 }],
    [{ first: 101 }],
    [{ after: "nonsense" }],
    [{ filter: { minPriceMinor: -1 } }],
    [{ filter: { search: "x".repeat(201) } }],
  ])("refuses %j", async (variables) => {
    expect((await shop.ask(listing, variables)).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  it("takes a cursor for its own list only, whatever the size of the page", async () => {
    const filter = { categoryId: kitchen, inStock: true };
    const sort = { field: "PRICE", direction: "ASC" };
    const after = (await list({ filter, sort, first: 1 })).pageInfo.endCursor;
    expect(await names({ filter: { ...filter, search: null }, sort, first: 7, after })).toEqual([
      "Steel Pan",
      "Étagère",
    ]);
    for (const other of [
      { filter, sort: { field: "NAME", direction: "ASC" } },
      { filter, sort: { field: "PRICE" } },
      { filter },
      { filter: { ...filter, inStock: false }, sort },
      { filter: { categoryId: pans, inStock: true }, sort },
      { filter: { ...filter, search: "pan" }, sort },
      { sort },
    ]) {
      const { errors } = await shop.ask(listing, { ...other, after });
      expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    }
    const within = `query ($id: ID!, $sort: ProductSort, $after: String) { category(id: $id) {
      products(filter: { inStock: true }, sort: $sort, after: $after) { edges { node { id } } } } }`;
    expect((await shop.ask(within, { id: kitchen, sort, after })).errors).toMatchObject([
      { path: ["category", "products"], extensions: { code: "BAD_USER_INPUT" } },
    ]);
  });
});

describe("orders and pages", () => {
  it.each<[object, string[]]>([
    [{ field: "PRICE", direction: "ASC" }, ["Ladle", "Steel Pan", "Spade", "Rake", "Iron Pan", "Étagère"]],
    [{ field: "PRICE" }, ["Étagère", "Iron Pan", "Rake", "Spade", "Steel Pan", "Ladle"]],
    [{ field: "NAME", direction: "ASC" }, ["Étagère", "Iron Pan", "Ladle", "Rake", "Spade", "Steel Pan"]],
    [{ field: "CREATED_AT", direction: "ASC" }, ["Steel Pan", "Iron Pan", "Étagère", "Ladle", "Spade", "Rake"]],
    [{ field: "RELEVANCE" }, ["Rake", "Spade", "Ladle", "Étagère", "Iron Pan", "Steel Pan"]],
  ])("lists by %j, whatever the size of the page", async (sort, expected) => {
    for (const first of [1, 2, 4, 100]) {
      const found: string[] = [];
      for (let after: string | null = null, more = true; more;) {
        const page: Page = await list({ sort, first, after });
        found.push(...page.edges.map(({ node }) => node.name));
        expect(page.totalCount).toBe(expected.length);
        more = page.pageInfo.hasNextPage;
        after = page.pageInfo.endCursor;
      }
      expect(found).toEqual(expected);
    }
  });

  it.each(["ASC", "DESC"])("pages through a search by relevance, %s", async (direction) => {
    const filter = { search: "steel" };
    const sort = { field: "RELEVANCE", direction };
    const whole = await names({ filter, sort });
    const found: string[] = [];
    for (let after: string | null = null, more = true; more;) {
      const page: Page = await list({ filter, sort, first: 1, after });
      found.push(...page.edges.map(({ node }) => node.name));
      more = page.pageInfo.hasNextPage;
      after = page.pageInfo.endCursor;
    }
    expect(found).toEqual(whole);
    expect(whole[direction === "DESC" ? 0 : 3]).toBe("Steel Pan");
  });

  it("shows nothing twice and leaves nothing out while products come and go", async () => {
    const search = "pagination";
    const ids: string[] = [];
    for (let n = 0; n < 6; n++) ids.push(await shop.addProduct({ name: `Pagination ${n}` }));
    const variables = { filter: { search }, sort: { field: "CREATED_AT" }, first: 2 };
    const first = await list(variables);
    await shop.addProduct({ name: "Pagination newer" });
    await shop.staff(`mutation ($id: ID!) { archiveProduct(id: $id) { errors { code } } }`, { id: ids[3] });
    const second = await list({ ...variables, after: first.pageInfo.endCursor });
    const third = await list({ ...variables, after: second.pageInfo.endCursor });
    const seen = [...first.edges, ...second.edges, ...third.edges].map(({ node }) => node.id);
    expect(seen).toEqual([ids[5], ids[4], ids[2], ids[1], ids[0]]);
  });
});

describe("facets", () => {
  const faceted = `query ($filter: ProductFilter) { products(filter: $filter) { totalCount facets {
    categories { category { name } count } priceRange { min { amountMinor } max { amountMinor } }
    attributes { name values { value count } } } } }`;

  it("leaves of each facet its own filter out", async () => {
    const attributes = [{ name: "material", values: ["steel"] }];
    const filter = { attributes, categoryId: kitchen, maxPriceMinor: 4_000, search: "s" };
    const { data } = await shop.ask(faceted, { filter: { ...filter, search: null } });
    expect(data?.["products"]).toEqual({
      totalCount: 2,
      facets: {
        categories: [
          { category: { name: "Kitchen" }, count: 2 },
          { category: { name: "Garden" }, count: 1 },
          { category: { name: "Pans" }, count: 1 },
        ],
        priceRange: { min: { amountMinor: 1_000 }, max: { amountMinor: 3_000 } },
        attributes: [{ name: "material", values: [{ value: "steel", count: 2 }] }],
      },
    });
  });

  it("has no price range where nothing matches", async () => {
    const { data } = await shop.ask(faceted, { filter: { search: "nothingofthiskind" } });
    expect(data?.["products"]).toEqual({
      totalCount: 0,
      facets: { categories: [], priceRange: null, attributes: [] },
    });
  });
});

describe("what clients send is taken literally", () => {
  const attempts = ["$where", ".*", "(a+)+$", '{"$gt":""}', "n:steel", "$ne", "a\u0000b", "steel' || '1'=='1"];

  it.each(attempts)("finds nothing by %j", async (text) => {
    const found = [
      await names({ filter: { search: `zzz ${text}` } }),
      await names({ filter: { categoryId: text } }),
      await names({ filter: { ids: [text] } }),
      await names({ filter: { attributes: [{ name: text, values: [text] }] } }),
      await names({ filter: { attributes: [{ name: "material", values: [text] }] } }),
    ];
    expect(found).toEqual([[], [], [], [], []]);
    const { data } = await shop.ask(
      `query ($text: ID!, $slug: String!) { product(id: $text) { id } productBySlug(slug: $slug) { id } }`,
      {
        text,
        slug: text,
      },
    );
    expect(data).toEqual({ product: null, productBySlug: null });
  });

  it.each([
    { ids: [{ $gt: "" }] },
    { categoryId: { $ne: null } },
    { search: { $regex: ".*" } },
    { attributes: [{ name: { $gt: "" }, values: ["x"] }] },
  ])("refuses the operator in %j", async (filter) => {
    expect((await shop.ask(listing, { filter })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  it("lets no reference carry an operator", async () => {
    const representations = [{ __typename: "Product", id: { $gt: "" } }];
    const entities = `query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on Product { id } } }`;
    const { data } = await shop.ask(entities, { representations }, "STAFF");
    expect(data?.["_entities"] ?? [null]).toEqual([null]);
  });
});
