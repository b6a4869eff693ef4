// Lists of random catalogues, by random filters, sorts and sizes of pages, beside what a plain model of them says.
import { createId } from "@shop/ids";
import fc from "fast-check";
import { createConnection } from "mongoose";
import { startCatalogue, type TestCatalogue } from "./catalogue";
import {
  anyList,
  anyProduct,
  expectedOf,
  facetsOf,
  modelCategories,
  type ModelFacets,
  type ModelList,
  type ModelProduct,
} from "./catalogue-model";

declare global {
  /** Given by `--globals '{"listingRuns":500,"listingSeed":42}'`: how many catalogues, and which. */
  var listingRuns: number | undefined;
  var listingSeed: number | undefined;
}

const runs = globalThis.listingRuns ?? 12;
const seed = globalThis.listingSeed ?? 20_261_122;

let shop: TestCatalogue;
const categoryIds: string[] = [];
beforeAll(async () => {
  shop = await startCatalogue({ kafkaBrokers: ["127.0.0.1:1"], holdSweepIntervalMs: 3_600_000 });
  const adding = `mutation ($input: CreateCategoryInput!) { createCategory(input: $input) { category { id } } }`;
  for (const [n, parent] of modelCategories.entries()) {
    const parentId = parent === null ? null : categoryIds[parent];
    // Of equally many matches the first by name comes first.
    const input = { idempotencyKey: `category ${n}`, name: `Category ${n}`, parentId };
    categoryIds.push((await shop.staff(adding, { input })).category.id);
  }
});
afterAll(() => shop.stop());

type Made = Omit<ModelProduct, "id" | "order">;

/** Replaces the catalogue's products. */
async function fill(made: readonly Made[]): Promise<ModelProduct[]> {
  const connection = await createConnection(shop.config.mongoUrl).asPromise();
  await connection.collection("products").deleteMany({});
  await connection.close();
  const products = made.map(({ priceMinor, stock, status, category, ...texts }) => ({
    ...texts,
    idempotencyKey: createId("evt"),
    price: { amountMinor: priceMinor, currency: "EUR" },
    initialStock: stock,
    categoryId: category === null ? null : categoryIds[category],
    publish: status !== "DRAFT",
  }));
  const importing = `mutation ($input: ImportProductsInput!) { importProducts(input: $input) { results { product { id } } } }`;
  const { results } = await shop.staff(importing, { input: { products } });
  const ids = (results as { product: { id: string } }[]).map(({ product }) => product.id);
  const archived = ids.filter((_, n) => made[n]?.status === "ARCHIVED");
  const archiving = archived.map((id, n) => `a${n}: archiveProduct(id: "${id}") { errors { code } }`);
  if (archived.length > 0) await shop.staff(`mutation { ${archiving.join(" ")} }`);
  const sorted = ids.toSorted();
  return made.map((product, n) => ({ ...product, id: ids[n] ?? "", order: sorted.indexOf(ids[n] ?? "") }));
}

interface Page {
  readonly edges: { readonly cursor: string; readonly node: { id: string; available: number } }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  readonly totalCount?: number;
  readonly facets?: object;
}

const edges = "edges { cursor node { id available } } pageInfo { hasNextPage endCursor }";
const facets = `totalCount facets { categories { category { id } count } priceRange { min { amountMinor } max { amountMinor } }
  attributes { name values { value count } } }`;

async function askPage(
  { filter: { category, ids, ...filter }, sort, first, within, viewer }: ModelList,
  products: readonly ModelProduct[],
  after: string | null,
): Promise<Page> {
  const list = `products(filter: $filter, sort: $sort, first: $first, after: $after) {
    ${edges} ${after === null ? facets : ""} }`;
  const variables = {
    filter: {
      ...filter,
      categoryId: category === null ? null : categoryIds[category],
      ids: ids?.map((n) => products[n % products.length]?.id) ?? null,
    },
    ...{ sort, first, after },
    ...(within === null ? {} : { within: categoryIds[within] }),
  };
  const declared = "$filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String";
  const operation =
    within === null
      ? `query (${declared}) { ${list} }`
      : `query (${declared}, $within: ID!) { category(id: $within) { ${list} } }`;
  const { data, errors } = await shop.ask(operation, variables, viewer);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  return (within === null ? data?.["products"] : (data?.["category"] as Record<string, unknown>)["products"]) as Page;
}

function toAnswer({ categories, priceRange, attributes }: ModelFacets): object {
  const inMinor = (amountMinor: number): object => ({ amountMinor });
  return {
    categories: categories.map(({ category, count }) => ({ category: { id: categoryIds[category] }, count })),
    priceRange: priceRange === null ? null : { min: inMinor(priceRange.min), max: inMinor(priceRange.max) },
    attributes,
  };
}

const anyCatalogue = fc.record({
  made: fc.array(anyProduct, { minLength: 4, maxLength: 24, size: "max" }),
  lists: fc.array(anyList, { minLength: 6, maxLength: 6 }),
});

it(`lists, counts and weighs what it must, page by page (${runs} catalogues, seed ${seed})`, async () => {
  const property = fc.asyncProperty(anyCatalogue, async ({ made, lists }) => {
    const products = await fill(made);
    for (const list of lists) {
      const expected = expectedOf(products, list);
      let after: string | null = null;
      for (let passed = 0, more = true; more; passed += list.first) {
        const page: Page = await askPage(list, products, after);
        const rows = expected.slice(passed, passed + list.first);
        expect(page.edges.map(({ node }) => node)).toEqual(rows.map(({ id, stock }) => ({ id, available: stock })));
        more = passed + list.first < expected.length;
        expect(page.pageInfo).toEqual({ hasNextPage: more, endCursor: page.edges.at(-1)?.cursor ?? null });
        if (after === null) {
          expect(page.totalCount).toBe(expected.length);
          expect(page.facets).toEqual(toAnswer(facetsOf(products, list)));
        }
        after = page.pageInfo.endCursor;
      }
    }
  });
  await fc.assert(property, { numRuns: runs, seed });
});

const change = fc.record({
  kind: fc.constantFrom("add", "archive", "publish", "reprice", "rename", "restock"),
  product: fc.nat(30), // counted round
  value: fc.integer({ min: 0, max: 6 }),
});
const anyWalk = fc.record({
  made: fc.array(anyProduct, { minLength: 8, maxLength: 14 }),
  sort: fc.record({
    field: fc.constantFrom("CREATED_AT", "PRICE", "NAME", "RELEVANCE"),
    direction: fc.constantFrom("ASC", "DESC"),
  }),
  first: fc.integer({ min: 1, max: 3 }),
  changes: fc.array(change, { minLength: 8, maxLength: 14 }),
});

it(`shows once what keeps its place, whatever else comes, goes or changes between pages (seed ${seed})`, async () => {
  const publish = (id: string): Promise<unknown> =>
    shop.staff("mutation ($id: ID!) { publishProduct(id: $id) { errors { code } } }", { id });
  const update = (id: string, input: object): Promise<unknown> =>
    shop.staff(
      "mutation ($id: ID!, $input: UpdateProductInput!) { updateProduct(id: $id, input: $input) { errors { code } } }",
      {
        id,
        input,
      },
    );

  const property = fc.asyncProperty(anyWalk, async ({ made, sort, first, changes }) => {
    // All are found by the search, some better than others.
    const searched = made.map((product, n) => ({
      ...product,
      ...(n % 3 === 0 ? { name: `${product.name} walk` } : { description: "walk" }),
    }));
    const products = await fill(searched);
    const filter = { search: "walk" };
    const kept = new Set(products.filter(({ status }) => status === "ACTIVE").map(({ id }) => id));
    const came = new Set<string>();
    const apply = async ({ kind, product, value }: (typeof changes)[number]): Promise<void> => {
      const price = { amountMinor: value, currency: "EUR" };
      if (kind === "add") {
        const name = `${made[product % made.length]?.name ?? ""} walk`;
        came.add(await shop.addProduct({ name, price }));
        return;
      }
      const { id = "" } = products[product % products.length] ?? {};
      if (kind === "restock") {
        const input = { productId: id, delta: 1, reason: "count", idempotencyKey: createId("evt") };
        await shop.staff("mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { errors { code } } }", {
          input,
        });
        return; // it keeps its place in every order
      }
      kept.delete(id);
      if (kind === "archive")
        await shop.staff(`mutation ($id: ID!) { archiveProduct(id: $id) { errors { code } } }`, { id });
      else if (kind === "publish") await publish(id);
      else await update(id, kind === "reprice" ? { price } : { name: `renamed ${value} walk` });
    };

    const seen: string[] = [];
    const waiting = [...changes];
    for (let after: string | null = null, more = true; more;) {
      const { data } = await shop.ask(
        `query ($filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String) {
          products(filter: $filter, sort: $sort, first: $first, after: $after) { ${edges} } }`,
        { filter, sort, first, after },
      );
      const page = data?.["products"] as Page;
      seen.push(...page.edges.map(({ node }) => node.id));
      ({ hasNextPage: more, endCursor: after } = page.pageInfo);
      for (const next of waiting.splice(0, 2)) await apply(next);
    }
    const timesSeen = (id: string): number => seen.filter((other) => other === id).length;
    for (const id of kept) expect({ id, times: timesSeen(id) }).toEqual({ id, times: 1 });
    for (const id of came) expect(timesSeen(id)).toBeLessThanOrEqual(1);
  });
  await fc.assert(property, { numRuns: runs, seed });
});
