import { type Transaction } from "./database";

/**
 * Whether the shop would be without an ADMIN if it lost this one. Whoever takes an ADMIN away asks first, as the last lock
 * that its transaction takes: two at once would else each count on the other.
 */
export async function isLastAdmin(tx: Transaction, userId: string): Promise<boolean> {
  await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtext('admins'))`;
  return (await tx.user.count({ where: { role: "ADMIN", passwordHash: { not: null }, id: { not: userId } } })) === 0;
}
