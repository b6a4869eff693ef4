import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

/** The process as `npm run ratings:recompute` starts it. @returns what it prints */
async function recompute(): Promise<string> {
  const script = join(__dirname, "../dist/ratings-recompute.js");
  const env = { PATH: process.env["PATH"], COMMENT_DATABASE_URL: shop.config.databaseUrl };
  return (await promisify(execFile)(process.execPath, [script], { env })).stdout;
}

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
  expect(await recompute()).toMatch(/^\d+ products, the ratings of 0 changed\n$/);
  await shop.sql.query("UPDATE products SET histogram = '{9,9,9,9,9}' WHERE id = ANY($1)", [[productId, untouched]]);
  expect(await recompute()).toMatch(/^\d+ products, the ratings of 2 changed\n$/);
  expect(await shop.ratings(productId)).toEqual(summary);
  expect((await shop.ratings(untouched)).count).toBe(0);
});
