import { type CommentAnswer, someone, startShop, type TestShop } from "./shop";
import * as documents from "./documents";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

it("counts each viewer once, and a repeat changes nothing", async () => {
  const [author, fan] = [someone(), someone()];
  const { id } = await shop.review(author, await shop.product());
  expect((await shop.like(fan, id)).comment).toMatchObject({ likeCount: 1, likedByMe: true });
  expect(await shop.like(fan, id)).toMatchObject({ comment: { likeCount: 1, likedByMe: true }, errors: [] });
  expect((await shop.like(author, id)).comment).toMatchObject({ likeCount: 2 });
  expect(await shop.comment(null, id)).toMatchObject({ likeCount: 2, likedByMe: false });
  expect((await shop.unlike(fan, id)).comment).toMatchObject({ likeCount: 1, likedByMe: false });
  expect(await shop.unlike(fan, id)).toMatchObject({ comment: { likeCount: 1 }, errors: [] });
  // Back again, and its author was told before.
  expect((await shop.like(fan, id)).comment).toMatchObject({ likeCount: 2, likedByMe: true });
  expect(await shop.events(id)).toMatchObject([
    { type: "added" },
    { type: "liked", payload: { authorId: author.userId, likerId: fan.userId } },
    { type: "liked", payload: { authorId: author.userId, likerId: author.userId } },
  ]);
});

it("is exact under 200 likes and unlikes at once", async () => {
  const { id } = await shop.review(someone(), await shop.product());
  const fans = Array.from({ length: 40 }, () => someone());
  // Each of the first half likes five times; each of the second likes twice and unlikes three times.
  await Promise.all(
    fans.flatMap((fan, index) =>
      [1, 2, 3, 4, 5].map((turn) => (index < 20 || turn % 2 === 0 ? shop.like(fan, id) : shop.unlike(fan, id))),
    ),
  );
  const liking = await Promise.all(fans.map((fan) => shop.comment(fan, id)));
  const count = liking.filter((comment) => comment?.likedByMe).length;
  expect(liking.slice(0, 20).every((comment) => comment?.likedByMe)).toBe(true);
  expect(liking.map((comment) => comment?.likeCount)).toEqual(fans.map(() => count));
  await Promise.all(fans.map((fan) => shop.unlike(fan, id)));
  expect((await shop.comment(null, id))?.likeCount).toBe(0);
});

it("reads what was liked afresh within one request", async () => {
  const fan = someone();
  const { id } = await shop.review(someone(), await shop.product());
  const { data } = await shop.query<Record<string, { comment: CommentAnswer }>>(
    `mutation ($id: ID!) {
       liked: likeComment(id: $id) { comment { likeCount likedByMe } }
       unliked: unlikeComment(id: $id) { comment { likeCount likedByMe } } }`,
    { id },
    fan,
  );
  expect(data).toEqual({
    liked: { comment: { likeCount: 1, likedByMe: true } },
    unliked: { comment: { likeCount: 0, likedByMe: false } },
  });
});

it.each(["cmt_00000000000000000000000000", "no id", "cmt_\u0000"])(
  "likes nothing that is not there: %j",
  async (id) => {
    for (const document of [documents.like, documents.unlike]) {
      expect(await shop.ask(document, { id }, someone())).toMatchObject({
        comment: null,
        errors: [{ code: "NOT_FOUND", path: ["id"] }],
      });
    }
  },
);
