import { numberedId, writeComments } from "./many-comments";
import { overhearDatabase, type OverheardDatabase } from "./overheard-database";
import { type PageAnswer, type Person, someone, startShop, type TestShop } from "./shop";

const sorts = ["NEWEST", "OLDEST", "MOST_LIKED", "HIGHEST_RATED", "LOWEST_RATED"] as const;

let shop: TestShop;
let database: OverheardDatabase;
const many = { products: 500, reviewsOfEach: 40, replies: 2_000 };
const total = many.products * many.reviewsOfEach + many.replies;
beforeAll(async () => {
  shop = await startShop({ through: async (databaseUrl) => (database = await overhearDatabase(databaseUrl)).url });
  await writeComments(shop.sql, many);
});
afterAll(async () => {
  await shop.stop();
  await database.stop();
});

interface Plan {
  readonly "Node Type": string;
  readonly "Actual Rows": number;
  readonly "Actual Loops": number;
  readonly "Rows Removed by Filter"?: number;
  readonly Plans?: readonly Plan[];
}

/** How many rows the database looked at to read what was asked for: those it left out are among them. */
async function rowsLookedAt(read: () => Promise<unknown>): Promise<number> {
  database.takeStatements();
  await read();
  let rows = 0;
  for (const { sql, values } of database.takeStatements().filter((statement) => /FROM comments/.test(statement.sql))) {
    const explained = await shop.sql.query<{ "QUERY PLAN": [{ Plan: Plan }] }>(
      `EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`,
      [...values],
    );
    rows += rowsOfScans(explained.rows[0]?.["QUERY PLAN"][0].Plan);
  }
  return rows;
}

function rowsOfScans(plan: Plan | undefined): number {
  if (plan === undefined) return 0;
  const own = (plan["Actual Rows"] + (plan["Rows Removed by Filter"] ?? 0)) * plan["Actual Loops"];
  const below = (plan.Plans ?? []).reduce((sum, inner) => sum + rowsOfScans(inner), 0);
  return plan["Node Type"].includes("Scan") ? own + below : below;
}

const pageFields = "edges { cursor node { id } } pageInfo { hasNextPage endCursor }";
const listOf = (viewer: Person | null, filter: object) => (page: object) =>
  shop.ask<PageAnswer>(
    `query ($filter: CommentFilter, $sort: CommentSort, $first: Int, $after: String) {
       comments(filter: $filter, sort: $sort, first: $first, after: $after) { ${pageFields} } }`,
    { filter, ...page },
    viewer,
  );
const reviewsOf =
  (productId: string) =>
  async (page: object): Promise<PageAnswer> => {
    const [product] = await shop.ask<{ comments: PageAnswer }[]>(
      `query ($representations: [_Any!]!, $sort: CommentSort, $first: Int, $after: String) {
       _entities(representations: $representations) { ... on Product {
         comments(sort: $sort, first: $first, after: $after) { ${pageFields} } } } }`,
      { representations: [{ __typename: "Product", id: productId }], ...page },
    );
    return product?.comments as PageAnswer;
  };

it.each(sorts)("reads a page sorted %s without looking at more than a part of what is there", async (sort) => {
  const [staff, productId] = [someone("STAFF"), numberedId("prd", 0)];
  const lists = {
    "the product's reviews": reviewsOf(productId),
    everything: listOf(null, {}),
    "one rating": listOf(null, { rating: 2 }),
    "the product's reviews and replies": listOf(someone(), { productId }),
    "one rating of the product": listOf(someone(), { productId, rating: 2 }),
    "the author's": listOf(null, { authorId: numberedId("usr", 3) }),
    "what is hidden": listOf(staff, { visibility: "HIDDEN" }),
    "what is hidden of the product": listOf(staff, { visibility: "HIDDEN", productId }),
    "what is reported": listOf(staff, { reported: true }),
    "what is reported of the product": listOf(staff, { reported: true, productId }),
    "what is not reported": listOf(staff, { reported: false }),
  };
  const costly: string[] = [];
  for (const [name, read] of Object.entries(lists)) {
    let page: PageAnswer["pageInfo"] = { hasNextPage: true, endCursor: null };
    for (let number = 1; number <= 2 && page.hasNextPage; number++) {
      const after = page.endCursor;
      const rows = await rowsLookedAt(async () => ({ pageInfo: page } = await read({ sort, after })));
      if (rows > total / 20) costly.push(`page ${number} of ${name} takes ${rows} rows`);
    }
  }
  expect(costly).toEqual([]);
});
