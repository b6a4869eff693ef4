import { createId } from "@shop/ids";
import * as documents from "./documents";
import { type PageAnswer, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let productId: string;
let authors: ReturnType<typeof someone>[];
/** Ids of the reviews, the oldest first. */
let ids: string[];
const ratings = [3, 5, 1, 5, 2, 1, 4];
const likes = [0, 2, 1, 0, 3, 1, 0];

beforeAll(async () => {
  shop = await startShop();
  productId = await shop.product();
  authors = ratings.map(() => someone());
  ids = [];
  for (const [index, rating] of ratings.entries()) {
    const author = authors[index] ?? someone();
    const { id } = await shop.review(author, productId, { rating, body: `review ${index}` });
    ids.push(id);
    for (let like = 0; like < (likes[index] ?? 0); like++) await shop.like(someone(), id);
  }
});
afterAll(() => shop.stop());

const idsOf = ({ edges }: PageAnswer) => edges.map(({ node }) => node.id);
const ofProduct = async (variables: object): Promise<PageAnswer> =>
  (await shop.entity<{ comments: PageAnswer }>(null, "Product", productId, variables)).comments;

describe.each([
  ["NEWEST", [6, 5, 4, 3, 2, 1, 0]],
  ["OLDEST", [0, 1, 2, 3, 4, 5, 6]],
  ["MOST_LIKED", [4, 1, 5, 2, 6, 3, 0]],
  ["HIGHEST_RATED", [3, 1, 6, 0, 4, 5, 2]],
  ["LOWEST_RATED", [5, 2, 4, 0, 6, 3, 1]],
])("sorted %s", (sort, order) => {
  const expected = () => order.map((index) => ids[index]);

  it.each([1, 3, 7, 100])(
    "comes whole and in order in pages of %d, as a product's list and as a query's",
    async (first) => {
      for (const read of [ofProduct, (page: object) => shop.list(null, { filter: { productId }, ...page })]) {
        const seen: string[] = [];
        let after: string | null = null;
        for (let more = true; more;) {
          const page: PageAnswer = await read({ sort, first, after });
          expect(page.totalCount).toBe(7);
          seen.push(...idsOf(page));
          ({ hasNextPage: more, endCursor: after } = page.pageInfo);
        }
        expect(seen).toEqual(expected());
      }
    },
  );

  it("repeats and misses none where others come and go between pages", async () => {
    const author = someone();
    const first = await ofProduct({ sort, first: 3 });
    const { id } = await shop.review(author, productId, { rating: 3 });
    await shop.remove(author, id);
    const rest = await ofProduct({ sort, after: first.pageInfo.endCursor });
    expect([...idsOf(first), ...idsOf(rest)]).toEqual(expected());
  });
});

it("sorts NEWEST where the sort is null", async () => {
  expect(idsOf(await shop.list(null, { filter: { productId }, sort: null, first: 1 }))).toEqual([ids[6]]);
  expect(idsOf(await ofProduct({ sort: null, first: 1 }))).toEqual([ids[6]]);
});

it("filters by product, author and rating", async () => {
  const reply = await shop.reply(authors[0] ?? someone(), ids[6] ?? "");
  const authorId = authors[0]?.userId;
  expect(idsOf(await shop.list(null, { filter: { authorId } }))).toEqual([reply.id, ids[0]]);
  expect(idsOf(await shop.list(null, { filter: { productId, rating: 5 }, sort: "OLDEST" }))).toEqual([ids[1], ids[3]]);
  expect(idsOf(await shop.list(null, { filter: { productId, authorId, rating: 5 } }))).toEqual([]);
  // A reply has no rating, so it comes last in both sorts by rating.
  for (const sort of ["HIGHEST_RATED", "LOWEST_RATED"]) {
    const page = await shop.list(null, { filter: { productId }, sort });
    expect([page.totalCount, page.edges.at(-1)?.node.id]).toEqual([8, reply.id]);
  }
  const { comments } = await shop.entity<{ comments: PageAnswer }>(null, "User", authorId ?? "", { first: 1 });
  expect(comments).toMatchObject({
    edges: [{ node: { id: reply.id } }],
    pageInfo: { hasNextPage: true },
    totalCount: 2,
  });
  await shop.remove(authors[0] ?? someone(), reply.id);
});

it.each([createId("prd"), "nothing", "prd_\u0000"])("has nothing of product %j", async (unknown) => {
  const empty = { edges: [], totalCount: 0 };
  expect(await shop.list(null, { filter: { productId: unknown } })).toMatchObject(empty);
  expect(await shop.entity(null, "Product", unknown)).toMatchObject({
    comments: empty,
    myReview: null,
    ratings: { average: null, count: 0, histogram: [0, 0, 0, 0, 0] },
  });
  expect(await shop.entity(someone(), "User", unknown)).toMatchObject({ comments: empty });
  expect(await shop.entity(someone(), "Comment", unknown)).toBeNull();
});

it("refuses a bad page, a bad filter, and a cursor of another sort", async () => {
  const { pageInfo } = await shop.list(null, { filter: { productId }, sort: "MOST_LIKED", first: 1 });
  const forged = Buffer.from(JSON.stringify(["NEWEST", 0, "cmt_\u0000"])).toString("base64url");
  const large = Buffer.from(JSON.stringify(["MOST_LIKED", 2 ** 31, ids[0]])).toString("base64url");
  for (const variables of [
    { first: 0 },
    { first: 101 },
    { first: -1 },
    { after: "nonsense" },
    { after: "" },
    { after: pageInfo.endCursor },
    { after: forged },
    { after: large, sort: "MOST_LIKED" },
    { filter: { rating: 0 } },
    { filter: { rating: 6 } },
  ]) {
    const { data, errors } = await shop.query(documents.comments, variables);
    expect({ variables, data, errors }).toMatchObject({
      variables,
      data: { comments: null },
      errors: [{ extensions: { code: "BAD_USER_INPUT" } }],
    });
  }
});
