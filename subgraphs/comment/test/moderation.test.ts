import * as documents from "./documents";
import { type CommentAnswer, type PageAnswer, type Person, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

const staff = someone("STAFF");

it("shows what is hidden to its author and STAFF, and to others it does not exist", async () => {
  const [author, other, productId] = [someone(), someone(), await shop.product()];
  const { id } = await shop.review(author, productId);
  const reply = await shop.reply(other, id);
  expect(await shop.moderate(staff, id, "HIDDEN")).toMatchObject({ comment: { visibility: "HIDDEN" }, errors: [] });

  interface Seen {
    comments: PageAnswer;
    myReview: CommentAnswer | null;
  }
  const seenBy = async (viewer: Person | null) => ({
    byId: (await shop.comment(viewer, id))?.id,
    asEntity: (await shop.entity<CommentAnswer | null>(viewer, "Comment", id))?.id,
    asParent: (await shop.comment(viewer, reply.id))?.parent?.id,
    ofProduct: (await shop.entity<Seen>(viewer, "Product", productId)).comments.totalCount,
    ofAuthor: (await shop.entity<Seen>(viewer, "User", author.userId)).comments.totalCount,
    inQuery: (await shop.list(viewer, { filter: { productId } })).totalCount,
  });
  const all = { byId: id, asEntity: id, asParent: id, ofProduct: 1, ofAuthor: 1, inQuery: 2 };
  const none = { byId: undefined, asEntity: undefined, asParent: undefined, ofProduct: 0, ofAuthor: 0, inQuery: 1 };
  expect(await seenBy(author)).toEqual(all);
  expect(await seenBy(staff)).toEqual(all);
  expect(await seenBy(other)).toEqual(none);
  expect(await seenBy(null)).toEqual(none);
  expect((await shop.entity<Seen>(author, "Product", productId)).myReview?.id).toBe(id);
  expect((await shop.entity<Seen>(other, "Product", productId)).myReview).toBeNull();

  for (const { errors } of [
    await shop.like(other, id),
    await shop.report(other, id),
    await shop.remove(other, id),
    await shop.edit(other, id, { body: "Mine." }),
  ]) {
    expect(errors).toMatchObject([{ code: "NOT_FOUND", path: ["id"] }]);
  }
  expect((await shop.tryReply(other, id)).errors).toMatchObject([{ code: "NOT_FOUND" }]);

  const atRest = async (viewer: Person | null) => {
    const paths = ["", "/replies"].map((of) => `/v1/comments/${id}${of}`);
    return Promise.all(paths.map(async (path) => (await shop.rest("GET", path, viewer)).status));
  };
  for (const viewer of [author, staff]) expect(await atRest(viewer)).toEqual([200, 200]);
  for (const viewer of [other, null]) expect(await atRest(viewer)).toEqual([404, 404]);
});

it("lets the thread below what is hidden go on: its replies are seen, and its author and STAFF can reply to it", async () => {
  const [author, other, reader] = [someone(), someone(), someone()];
  const { id } = await shop.review(author, await shop.product());
  const reply = await shop.reply(other, id);
  const below = await shop.reply(reader, reply.id);
  await shop.moderate(staff, reply.id, "HIDDEN");
  expect((await shop.replies(reader, id)).totalCount).toBe(0);
  expect((await shop.replies(other, id)).totalCount).toBe(1);
  expect(await shop.comment(reader, below.id)).toMatchObject({ body: "Indeed.", parent: null });
  expect(await shop.comment(other, below.id)).toMatchObject({ parent: { id: reply.id } });
  await shop.edit(other, reply.id, { body: "Kinder words." });
  for (const viewer of [other, staff]) expect((await shop.tryReply(viewer, reply.id)).errors).toEqual([]);
  expect(await shop.comment(staff, reply.id)).toMatchObject({ visibility: "HIDDEN", version: 2 });
});

it("keeps every decision on record, with who made it and why, longer than the comment", async () => {
  const [author, judge] = [someone(), someone("ADMIN")];
  const { id, version } = await shop.review(author, await shop.product());
  await shop.moderate(staff, id, "HIDDEN", "Names a neighbour.");
  const { comment } = await shop.moderate(judge, id, "VISIBLE", "It was edited.");
  expect(comment?.version).toBe(version);
  await shop.remove(author, id);
  const { rows } = await shop.sql.query(
    "SELECT moderator_id, visibility, reason FROM moderations WHERE comment_id = $1 ORDER BY position",
    [id],
  );
  expect(rows).toEqual([
    { moderator_id: staff.userId, visibility: "HIDDEN", reason: "Names a neighbour." },
    { moderator_id: judge.userId, visibility: "VISIBLE", reason: "It was edited." },
  ]);
});

it("counts hidden reviews in no rating, also when they are edited meanwhile", async () => {
  const [author, productId] = [someone(), await shop.product()];
  const { id } = await shop.review(author, productId, { rating: 1 });
  await shop.review(someone(), productId, { rating: 4 });
  expect(await shop.ratings(productId)).toEqual({ average: 2.5, count: 2, histogram: [1, 0, 0, 1, 0] });
  await shop.moderate(staff, id, "HIDDEN");
  await shop.moderate(staff, id, "HIDDEN");
  expect(await shop.ratings(productId)).toEqual({ average: 4, count: 1, histogram: [0, 0, 0, 1, 0] });
  await shop.edit(author, id, { rating: 5 });
  expect((await shop.ratings(productId)).count).toBe(1);
  await shop.moderate(staff, id, "VISIBLE");
  expect(await shop.ratings(productId)).toEqual({ average: 4.5, count: 2, histogram: [0, 0, 0, 1, 1] });
  expect((await shop.events(id)).map(({ type }) => type)).toEqual(["added", "hidden", "edited", "shown"]);
});

it("queues what was reported until it is decided on", async () => {
  const [author, reporter, productId] = [someone(), someone(), await shop.product()];
  const [{ id }, beside] = [await shop.review(author, productId), await shop.review(someone(), productId)];
  const queue = async (reported: boolean): Promise<string[]> =>
    (await shop.list(staff, { filter: { productId, reported } })).edges.map(({ node }) => node.id);
  expect(await shop.report(reporter, id)).toMatchObject({ comment: { id }, errors: [] });
  expect((await shop.report(reporter, id)).errors).toEqual([]);
  expect(await queue(true)).toEqual([id]);
  expect(await queue(false)).toEqual([beside.id]);
  await shop.moderate(staff, id, "VISIBLE");
  expect(await queue(true)).toEqual([]);
  await shop.report(someone(), id);
  expect(await queue(true)).toEqual([id]);
  await shop.moderate(staff, id, "HIDDEN");
  const hidden = { productId, visibility: "HIDDEN" };
  expect((await shop.list(staff, { filter: hidden })).edges.map(({ node }) => node.id)).toEqual([id]);
  expect((await shop.list(author, { filter: { ...hidden, authorId: author.userId } })).totalCount).toBe(1);
});

it("leaves the queue and the hidden of others to STAFF", async () => {
  const other = someone().userId;
  for (const filter of [
    { reported: true },
    { reported: false },
    { visibility: "HIDDEN" },
    { visibility: "HIDDEN", authorId: other },
  ]) {
    const answer = (code: string) => ({ data: { comments: null }, errors: [{ extensions: { code } }] });
    expect(await shop.query(documents.comments, { filter }, someone())).toMatchObject(answer("FORBIDDEN"));
    expect(await shop.query(documents.comments, { filter })).toMatchObject(answer("UNAUTHENTICATED"));
    expect((await shop.query(documents.comments, { filter }, staff)).errors).toBeUndefined();
  }
  const { id } = await shop.review(someone(), await shop.product());
  const decision = { id, visibility: "HIDDEN", reason: "I dislike it." };
  expect(await shop.query(documents.moderate, decision, someone())).toMatchObject({
    errors: [{ extensions: { code: "FORBIDDEN" } }],
  });
});

it.each(["", " ", "x".repeat(501), "\u0007"])("refuses the reason %.20j", async (reason) => {
  const { id } = await shop.review(someone(), await shop.product());
  const refused = { comment: null, errors: [{ code: "INVALID_INPUT", path: ["reason"] }] };
  expect(await shop.report(someone(), id, reason)).toMatchObject(refused);
  expect(await shop.moderate(staff, id, "HIDDEN", reason)).toMatchObject(refused);
  expect(await shop.comment(null, id)).toMatchObject({ visibility: "VISIBLE" });
});
