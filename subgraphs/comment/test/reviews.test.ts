import { randomUUID } from "node:crypto";
import { productArchived, productPublished, productUpdated } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import * as documents from "./documents";
import { productNews, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

it("reviews a product, for everyone to read, and tells of it", async () => {
  const [author, productId] = [someone(), await shop.product()];
  const body = "Boils <b>fast</b> & well 🫖\n\tas 'promised'; DROP TABLE comments;--";
  const { comment, product, errors } = await shop.tryReview(author, productId, { rating: 5, body });
  expect(errors).toEqual([]);
  expect(product).toEqual({ id: productId, ratings: { average: 5, count: 1, histogram: [0, 0, 0, 0, 1] } });
  expect(comment).toMatchObject({
    author: { id: author.userId },
    product: { id: productId },
    parent: null,
    ...{ rating: 5, body, likeCount: 0, likedByMe: false, verifiedPurchase: false },
    ...{ visibility: "VISIBLE", editedAt: null, version: 1 },
  });
  const id = comment?.id ?? "";
  expect(await shop.comment(null, id)).toEqual(comment);
  expect(await shop.events(id)).toMatchObject([
    { type: "added", payload: { commentId: id, productId, authorId: author.userId, rating: 5 } },
  ]);
});

it("takes one review of a viewer and product: a race of 50 leaves one", async () => {
  const [author, productId] = [someone(), await shop.product()];
  const answers = await Promise.all(Array.from({ length: 50 }, () => shop.tryReview(author, productId)));
  const refused = answers.filter(({ errors }) => errors.length > 0);
  expect(refused).toHaveLength(49);
  const ids = new Set(answers.map(({ comment }) => comment?.id));
  expect(ids.size).toBe(1);
  for (const { errors } of refused) {
    expect(errors).toMatchObject([{ code: "ALREADY_REVIEWED", path: ["input", "productId"] }]);
  }
  expect(await shop.ratings(productId)).toEqual({ average: 4, count: 1, histogram: [0, 0, 0, 1, 0] });
  expect(await shop.events([...ids][0] ?? "")).toHaveLength(1);
});

describe("the idempotency key", () => {
  it("makes a retry safe, also at the same time, and gives the comment as it now stands", async () => {
    const [author, productId] = [someone(), await shop.product()];
    const key = { idempotencyKey: randomUUID() };
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.tryReview(author, productId, key)));
    const ids = new Set(answers.map(({ comment }) => comment?.id));
    expect(ids.size).toBe(1);
    for (const { errors } of answers) expect(errors).toEqual([]);
    const [id = ""] = ids;
    await shop.edit(author, id, { rating: 1 });
    expect(await shop.tryReview(author, productId, key)).toMatchObject({ comment: { id, rating: 1 }, errors: [] });
    await shop.remove(author, id);
    expect(await shop.tryReview(author, productId, key)).toMatchObject({ comment: null, errors: [] });
  });

  it("is refused with another input, and is each viewer's own", async () => {
    const [author, other, productId] = [someone(), someone(), await shop.product()];
    const key = { idempotencyKey: randomUUID() };
    const { id } = await shop.review(author, productId, key);
    expect(await shop.tryReview(author, productId, { ...key, rating: 1 })).toMatchObject({
      errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path: ["input", "idempotencyKey"] }],
    });
    expect((await shop.tryReview(other, productId, key)).errors).toEqual([]);
    const replies = await Promise.all([1, 2, 3].map(() => shop.reply(other, id, key)));
    expect(new Set(replies.map((reply) => reply.id)).size).toBe(1);
  });

  it("is free again after a refusal", async () => {
    const [author, productId] = [someone(), await shop.product()];
    const { id } = await shop.review(author, productId);
    const key = { idempotencyKey: randomUUID() };
    expect((await shop.tryReview(author, productId, key)).errors).toMatchObject([{ code: "ALREADY_REVIEWED" }]);
    await shop.remove(author, id);
    expect((await shop.tryReview(author, productId, key)).errors).toEqual([]);
  });

  it("is free for a product that was not known yet", async () => {
    const [author, productId] = [someone(), createId("prd")];
    const key = { idempotencyKey: randomUUID() };
    const refused = { comment: null, errors: [{ code: "NOT_FOUND", path: ["input", "productId"] }] };
    expect(await shop.tryReview(author, productId, key)).toMatchObject(refused);
    await shop.tell(productUpdated, productNews(productId, { status: "DRAFT" }));
    expect(await shop.tryReview(author, productId, key)).toMatchObject(refused);
    await shop.tell(productPublished, productNews(productId, { version: 2 }));
    expect((await shop.tryReview(author, productId, key)).errors).toEqual([]);
  });
});

it("reviews nothing that is unknown or not on sale", async () => {
  const productId = await shop.product();
  await shop.tell(productArchived, productNews(productId, { status: "ARCHIVED", version: 2 }));
  const refused = { comment: null, errors: [{ code: "NOT_FOUND", path: ["input", "productId"] }] };
  for (const unknown of [productId, createId("prd"), "prd_\u0000", "no id", ""]) {
    expect(await shop.tryReview(someone(), unknown)).toMatchObject(refused);
  }
});

it.each([
  ["rating", 0],
  ["rating", 6],
  ["body", ""],
  ["body", " \n "],
  ["body", "\u200b\u2066\u00ad"],
  ["body", "x".repeat(5_001)],
  ["body", "a bell\u0007"],
  ["body", "nothing\u0000"],
  ["body", "half of a pair \ud800"],
  ["idempotencyKey", ""],
  ["idempotencyKey", "k".repeat(129)],
])("refuses %s %.20j", async (field, value) => {
  const productId = await shop.product();
  expect(await shop.tryReview(someone(), productId, { [field]: value })).toMatchObject({
    comment: null,
    errors: [{ code: "INVALID_INPUT", path: ["input", field] }],
  });
  expect((await shop.ratings(productId)).count).toBe(0);
});

it("keeps what turns the writing direction where it was written, and out of the excerpt that others quote", async () => {
  const body = "\u202eevil\u202c and \u2067שלום\u2069, \u200fgood";
  const { id, body: kept } = await shop.review(someone(), await shop.product(), { body });
  expect(kept).toBe(body);
  expect(await shop.events(id)).toMatchObject([{ payload: { excerpt: "evil and שלום, \u200fgood" } }]);
});

it("takes 5,000 characters that are two units each", async () => {
  const body = "🫖".repeat(5_000);
  expect((await shop.review(someone(), await shop.product(), { body })).body).toBe(body);
});

describe("an edit", () => {
  it("changes what is given, counts up and moves the rating", async () => {
    const [author, productId] = [someone(), await shop.product()];
    const { id } = await shop.review(author, productId, { rating: 2 });
    const { comment, product } = await shop.edit(author, id, { rating: 5, expectedVersion: 1 });
    expect(comment).toMatchObject({ rating: 5, body: "Good.", version: 2, editedAt: expect.any(String) as string });
    expect(product?.ratings.histogram).toEqual([0, 0, 0, 0, 1]);
    expect((await shop.edit(author, id, { rating: 5, body: "Good." })).comment).toMatchObject({ version: 2 });
    expect((await shop.events(id)).map(({ type }) => type)).toEqual(["added", "edited"]);
  });

  it("of a version that is not the current one is refused, and of many on one version one is taken", async () => {
    const author = someone();
    const { id } = await shop.review(author, await shop.product());
    const answers = await Promise.all(
      [1, 2, 3, 5].map((rating) => shop.edit(author, id, { rating, expectedVersion: 1 })),
    );
    const refused = answers.filter(({ errors }) => errors.length > 0);
    expect(refused).toHaveLength(3);
    for (const { comment, errors } of refused) {
      expect(errors).toMatchObject([{ code: "VERSION_CONFLICT", path: ["input", "expectedVersion"] }]);
      expect(comment?.version).toBe(2);
    }
  });

  it.each([
    ["rating", 7],
    ["rating", null],
    ["body", null],
    ["body", "\u001b[31m"],
  ])("refuses %s %j", async (field, value) => {
    const author = someone();
    const { id } = await shop.review(author, await shop.product());
    expect(await shop.edit(author, id, { [field]: value })).toMatchObject({
      comment: { version: 1 },
      errors: [{ code: "INVALID_INPUT", path: ["input", field] }],
    });
  });

  it("gives no rating to a reply", async () => {
    const author = someone();
    const { id } = await shop.reply(author, (await shop.review(author, await shop.product())).id);
    expect((await shop.edit(author, id, { rating: 3 })).errors).toMatchObject([{ path: ["input", "rating"] }]);
    expect((await shop.edit(author, id, { rating: null, body: "Well." })).comment).toMatchObject({ body: "Well." });
  });
});

it("lets nobody change or delete another's comment, but STAFF delete it", async () => {
  const [author, other] = [someone(), someone()];
  const { id } = await shop.review(author, await shop.product());
  const forbidden = { errors: [{ extensions: { code: "FORBIDDEN" } }] };
  expect(await shop.query(documents.edit, { id, input: { body: "Mine." } }, other)).toMatchObject(forbidden);
  expect(await shop.query(documents.edit, { id, input: { body: "Mine." } }, someone("STAFF"))).toMatchObject(forbidden);
  expect(await shop.query(documents.remove, { id }, other)).toMatchObject(forbidden);
  expect(await shop.comment(null, id)).toMatchObject({ body: "Good.", version: 1 });
  expect(await shop.remove(someone("STAFF"), id)).toMatchObject({ comment: null, errors: [] });
});

it("needs a viewer for every mutation", async () => {
  const { id } = await shop.review(someone(), await shop.product());
  for (const document of [documents.like, documents.unlike, documents.remove]) {
    expect(await shop.query(document, { id })).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
  }
  const variables = { id, reason: "Rude.", visibility: "HIDDEN", input: { body: "Mine." } };
  for (const document of [documents.edit, documents.moderate]) {
    expect(await shop.query(document, variables)).toMatchObject({
      errors: [{ extensions: { code: "UNAUTHENTICATED" } }],
    });
  }
});
