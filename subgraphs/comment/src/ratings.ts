import { isId } from "@shop/ids";
import { inTransaction } from "@shop/postgres";
import { type Database, Prisma, type Tx } from "./database";

export interface RatingSummary {
  readonly average: number | null;
  readonly count: number;
  /** How many of 1, 2, 3, 4 and 5. */
  readonly histogram: number[];
}

const noRatings = [0, 0, 0, 0, 0];
// So many at once that no statement is cut off for being slow.
const countedAtOnce = 500;

export function summarize(histogram: number[]): RatingSummary {
  const count = histogram.reduce((sum, many) => sum + many, 0);
  const total = histogram.reduce((sum, many, index) => sum + many * (index + 1), 0);
  return { average: count === 0 ? null : total / count, count, histogram };
}

/**
 * Moves what a comment adds to its product's ratings, in the transaction of the comment's change.
 * @param from what it added until now (see `countedRating`), null for nothing
 * @param to what it adds from now on
 */
export async function moveRating(tx: Tx, productId: string, from: number | null, to: number | null): Promise<void> {
  if (from === to) return;
  const change = noRatings.map((_none, index) => Number(index + 1 === to) - Number(index + 1 === from));
  await tx.$executeRaw`
    UPDATE products SET histogram = ARRAY(
      SELECT had + more FROM unnest(histogram, ${change}::int[]) WITH ORDINALITY AS star (had, more, place) ORDER BY place)
     WHERE id = ${productId}`;
}

export interface Ratings {
  /** As many as ids, in their order; a product that nobody has reviewed has no ratings. */
  ofProducts(productIds: readonly string[]): Promise<RatingSummary[]>;
  /** Counts all ratings anew and mends what differs; there should be nothing to mend. */
  recompute(): Promise<{ products: number; changed: number }>;
}

export function createRatings({ db }: { db: Database }): Ratings {
  /** Under the product's lock, so that a review that is being changed is counted with its change or without, as the sum is. */
  function mend(productId: string): Promise<number> {
    return inTransaction(db, async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM products WHERE id = ${productId} FOR NO KEY UPDATE`;
      return tx.$executeRaw`
        UPDATE products SET histogram = counted.histogram
          FROM (${countAnew(Prisma.sql`products.id = ${productId}`)}) AS counted
         WHERE products.id = counted.id AND products.histogram <> counted.histogram`;
    });
  }

  return {
    ofProducts: async (productIds) => {
      const found = await db.product.findMany({
        where: { id: { in: productIds.filter(isId) } },
        select: { id: true, histogram: true },
      });
      const byId = new Map(found.map(({ id, histogram }) => [id, histogram]));
      return productIds.map((id) => summarize(byId.get(id) ?? noRatings));
    },
    recompute: async () => {
      const done = { products: 0, changed: 0 };
      for (let last = ""; ;) {
        const order = { orderBy: { id: "asc" }, select: { id: true }, take: countedAtOnce } as const;
        const ids = (await db.product.findMany({ where: { id: { gt: last } }, ...order })).map(({ id }) => id);
        const suspects = await db.$queryRaw<{ id: string }[]>`
          SELECT products.id FROM products JOIN (${countAnew(Prisma.sql`products.id = ANY (${ids})`)}) AS counted USING (id)
           WHERE products.histogram <> counted.histogram`;
        for (const { id } of suspects) done.changed += await mend(id);
        done.products += ids.length;
        last = ids.at(-1) ?? "";
        if (ids.length < countedAtOnce) return done;
      }
    },
  };
}

/** The histograms of these products as their reviews make them. */
function countAnew(which: Prisma.Sql): Prisma.Sql {
  const stars = Prisma.join(noRatings.map((_none, index) => Prisma.sql`count(*) FILTER (WHERE rating = ${index + 1})`));
  return Prisma.sql`
    SELECT products.id, ARRAY[${stars}]::int[] AS histogram
      FROM products LEFT JOIN comments
        ON comments.product_id = products.id AND comments.parent_id IS NULL AND comments.visibility = 'VISIBLE'
     WHERE ${which} GROUP BY products.id`;
}
