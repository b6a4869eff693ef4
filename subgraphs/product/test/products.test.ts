import { createProduct, productInput, startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
beforeAll(async () => {
  shop = await startCatalogue();
});
afterAll(() => shop.stop());

const update = `mutation ($id: ID!, $input: UpdateProductInput!) { updateProduct(id: $id, input: $input) {
  product { name slug description version price { amountMinor } category { id } attributes { name } } errors { code path } } }`;

describe("making products", () => {
  it("makes a draft with a slug from its name", async () => {
    const input = productInput({
      name: "  Crème Brûlée Dish ",
      initialStock: 3,
      attributes: [{ name: "color", value: "white" }],
    });
    const { product, errors } = await shop.staff(createProduct, { input });
    expect(errors).toEqual([]);
    expect(product).toMatchObject({
      slug: "creme-brulee-dish",
      name: "Crème Brûlée Dish",
      status: "DRAFT",
      available: 3,
      stock: 3,
      version: 1,
      attributes: [{ name: "color", value: "white" }],
    });
  });

  it("gives products of one name different slugs, and refuses a slug that is taken", async () => {
    const slugs = await Promise.all(
      Array.from({ length: 6 }, async () => {
        const { product } = await shop.staff(createProduct, { input: productInput({ name: "Same Name" }) });
        return product.slug;
      }),
    );
    expect(new Set(slugs).size).toBe(6);
    expect(slugs).toContain("same-name");
    const { product, errors } = await shop.staff(createProduct, { input: productInput({ slug: "same-name" }) });
    expect(product).toBeNull();
    expect(errors).toMatchObject([{ code: "SLUG_TAKEN", path: ["input", "slug"] }]);
  });

  it("makes one product of many calls with one key, and refuses the key with another input", async () => {
    const input = productInput({ slug: "only-once" });
    const payloads = await Promise.all(Array.from({ length: 10 }, () => shop.staff(createProduct, { input })));
    expect(new Set(payloads.map(({ product }) => product.id)).size).toBe(1);
    const { errors } = await shop.staff(createProduct, { input: { ...input, name: "Other" } });
    expect(errors).toMatchObject([{ code: "IDEMPOTENCY_KEY_REUSED", path: ["input", "idempotencyKey"] }]);
  });

  it.each([
    [{ name: " " }, "INVALID_INPUT", ["input", "name"]],
    [{ name: "x".repeat(201) }, "INVALID_INPUT", ["input", "name"]],
    [{ slug: "Not A Slug" }, "INVALID_INPUT", ["input", "slug"]],
    [{ price: { amountMinor: -1, currency: "EUR" } }, "INVALID_INPUT", ["input", "price", "amountMinor"]],
    [{ price: { amountMinor: 1, currency: "USD" } }, "CURRENCY_MISMATCH", ["input", "price", "currency"]],
    [{ initialStock: -1 }, "INVALID_INPUT", ["input", "initialStock"]],
    [{ attributes: [{ name: "", value: "x" }] }, "INVALID_INPUT", ["input", "attributes", "0", "name"]],
    [{ categoryId: "cat_none" }, "NOT_FOUND", ["input", "categoryId"]],
  ])("refuses %j", async (bad, code, path) => {
    const { product, errors } = await shop.staff(createProduct, { input: productInput(bad) });
    expect(product).toBeNull();
    expect(errors).toMatchObject([{ code, path }]);
  });

  it("is for STAFF", async () => {
    const variables = { input: productInput() };
    expect((await shop.ask(createProduct, variables)).errors).toMatchObject([
      { extensions: { code: "UNAUTHENTICATED" } },
    ]);
    expect((await shop.ask(createProduct, variables, "CUSTOMER")).errors).toMatchObject([
      { extensions: { code: "FORBIDDEN" } },
    ]);
  });

  it("imports rows that succeed or fail alone, and is safe to repeat", async () => {
    const products = [productInput({ name: "Row 0" }), productInput({ name: "" }), productInput({ name: "Row 2" })];
    const importing = `mutation ($input: ImportProductsInput!) { importProducts(input: $input) {
      results { index product { id } errors { code path } } errors { code } } }`;
    const first = await shop.staff(importing, { input: { products } });
    expect(first.results).toMatchObject([
      { index: 0, errors: [] },
      { index: 1, product: null, errors: [{ code: "INVALID_INPUT", path: ["input", "products", "1", "name"] }] },
      { index: 2, errors: [] },
    ]);
    expect(await shop.staff(importing, { input: { products } })).toEqual(first);
  });
});

describe("editing products", () => {
  it("changes what is given, leaves what is absent, clears what is null", async () => {
    const id = await shop.addProduct({ name: "Pot", attributes: [{ name: "size", value: "l" }] });
    const { product } = await shop.staff(update, {
      id,
      input: { description: null, price: { amountMinor: 99, currency: "EUR" } },
    });
    expect(product).toMatchObject({
      name: "Pot",
      description: "",
      version: 2,
      price: { amountMinor: 99 },
      attributes: [{ name: "size" }],
    });
    const cleared = await shop.staff(update, { id, input: { attributes: null, name: null } });
    expect(cleared.errors).toMatchObject([{ code: "INVALID_INPUT", path: ["input", "name"] }]);
    expect((await shop.staff(update, { id, input: { attributes: null } })).product.attributes).toEqual([]);
  });

  it("lets one of many edits of the same version win", async () => {
    const id = await shop.addProduct();
    const payloads = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        shop.staff(update, { id, input: { name: `Name ${n}`, expectedVersion: 1 } }),
      ),
    );
    expect(payloads.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect(payloads.flatMap(({ errors }) => errors.map(({ code }) => code))).toEqual(Array(9).fill("VERSION_CONFLICT"));
  });

  it("loses no edit that names no version", async () => {
    const id = await shop.addProduct();
    const inputs = [
      { name: "N" },
      { description: "D" },
      { slug: "slug-of-many-edits" },
      { attributes: [{ name: "a", value: "b" }] },
    ];
    await Promise.all(inputs.map((input) => shop.staff(update, { id, input })));
    expect((await shop.staff(update, { id, input: {} })).product).toMatchObject({
      name: "N",
      description: "D",
      slug: "slug-of-many-edits",
      version: 5,
    });
  });

  it("publishes and archives, and does neither twice", async () => {
    const { product } = await shop.staff(createProduct, { input: productInput() });
    for (const [field, status, version] of [
      ["publishProduct", "ACTIVE", 2],
      ["publishProduct", "ACTIVE", 2],
      ["archiveProduct", "ARCHIVED", 3],
      ["archiveProduct", "ARCHIVED", 3],
    ] as const) {
      const change = `mutation ($id: ID!) { ${field}(id: $id) { product { status version } errors { code } } }`;
      expect(await shop.staff(change, { id: product.id })).toEqual({ product: { status, version }, errors: [] });
    }
  });
});

describe("who sees what", () => {
  const bySlugAndId = `query ($id: ID!, $slug: String!) { product(id: $id) { id } productBySlug(slug: $slug) { id stock } }`;
  const entity = `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { name } } }`;

  it("shows customers ACTIVE products only, and their stock to STAFF only", async () => {
    const draft = (await shop.staff(createProduct, { input: productInput({ name: "Hidden draft" }) })).product;
    const id = await shop.addProduct({ slug: "seen-by-all" });
    expect((await shop.ask(bySlugAndId, draft)).data).toEqual({ product: null, productBySlug: null });
    expect((await shop.ask(bySlugAndId, { id, slug: "seen-by-all" })).data).toEqual({
      product: { id },
      productBySlug: { id, stock: null },
    });
    expect((await shop.ask(bySlugAndId, { ...draft }, "STAFF")).data?.["productBySlug"]).toMatchObject({ stock: 0 });
  });

  it("resolves what was archived for whom refers to it, and no draft", async () => {
    const archived = await shop.addProduct({ name: "Archived" });
    await shop.staff(`mutation ($id: ID!) { archiveProduct(id: $id) { errors { code } } }`, { id: archived });
    const draft = (await shop.staff(createProduct, { input: productInput() })).product.id;
    const representations = [archived, draft, "prd_none"].map((id) => ({ __typename: "Product", id }));
    const { data } = await shop.ask(entity, { representations }, "CUSTOMER");
    expect(data).toEqual({ _entities: [{ name: "Archived" }, null, null] });
  });
});
