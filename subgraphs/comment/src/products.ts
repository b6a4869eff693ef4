import { isId } from "@shop/ids";
import { type Tx } from "./database";
import { type ProductStatus } from "./generated/prisma/client";

/** A product as its events tell of it. */
export interface ProductNews {
  readonly productId: string;
  readonly status: ProductStatus;
  readonly version: number;
}

/** Notes how a product stands; what is older than what is known changes nothing. */
export async function noteProduct(tx: Tx, { productId, status, version }: ProductNews): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO products (id, status, version) VALUES (${productId}, ${status}::product_status, ${version})
    ON CONFLICT (id) DO UPDATE SET status = excluded.status, version = excluded.version
      WHERE products.version <= excluded.version`;
}

/** Whether a product is known and can be reviewed now. */
export async function isPublished(tx: Tx, productId: string): Promise<boolean> {
  if (!isId(productId)) return false;
  const product = await tx.product.findUnique({ where: { id: productId }, select: { status: true } });
  return product?.status === "ACTIVE";
}

/** Notes that a user had products delivered; of one whose account was deleted meanwhile nothing is kept. */
export async function notePurchases(tx: Tx, userId: string, productIds: readonly string[]): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO purchases (user_id, product_id)
    SELECT ${userId}, product_id FROM unnest(${[...productIds]}::text[]) AS delivered (product_id)
     WHERE NOT EXISTS (SELECT FROM departures WHERE user_id = ${userId})
    ON CONFLICT DO NOTHING`;
}
