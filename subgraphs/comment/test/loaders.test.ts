import { eventually } from "@shop/subgraph-server/testing";
import { overhearDatabase, type OverheardDatabase } from "./overheard-database";
import { type CommentAnswer, type PageAnswer, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let database: OverheardDatabase;
beforeAll(async () => {
  shop = await startShop({ through: async (databaseUrl) => (database = await overhearDatabase(databaseUrl)).url });
});
afterAll(async () => {
  await shop.stop();
  await database.stop();
});

/** What was read for an answer of some ids. The outbox is looked at beside it, and what events of other tests are of. */
async function statementsOf(ids: readonly string[], work: () => Promise<unknown>): Promise<string[]> {
  database.takeStatements();
  await work();
  const statements = database.takeStatements().filter(({ values }) => ids.some((id) => values.join().includes(id)));
  return statements.map(({ sql }) => sql).filter((sql) => /products|comments|likes|purchases/.test(sql));
}

it("reads the ratings of 100 products by one query, and each kind of list by one", async () => {
  const ids = await shop.products(100);
  const [viewer, author] = [someone(), someone()];
  const reviewIds: string[] = [];
  for (const productId of ids.slice(0, 3)) {
    const { id } = await shop.review(author, productId, { rating: 3 });
    await shop.like(viewer, id);
    await shop.reply(viewer, id);
    reviewIds.push(id);
  }
  const reads = (work: () => Promise<unknown>) => statementsOf([...ids, ...reviewIds], work);
  const representations = ids.map((id) => ({ __typename: "Product", id }));
  const ask = <Fields>(fields: string): Promise<Fields[]> =>
    shop.ask(
      `query ($representations: [_Any!]!) { _entities(representations: $representations) { ... on Product { ${fields} } } }`,
      { representations },
      viewer,
    );

  let summaries: { ratings: { count: number } }[] = [];
  expect(await reads(async () => (summaries = await ask("ratings { average count histogram }")))).toHaveLength(1);
  expect(summaries.map(({ ratings }) => ratings.count)).toEqual(ids.map((_id, index) => (index < 3 ? 1 : 0)));

  let pages: { comments: PageAnswer }[] = [];
  const nested = `comments(first: 2) { edges { node { id likedByMe verifiedPurchase
    parent { id } replies { edges { node { body parent { id } } } totalCount } } } totalCount }`;
  // The pages, how long the lists are, likes, purchases, replies, how many of those, and their parents.
  expect(await reads(async () => (pages = await ask(nested)))).toHaveLength(7);
  expect(pages.map(({ comments }) => comments.totalCount)).toEqual(ids.map((_id, index) => (index < 3 ? 1 : 0)));
  expect(pages[0]?.comments.edges[0]?.node).toMatchObject({ likedByMe: true, replies: { totalCount: 1 } });

  let reviews: { myReview: CommentAnswer | null }[] = [];
  expect(await reads(async () => (reviews = await ask("myReview { id }")))).toHaveLength(1);
  expect(reviews.every(({ myReview }) => myReview === null)).toBe(true);
});

it("reads 100 comments by one query, and the lists of 100 users by one", async () => {
  const author = someone();
  const { id } = await shop.review(author, await shop.product());
  const comments = Array.from({ length: 100 }, () => ({ __typename: "Comment", id }));
  const users = Array.from({ length: 99 }, () => ({ __typename: "User", id: someone().userId }));
  const representations = [...comments, ...users, { __typename: "User", id: author.userId }];
  const document = `query ($representations: [_Any!]!) { _entities(representations: $representations) {
    ... on Comment { body } ... on User { comments { edges { node { body } } } } } }`;
  let entities: object[] = [];
  const ids = [id, author.userId];
  expect(await statementsOf(ids, async () => (entities = await shop.ask(document, { representations })))).toHaveLength(
    2,
  );
  expect(entities[0]).toEqual({ body: "Good." });
  expect(entities[199]).toEqual({ comments: { edges: [{ node: { body: "Good." } }] } });
});

it.each(["cut", "frozen"] as const)("says so while its database is %s, and recovers by itself", async (state) => {
  const { id } = await shop.review(someone(), await shop.product());
  database.set(state);
  const document = `query ($id: ID!) { comment(id: $id) { id } comments { edges { node { id } } } }`;
  const answer = await shop.query(document, { id });
  const error = { extensions: { code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 5 } };
  expect(answer).toMatchObject({ data: { comment: null, comments: null }, errors: [error, error] });
  expect(JSON.stringify(answer)).not.toMatch(/127\.0\.0\.1|prisma|connection/i);
  expect((await fetch(`${shop.origin}/livez`)).status).toBe(200);
  database.set("open");
  await eventually(
    async () => (await fetch(`${shop.origin}/readyz`)).status,
    (status) => status === 200,
  );
  expect((await shop.comment(null, id))?.id).toBe(id);
});
