// Rows as a shop has them after some years, written straight into the database.
import { type Client } from "pg";

/** Ids by number; those of one kind sort by it. */
export const numberedId = (kind: "cmt" | "prd" | "usr", number: number): string =>
  `${kind}_${String(number).padStart(26, "0")}`;

const inSql = (kind: "cmt" | "prd" | "usr", number: string): string => `'${kind}_' || lpad((${number})::text, 26, '0')`;

/**
 * Writes reviews of products by authors who each wrote some of every tenth product, and replies, spread over all that time,
 * to the first review of the first product. Every fortieth is hidden, and as many are reported.
 */
export async function writeComments(
  sql: Client,
  { products, reviewsOfEach, replies }: { products: number; reviewsOfEach: number; replies: number },
): Promise<void> {
  const reviews = products * reviewsOfEach;
  const columns = "visibility, like_count, open_reports, created_at";
  const values = `CASE WHEN n % 40 = 7 THEN 'HIDDEN' ELSE 'VISIBLE' END::comment_visibility, n * 7919 % 97,
    CASE WHEN n % 40 = 13 THEN 1 ELSE 0 END, now()`;
  await sql.query(`
    INSERT INTO products (id, status, version)
    SELECT ${inSql("prd", "n")}, 'ACTIVE', 1 FROM generate_series(0, ${products - 1}) AS n`);
  await sql.query(`
    INSERT INTO comments (id, product_id, root_id, author_id, rating, body, ${columns})
    SELECT ${inSql("cmt", "n * 10")}, ${inSql("prd", `n % ${products}`)}, ${inSql("cmt", "n * 10")},
           ${inSql("usr", `n / ${products} * 10 + n % 10`)}, 1 + (n + n / ${products}) % 5, repeat('Good. ', 50), ${values}
      FROM generate_series(0, ${reviews - 1}) AS n`);
  await sql.query(`
    INSERT INTO comments (id, product_id, root_id, parent_id, author_id, body, ${columns})
    SELECT ${inSql("cmt", `n * (${reviews} / ${replies}) * 10 + 1`)}, ${inSql("prd", "0")}, ${inSql("cmt", "0")}, ${inSql("cmt", "0")},
           ${inSql("usr", `n % (10 * ${reviewsOfEach})`)}, 'Indeed.', ${values}
      FROM generate_series(0, ${replies - 1}) AS n`);
  await sql.query("ANALYZE");
}
