import { createId } from "@shop/ids";
import { type PageAnswer, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

const bodies = ({ edges }: PageAnswer) => edges.map(({ node }) => node.body);
const deleted = { author: null, rating: null, body: "", likeCount: 0, likedByMe: false, verifiedPurchase: false };

it("hangs replies of any depth below what they reply to, the oldest first, and tells whom they answer", async () => {
  const [author, other, productId] = [someone(), someone(), await shop.product()];
  const review = await shop.review(author, productId);
  const first = await shop.reply(other, review.id, { body: "first" });
  const second = await shop.reply(author, review.id, { body: "second" });
  let deepest = first;
  for (const body of ["a", "b", "c"]) deepest = await shop.reply(author, deepest.id, { body });
  expect(deepest).toMatchObject({ rating: null, product: { id: productId }, parent: { body: "b" } });
  expect(bodies(await shop.replies(null, review.id))).toEqual(["first", "second"]);
  expect(bodies(await shop.replies(null, first.id))).toEqual(["a"]);
  expect(await shop.replies(null, second.id)).toMatchObject({ edges: [], totalCount: 0 });
  expect(await shop.events(first.id)).toMatchObject([
    {
      type: "added",
      payload: { authorId: other.userId, parentId: review.id, parentAuthorId: author.userId, excerpt: "first" },
    },
  ]);
  const { comments } = await shop.entity<{ comments: PageAnswer }>(null, "Product", productId);
  expect(comments.edges.map(({ node }) => node.id)).toEqual([review.id]);
});

it("pages through replies, the oldest first", async () => {
  const { id } = await shop.review(someone(), await shop.product());
  for (const body of ["1", "2", "3", "4", "5"]) await shop.reply(someone(), id, { body });
  const document = `query ($id: ID!, $first: Int, $after: String) { comment(id: $id) { replies(first: $first, after: $after) {
    edges { node { body } } pageInfo { hasNextPage hasPreviousPage endCursor } totalCount } } }`;
  const read = async (after: string | null): Promise<PageAnswer> =>
    (await shop.ask<{ replies: PageAnswer }>(document, { id, first: 2, after })).replies;
  const seen: string[][] = [];
  for (let page = { hasNextPage: true, endCursor: null as string | null }; page.hasNextPage;) {
    const answer = await read(page.endCursor);
    expect(answer.totalCount).toBe(5);
    seen.push(bodies(answer));
    page = answer.pageInfo;
  }
  expect(seen).toEqual([["1", "2"], ["3", "4"], ["5"]]);
});

describe("a deleted comment", () => {
  it("with replies stays, empty, and they stay readable", async () => {
    const [author, fan, productId] = [someone(), someone(), await shop.product()];
    const { id } = await shop.review(author, productId);
    await shop.like(fan, id);
    await shop.report(fan, id);
    const reply = await shop.reply(fan, id, { body: "I agree." });
    const { comment, product, errors } = await shop.remove(author, id);
    expect({ comment, errors }).toMatchObject({ comment: { id, ...deleted }, errors: [] });
    expect(product).toMatchObject({ id: productId, ratings: { count: 0, average: null } });
    expect(await shop.comment(author, id)).toMatchObject(deleted);
    expect(await shop.comment(null, reply.id)).toMatchObject({
      body: "I agree.",
      parent: { id, body: "", author: null },
    });
    expect(bodies(await shop.replies(null, id))).toEqual(["I agree."]);
    const { comments, myReview } = await shop.entity<{ comments: PageAnswer; myReview: object | null }>(
      author,
      "Product",
      productId,
    );
    expect({ comments, myReview }).toMatchObject({ comments: { totalCount: 1 }, myReview: null });
    expect((await shop.events(id)).at(-1)).toMatchObject({
      type: "deleted",
      payload: { authorId: author.userId, rating: 4 },
    });
  });

  it("can be nothing more than read", async () => {
    const [author, other] = [someone(), someone()];
    const { id } = await shop.review(author, await shop.product());
    await shop.reply(other, id);
    await shop.remove(author, id);
    const answers = await Promise.all([
      shop.edit(author, id, { body: "Back again." }),
      shop.remove(author, id),
      shop.like(other, id),
      shop.report(other, id),
      shop.moderate(someone("STAFF"), id, "HIDDEN"),
    ]);
    for (const { errors } of answers) expect(errors).toMatchObject([{ code: "NOT_FOUND", path: ["id"] }]);
    expect((await shop.tryReply(other, id)).errors).toMatchObject([{ code: "NOT_FOUND", path: ["input", "parentId"] }]);
  });

  it("goes with the last reply to it, however deep", async () => {
    const author = someone();
    const review = await shop.review(author, await shop.product());
    const reply = await shop.reply(author, review.id);
    const deepest = await shop.reply(author, reply.id);
    const beside = await shop.reply(author, review.id);
    await shop.remove(author, review.id);
    await shop.remove(author, reply.id);
    expect(await shop.comment(null, reply.id)).toMatchObject(deleted);
    expect((await shop.remove(author, deepest.id)).comment).toBeNull();
    expect(await shop.comment(null, reply.id)).toBeNull();
    expect(await shop.comment(null, review.id)).toMatchObject(deleted);
    await shop.remove(author, beside.id);
    expect(await shop.comment(null, review.id)).toBeNull();
  });

  it("makes room for another review", async () => {
    const [author, productId] = [someone(), await shop.product()];
    const first = await shop.review(author, productId, { rating: 1 });
    await shop.reply(someone(), first.id);
    await shop.remove(author, first.id);
    await shop.review(author, productId, { rating: 5 });
    expect(await shop.ratings(productId)).toEqual({ average: 5, count: 1, histogram: [0, 0, 0, 0, 1] });
  });

  it("loses no reply that comes at the same time", async () => {
    const productId = await shop.product();
    for (let round = 0; round < 10; round++) {
      const author = someone();
      const { id } = await shop.review(author, productId);
      const [, { comment, errors }] = await Promise.all([shop.remove(author, id), shop.tryReply(someone(), id)]);
      if (comment === null) expect(errors).toMatchObject([{ code: "NOT_FOUND" }]);
      expect(await shop.comment(null, id)).toEqual(comment === null ? null : expect.objectContaining(deleted));
    }
  });
});

it("replies to nothing that is not there", async () => {
  for (const parentId of [createId("cmt"), "cmt_\u0000"]) {
    expect(await shop.tryReply(someone(), parentId)).toMatchObject({
      comment: null,
      errors: [{ code: "NOT_FOUND", path: ["input", "parentId"] }],
    });
  }
  expect((await shop.tryReply(someone(), createId("cmt"), { body: "" })).errors).toMatchObject([
    { code: "INVALID_INPUT", path: ["input", "body"] },
  ]);
});
