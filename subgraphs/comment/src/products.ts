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

/** Notes that a user had products delivered. */
export async function notePurchases(tx: Tx, userId: string, productIds: readonly string[]): Promise<void> {
  await tx.purchase.createMany({ data: productIds.map((productId) => ({ userId, productId })), skipDuplicates: true });
}
