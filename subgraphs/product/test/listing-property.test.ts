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
