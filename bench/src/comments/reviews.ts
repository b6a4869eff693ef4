import { Client } from "pg";

/** What was written: ids by number. */
export interface Reviews {
  /** How many the first product has. */
  readonly ofFirst: number;
  readonly productIds: readonly string[];
  /** Of the first product, the first ones that were written. */
  readonly reviewIds: readonly string[];
  readonly userIds: readonly string[];
}

type Kind = "cmt" | "prd" | "usr";

const numberedId = (kind: Kind, number: number): string => `${kind}_${String(number).padStart(26, "0")}`;
const inSql = (kind: Kind, number: string): string => `'${kind}_' || lpad((${number})::text, 26, '0')`;
const idsOf = (kind: Kind, count: number, step = 1): string[] =>
  Array.from({ length: count }, (_, n) => numberedId(kind, n * step));

const products = 100;
const reviewsOfOthers = 20;
const repliesPerReview = 0.2;

/**
 * Writes what a shop has after some years straight into its database: a product with so many reviews, each by somebody
 * else, answered and liked unevenly, and 99 products with twenty each.
 */
export async function writeReviews(databaseUrl: string, reviewsOfFirst: number): Promise<Reviews> {
  const replies = Math.floor(reviewsOfFirst * repliesPerReview);
  const sql = new Client({ connectionString: databaseUrl });
  await sql.connect();
  try {
    await sql.query(`
      INSERT INTO products (id, status, version)
      SELECT ${inSql("prd", "n")}, 'ACTIVE', 1 FROM generate_series(0, ${products - 1}) AS n`);
    const columns = "id, product_id, root_id, author_id, rating, body, like_count, created_at";
    const written = "repeat('Good for what it costs. ', 10), n * 7919 % 97, now() - make_interval(mins => 100000 - n)";
    await sql.query(`
      INSERT INTO comments (${columns})
      SELECT ${inSql("cmt", "n * 10")}, ${inSql("prd", "0")}, ${inSql("cmt", "n * 10")}, ${inSql("usr", "n")},
             1 + n * 31 % 5, ${written}
        FROM generate_series(0, ${reviewsOfFirst - 1}) AS n`);
    await sql.query(`
      INSERT INTO comments (${columns})
      SELECT ${inSql("cmt", "n * 10 + 1")}, ${inSql("prd", `1 + n % ${products - 1}`)}, ${inSql("cmt", "n * 10 + 1")},
             ${inSql("usr", `n / ${products - 1}`)}, 1 + n * 31 % 5, ${written}
        FROM generate_series(0, ${(products - 1) * reviewsOfOthers - 1}) AS n`);
    await sql.query(`
      INSERT INTO comments (id, product_id, root_id, parent_id, author_id, body, created_at)
      SELECT ${inSql("cmt", "n * 10 + 2")}, ${inSql("prd", "0")}, reviewed, reviewed, ${inSql("usr", "n")}, 'Indeed.', now()
        FROM generate_series(0, ${replies - 1}) AS n, LATERAL (SELECT ${inSql("cmt", "n / 4 * 10")} AS reviewed) AS its`);
    await sql.query("ANALYZE");
  } finally {
    await sql.end();
  }
  return {
    ofFirst: reviewsOfFirst,
    productIds: idsOf("prd", products),
    reviewIds: idsOf("cmt", Math.min(reviewsOfFirst, 100), 10),
    userIds: idsOf("usr", 200),
  };
}
