import { createId } from "@shop/ids";
import { createProduct, productInput, startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
beforeAll(async () => {
  shop = await startCatalogue();
});
afterAll(() => shop.stop());

const update = `mutation ($id: ID!, $input: UpdateProductInput!) { updateProduct(id: $id, input: $input) {
  product { name slug description version price { amountMinor } category { id } attributes { name } } errors { code path } } }`;

const attributes = (count: number): object[] =>
  Array.from({ length: count }, (_, n) => ({ name: `attribute ${n}`, value: "x" }));

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

  it("gives 20 products of one name, made at once, different slugs, and refuses a slug that is taken", async () => {
    const slugs = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const { product } = await shop.staff(createProduct, { input: productInput({ name: "Same Name" }) });
        return product.slug;
      }),
    );
    expect(new Set(slugs).size).toBe(20);
    expect(slugs).toContain("same-name");
    const { product, errors } = await shop.staff(createProduct, { input: productInput({ slug: "same-name" }) });
    expect(product).toBeNull();
    expect(errors).toMatchObject([{ code: "SLUG_TAKEN", path: ["input", "slug"] }]);
  });

  it.each([
    ["Ääkköset & Straße, Łódź", /^aakkoset-strasse-lodz$/],
    ["☕ Coffee ☕", /^coffee$/],
    ["１２ 𝓕𝓪𝓷𝓬𝔂 cups", /^12-fancy-cups$/],
    ["Чайник", /^[0-9a-z]{12}$/],
    ["!!! ???", /^[0-9a-z]{12}$/],
    ["x".repeat(200), /^x{65}$/],
    ["word ".repeat(40).trim(), /^word(-word)+$/],
  ])("makes slugs of the name %j that are all different", async (name, pattern) => {
    const made = await Promise.all(
      Array.from({ length: 5 }, () => shop.staff(createProduct, { input: productInput({ name }) })),
    );
    const slugs = made.map(({ product }) => product.slug);
    expect(new Set(slugs).size).toBe(5);
    expect(slugs.filter((slug) => pattern.test(slug)).length).toBeGreaterThanOrEqual(1);
    for (const slug of slugs) expect(slug).toMatch(/^(?=.{1,80}$)[a-z0-9]+(-[a-z0-9]+)*$/);
  });

  it("makes one product of many calls with one key, and refuses the key with another input", async () => {
    const input = productInput({ slug: "only-once" });
    const payloads = await Promise.all(Array.from({ length: 10 }, () => shop.staff(createProduct, { input })));
    expect(new Set(payloads.map(({ product }) => product.id)).size).toBe(1);
    // What is null is as good as absent, and what is absent is what the schema says.
    const same = { ...input, categoryId: null, attributes: null, initialStock: null, publish: null };
    expect((await shop.staff(createProduct, { input: same })).product.id).toBe(payloads[0]?.product.id);
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
    [{ categoryId: createId("cat") }, "NOT_FOUND", ["input", "categoryId"]],
    [{ idempotencyKey: "" }, "INVALID_INPUT", ["input", "idempotencyKey"]],
    [{ idempotencyKey: "k".repeat(129) }, "INVALID_INPUT", ["input", "idempotencyKey"]],
    [{ description: "x".repeat(10_001) }, "INVALID_INPUT", ["input", "description"]],
    [{ slug: "x".repeat(81) }, "INVALID_INPUT", ["input", "slug"]],
    [{ attributes: attributes(51) }, "INVALID_INPUT", ["input", "attributes"]],
    [{ attributes: [...attributes(1), ...attributes(1)] }, "INVALID_INPUT", ["input", "attributes"]],
    [{ attributes: [{ name: "x".repeat(61), value: "x" }] }, "INVALID_INPUT", ["input", "attributes", "0", "name"]],
    [{ attributes: [{ name: "x", value: "x".repeat(201) }] }, "INVALID_INPUT", ["input", "attributes", "0", "value"]],
  ])("refuses %j", async (bad, code, path) => {
    const { product, errors } = await shop.staff(createProduct, { input: productInput(bad) });
    expect(product).toBeNull();
    expect(errors).toMatchObject([{ code, path }]);
  });

  it.each(["\u0000", "\u0007", "\u0085", "\ud83d"])("refuses %j in every text", async (bad) => {
    const text = `a${bad}b`;
    const input = productInput({
      idempotencyKey: text,
      slug: text,
      name: text,
      description: text,
      attributes: [{ name: text, value: text }],
    });
    const { errors } = await shop.staff(createProduct, { input });
    expect(errors.map(({ code, path }) => `${code} ${path.slice(1).join(".")}`).sort()).toEqual([
      "INVALID_INPUT attributes.0.name",
      "INVALID_INPUT attributes.0.value",
      "INVALID_INPUT description",
      "INVALID_INPUT idempotencyKey",
      "INVALID_INPUT name",
      "INVALID_INPUT slug",
    ]);
  });

  it("keeps attributes as they were given, 50 of them, the same name with several values", async () => {
    const given = [{ name: "size", value: "m" }, { name: "size", value: "l" }, ...attributes(48)];
    const { product } = await shop.staff(createProduct, { input: productInput({ attributes: given }) });
    expect(product.attributes).toEqual(given);
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

  it.each([0, -1, 2])("refuses an edit made from version %d, which is none or none yet", async (expectedVersion) => {
    const id = await shop.addProduct({ name: "Unchanged" });
    const { product, errors } = await shop.staff(update, { id, input: { name: "Changed", expectedVersion } });
    expect(product).toBeNull();
    expect(errors).toEqual([{ code: "VERSION_CONFLICT", path: ["input", "expectedVersion"] }]);
  });

  it.each([
    [{ slug: null }, "INVALID_INPUT", ["input", "slug"]],
    [{ price: null }, "INVALID_INPUT", ["input", "price"]],
    [{ price: { amountMinor: 1, currency: "USD" } }, "CURRENCY_MISMATCH", ["input", "price", "currency"]],
    [{ categoryId: "cat_none" }, "NOT_FOUND", ["input", "categoryId"]],
    [{ slug: "slug-of-another" }, "SLUG_TAKEN", ["input", "slug"]],
  ])("refuses an edit of %j", async (input, code, path) => {
    await shop.staff(createProduct, { input: productInput({ idempotencyKey: "other", slug: "slug-of-another" }) });
    const id = await shop.addProduct();
    expect(await shop.staff(update, { id, input })).toEqual({ product: null, errors: [{ code, path }] });
    expect((await shop.staff(update, { id, input: {} })).product.version).toBe(1);
  });

  it("finds no product to edit where there is none", async () => {
    for (const id of ["prd_none", createId("prd"), ""]) {
      const { errors } = await shop.staff(update, { id, input: { name: "Nobody's" } });
      expect(errors).toEqual([{ code: "NOT_FOUND", path: ["id"] }]);
    }
  });

  it("keeps the slug when the name changes, and the version when nothing does", async () => {
    const id = await shop.addProduct({ name: "Name before" });
    const { product } = await shop.staff(update, { id, input: { name: "Name after", expectedVersion: 1 } });
    expect(product).toMatchObject({ slug: "name-before", name: "Name after", version: 2 });
    const again = { name: "Name after", slug: "name-before", categoryId: null };
    expect((await shop.staff(update, { id, input: again })).product.version).toBe(2);
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
