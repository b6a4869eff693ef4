import { productUpdated, userDeleted } from "@shop/event-contracts";
import { type PageAnswer, productNews, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

describe("a verified purchase", () => {
  it("is one whose delivery came before the review", async () => {
    const [author, productId] = [someone(), await shop.product()];
    await shop.deliver(author, productId);
    await shop.deliver(author, productId);
    const { id, verifiedPurchase } = await shop.review(author, productId);
    expect(verifiedPurchase).toBe(true);
    expect((await shop.reply(author, id)).verifiedPurchase).toBe(true);
    expect((await shop.reply(someone(), id)).verifiedPurchase).toBe(false);
  });

  it("is one whose delivery came after the review; not another's, and not of another product", async () => {
    const [author, other] = [someone(), someone()];
    const [productId, another] = await shop.products(2);
    const { id, verifiedPurchase } = await shop.review(author, productId ?? "");
    expect(verifiedPurchase).toBe(false);
    const unverified = [await shop.review(author, another ?? ""), await shop.review(other, productId ?? "")];
    await shop.deliver(author, productId ?? "");
    expect((await shop.comment(null, id))?.verifiedPurchase).toBe(true);
    for (const review of unverified) expect((await shop.comment(null, review.id))?.verifiedPurchase).toBe(false);
  });
});

it("knows a product as its newest version says, in whatever order they come", async () => {
  const productId = await shop.product();
  await shop.tell(productUpdated, productNews(productId, { version: 3, status: "ARCHIVED" }));
  await shop.tell(productUpdated, productNews(productId, { version: 2, status: "ACTIVE" }));
  expect((await shop.tryReview(someone(), productId)).errors).toMatchObject([{ code: "NOT_FOUND" }]);
  await shop.tell(productUpdated, productNews(productId, { version: 4, status: "ACTIVE" }));
  expect((await shop.tryReview(someone(), productId)).errors).toEqual([]);
});

it("removes with an account what it wrote, liked, reported and bought, once", async () => {
  const [leaving, other] = [someone(), someone()];
  const [productId, second] = [await shop.product(), await shop.product()];
  const alone = await shop.review(leaving, productId, { rating: 1 });
  const answered = await shop.review(leaving, second, { rating: 2 });
  const answer = await shop.reply(other, answered.id);
  const reply = await shop.reply(leaving, answer.id);
  const hidden = await shop.reply(leaving, answer.id);
  await shop.moderate(someone("STAFF"), hidden.id, "HIDDEN");
  const theirs = await shop.review(other, productId, { rating: 5 });
  await shop.like(leaving, theirs.id);
  await shop.like(other, theirs.id);
  await shop.report(leaving, theirs.id);
  await shop.report(leaving, answer.id);
  await shop.moderate(someone("STAFF"), answer.id, "VISIBLE");
  await shop.deliver(leaving, productId);

  await shop.tell(userDeleted, { userId: leaving.userId }, 2);
  for (const { id } of [alone, reply, hidden]) expect(await shop.comment(someone("STAFF"), id)).toBeNull();
  expect(await shop.comment(null, answered.id)).toMatchObject({ author: null, rating: null, body: "" });
  expect(await shop.comment(null, answer.id)).toMatchObject({ body: "Indeed.", author: { id: other.userId } });
  expect(await shop.comment(null, theirs.id)).toMatchObject({ likeCount: 1 });
  expect(await shop.ratings(productId)).toMatchObject({ histogram: [0, 0, 0, 0, 1] });
  expect(await shop.ratings(second)).toMatchObject({ count: 0 });
  await shop.deliver(leaving, second); // what was on its way when they left
  expect(await shop.traces(leaving)).toEqual([]);
  expect((await shop.list(someone("STAFF"), { filter: { reported: true } })).totalCount).toBe(0);
  const { comments } = await shop.entity<{ comments: PageAnswer }>(null, "User", leaving.userId);
  expect(comments.totalCount).toBe(0);
  for (const { id } of [alone, answered, reply]) {
    expect((await shop.events(id)).map(({ type }) => type)).toEqual(["added", "deleted"]);
  }
});

it("removes a while later what was being written while an account was deleted", async () => {
  const [leaving, productId] = [someone(), await shop.product()];
  await shop.tell(userDeleted, { userId: leaving.userId });
  const { id } = await shop.review(someone(), productId, { rating: 1 });
  await shop.sql.query("UPDATE comments SET author_id = $1 WHERE id = $2", [leaving.userId, id]);
  await shop.housekeep();
  expect(await shop.comment(null, id)).toMatchObject({ id });
  await shop.sql.query("UPDATE departures SET noted_at = noted_at - interval '61 minutes'");
  await shop.housekeep();
  expect(await shop.comment(null, id)).toBeNull();
  expect(await shop.traces(leaving)).toEqual([]);
  expect((await shop.ratings(productId)).count).toBe(0);
});
