import { type LatencySummary } from "../load/latencies";
import { measureOneByOne } from "../load/one-by-one";
import { readCpuMs } from "../process-statistics";
import { type Combination, type Goods } from "./combinations";
import { type RunningProduct, type RunningStore } from "./running-catalogue";

export interface Figures extends LatencySummary {
  /** CPU milliseconds for one answer, of the product service and of its store; null for a store that runs elsewhere. */
  readonly cpuMs: { readonly product: number; readonly store: number | null };
}

export interface CombinationFigures {
  readonly page: Figures;
  /** Facets and totalCount together. */
  readonly facets: Figures;
}

// What a list of products shows, and what stands beside it.
const pageQuery = `query Page($filter: ProductFilter, $sort: ProductSort, $first: Int, $after: String) {
  products(filter: $filter, sort: $sort, first: $first, after: $after) {
    edges { node { id slug name price { amountMinor currency } available category { id name } images { url alt } } }
    pageInfo { hasNextPage endCursor } } }`;
const facetsQuery = `query Facets($filter: ProductFilter) { products(filter: $filter, first: 1) { totalCount facets {
  categories { category { id name } count } priceRange { min { amountMinor } max { amountMinor } }
  attributes { name values { value count } } } } }`;
const goodsQuery = `query Goods { categories { id children { id } } products(first: 100) { edges { node { id } } } }`;

interface Page {
  readonly products: { readonly pageInfo: { readonly endCursor: string | null } };
}

const pageSize = 20;

/** What combinations ask for, as it is in a seeded catalogue. */
export async function findGoods(product: RunningProduct): Promise<Goods> {
  const { categories, products } = await ask<{
    categories: { id: string; children: object[] }[];
    products: { edges: { node: { id: string } }[] };
  }>(product, goodsQuery, {});
  return {
    branches: categories.filter(({ children }) => children.length > 0).map(({ id }) => id),
    productIds: products.edges.map(({ node }) => node.id),
  };
}

/** Asks for pages of a combination. @returns asks for the nth time */
export async function openPages(
  product: RunningProduct,
  combination: Combination,
  goods: Goods,
): Promise<(n: number) => Promise<unknown>> {
  let after: string | null = null;
  for (let passed = 0; passed < (combination.depth ?? 0); passed++) {
    const page: Page = await ask(product, pageQuery, { ...combination.ask(0, goods), first: 100, after });
    after = page.products.pageInfo.endCursor ?? after;
  }
  return (n) => ask(product, pageQuery, { ...combination.ask(n, goods), first: pageSize, after });
}

/** Asks for one thing after the other: a closed loop of one. */
export async function measureCombination(
  shop: { readonly product: RunningProduct; readonly store: RunningStore },
  combination: Combination,
  goods: Goods,
  times: { readonly pages: number; readonly facets: number },
): Promise<CombinationFigures> {
  const { product } = shop;
  const askPage = await openPages(product, combination, goods);
  const askFacets = (n: number): Promise<unknown> =>
    ask(product, facetsQuery, { filter: combination.ask(n, goods).filter });
  return {
    page: await measure(shop, times.pages, askPage),
    facets: await measure(shop, times.facets, askFacets),
  };
}

async function measure(
  { product, store }: Parameters<typeof measureCombination>[0],
  times: number,
  askFor: (n: number) => Promise<unknown>,
): Promise<Figures> {
  const { cpuMs, ...latencies } = await measureOneByOne(times, askFor, () => ({
    product: readCpuMs(product.pid),
    store: store.pid === null ? 0 : readCpuMs(store.pid),
  }));
  return { ...latencies, cpuMs: { ...cpuMs, store: store.pid === null ? null : cpuMs.store } };
}

/** @throws for an answer with an error: a refusal is fast */
async function ask<Data>(product: RunningProduct, query: string, variables: object): Promise<Data> {
  const { data, errors } = await product.ask<Data>(query, variables);
  if (errors !== undefined) throw new Error(`The product service refuses ${query}: ${JSON.stringify(errors)}`);
  return data;
}
