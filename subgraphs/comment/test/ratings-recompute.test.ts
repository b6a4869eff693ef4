import { someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

it("finds nothing to change after reviews, edits, moderation and deletion at once, and mends what is broken", async () => {
  const [productId, untouched, staff] = [await shop.product(), await shop.product(), someone("STAFF")];
  const authors = Array.from({ length: 30 }, () => someone());
  await Promise.all(
    authors.map(async (author, index) => {
      const { id } = await shop.review(author, productId, { rating: 1 + (index % 5) });
      await shop.reply(author, id);
      await Promise.all([
        shop.edit(author, id, { rating: 1 + ((index + 3) % 5) }),
        ...(index % 2 === 0 ? [shop.moderate(staff, id, "HIDDEN")] : []),
        ...(index % 3 === 0 ? [shop.remove(staff, id)] : []),
      ]);
      if (index % 4 === 0) await shop.moderate(staff, id, "VISIBLE");
    }),
  );
  const summary = await shop.ratings(productId);
  expect(summary.count).toBeGreaterThan(0);
  expect(await shop.recomputeRatings()).toBe(0);
  await shop.sql.query("UPDATE products SET histogram = '{9,9,9,9,9}' WHERE id = ANY($1)", [[productId, untouched]]);
  expect(await shop.recomputeRatings()).toBe(2);
  expect(await shop.ratings(productId)).toEqual(summary);
  expect((await shop.ratings(untouched)).count).toBe(0);
});
