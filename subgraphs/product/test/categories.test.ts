import { createId } from "@shop/ids";
import { startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
beforeAll(async () => {
  shop = await startCatalogue();
});
afterAll(() => shop.stop());

const creating = `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) {
  category { id slug version parent { id } path { name } } errors { code path } } }`;
const updating = `mutation ($id: ID!, $input: UpdateCategoryInput!) { updateCategory(id: $id, input: $input) {
  category { id slug version path { name } } errors { code path } } }`;
const removing = `mutation ($id: ID!) { deleteCategory(id: $id) { category { id } errors { code path } } }`;

async function add(name: string, parentId: string | null = null): Promise<string> {
  const { category } = await shop.staff(creating, { input: { idempotencyKey: createId("evt"), name, parentId } });
  return category.id;
}

async function pathOf(id: string): Promise<string[]> {
  const { path } = await shop.staff(`query ($id: ID!) { category(id: $id) { path { name } } }`, { id });
  return path.map(({ name }) => name);
}

it("makes a tree that can be walked both ways", async () => {
  const root = await add("Root of walk");
  const b = await add("B", root);
  const a = await add("A", root);
  const leaf = await add("Leaf", a);
  const { data } = await shop.ask(
    `query ($id: ID!) { category(id: $id) { name parent { name parent { id } } path { id } children { id } }
      categoryBySlug(slug: "root-of-walk") { children { id children { id } } } categories { name parent { id } } }`,
    { id: leaf },
  );
  expect(data).toMatchObject({
    category: {
      name: "Leaf",
      parent: { name: "A", parent: { id: root } },
      path: [{ id: root }, { id: a }, { id: leaf }],
      children: [],
    },
    categoryBySlug: {
      children: [
        { id: a, children: [{ id: leaf }] },
        { id: b, children: [] },
      ],
    },
  });
  expect(data?.["categories"]).toContainEqual({ name: "Root of walk", parent: null });
});

it("makes one category of many calls with one key", async () => {
  const input = { idempotencyKey: "same", name: "Once" };
  const payloads = await Promise.all(Array.from({ length: 5 }, () => shop.staff(creating, { input })));
  expect(new Set(payloads.map(({ category }) => category.id)).size).toBe(1);
  const { errors } = await shop.staff(creating, { input: { ...input, name: "Twice" } });
  expect(errors).toMatchObject([{ code: "IDEMPOTENCY_KEY_REUSED" }]);
});

it("moves a whole branch, with its products", async () => {
  const [from, to] = [await add("From"), await add("To")];
  const branch = await add("Branch", from);
  const leaf = await add("Deep", await add("Twig", branch));
  const id = await shop.addProduct({ categoryId: leaf });
  const { category } = await shop.staff(updating, { id: branch, input: { parentId: to, expectedVersion: 1 } });
  expect(category).toMatchObject({ version: 2, path: [{ name: "To" }, { name: "Branch" }] });
  expect(await pathOf(leaf)).toEqual(["To", "Branch", "Twig", "Deep"]);
  const below = `query ($id: ID!) { category(id: $id) { products { totalCount edges { node { id } } } } }`;
  expect((await shop.staff(below, { id: to })).products).toEqual({ totalCount: 1, edges: [{ node: { id } }] });
  expect((await shop.staff(below, { id: from })).products.totalCount).toBe(0);
  await shop.staff(updating, { id: branch, input: { parentId: null } });
  expect(await pathOf(leaf)).toEqual(["Branch", "Twig", "Deep"]);
});

it("makes no circle, alone or with another move at the same time", async () => {
  const top = await add("Top");
  const below = await add("Below", top);
  for (const parentId of [top, below]) {
    const { errors } = await shop.staff(updating, { id: top, input: { parentId } });
    expect(errors).toMatchObject([{ code: "INVALID_INPUT", path: ["input", "parentId"] }]);
  }
  const [one, other] = [await add("One"), await add("Other")];
  const payloads = await Promise.all([
    shop.staff(updating, { id: one, input: { parentId: other } }),
    shop.staff(updating, { id: other, input: { parentId: one } }),
  ]);
  expect(payloads.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
});

it("removes what is empty and nothing else", async () => {
  const parent = await add("Parent");
  const child = await add("Child", parent);
  await shop.addProduct({ categoryId: child });
  const empty = await add("Empty");
  const notEmpty = { category: null, errors: [{ code: "CATEGORY_NOT_EMPTY", path: ["id"] }] };
  expect(await shop.staff(removing, { id: parent })).toEqual(notEmpty);
  expect(await shop.staff(removing, { id: child })).toEqual(notEmpty);
  expect(await shop.staff(removing, { id: empty })).toEqual({ category: { id: empty }, errors: [] });
  expect((await shop.staff(removing, { id: empty })).errors).toMatchObject([{ code: "NOT_FOUND", path: ["id"] }]);
});

it.each([
  [{ name: "" }, "INVALID_INPUT", ["input", "name"]],
  [{ slug: "No Slug" }, "INVALID_INPUT", ["input", "slug"]],
  [{ slug: "taken-slug" }, "SLUG_TAKEN", ["input", "slug"]],
  [{ parentId: "cat_none" }, "NOT_FOUND", ["input", "parentId"]],
  [{ expectedVersion: 7 }, "VERSION_CONFLICT", ["input", "expectedVersion"]],
])("refuses a change to %j", async (input, code, path) => {
  await shop.staff(creating, { input: { idempotencyKey: "taken", name: "Taken", slug: "taken-slug" } });
  const id = await add("Unchanged");
  const { errors } = await shop.staff(updating, { id, input });
  expect(errors).toMatchObject([{ code, path }]);
});
