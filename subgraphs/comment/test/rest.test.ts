import { someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

it("answers its REST routes by itself, as its graph does: a product's reviews and replies", async () => {
  const reader = someone();
  const productId = await shop.product();
  const review = await shop.review(someone(), productId);
  const reply = await shop.reply(someone(), review.id);
  const { edges, totalCount } = await shop.list(reader, { filter: { productId } });
  const answer = await shop.rest("GET", `/v1/products/${productId}/comments`, reader);
  expect(edges.map(({ node }) => node.id).sort()).toEqual([review.id, reply.id].sort());
  expect(answer).toMatchObject({ status: 200, body: { totalCount, nextCursor: null } });
  expect((answer.body as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual(
    edges.map(({ node }) => node.id),
  );
});

it("tells a caller without a token of it as a problem", async () => {
  const { id } = await shop.review(someone(), await shop.product());
  expect(await shop.rest("GET", "/v1/comments?reported=true")).toMatchObject({
    status: 401,
    mediaType: "application/problem+json",
    body: { status: 401, code: "UNAUTHENTICATED" },
  });
  expect(await shop.rest("GET", `/v1/comments/${id}`)).toMatchObject({ status: 200, body: { id } });
});
