import { createHash } from "node:crypto";
import { type Tx } from "./database";

/** A client's key: it is the viewer's, and holds for one mutation. */
export interface ClientKey {
  readonly viewerId: string;
  readonly mutation: "placeOrder" | "payOrder" | "cancelOrder" | "refundPayment";
  readonly key: string;
}

/** A key that was claimed before. */
export type KnownKey =
  /** With the same input; `answered` is false while that first call may still run. */
  { readonly state: "KNOWN"; readonly subjectId: string; readonly answered: boolean } | { readonly state: "REUSED" };

/** What a key stands for. @param input all that the client sent but the key */
export function digestOf(input: unknown): string {
  return createHash("sha256").update(JSON.stringify(input)).digest("base64url");
}

/**
 * Claims a key in the transaction of the change that it makes safe to repeat: both stand, or neither. A claim of a key
 * that another transaction is claiming waits for that to end.
 * @param input all that the client sent but the key
 * @param subjectId what the change makes or changes, should the key be new
 */
export async function claimKey(
  tx: Tx,
  key: ClientKey,
  input: unknown,
  subjectId: string,
): Promise<{ readonly state: "NEW" } | KnownKey> {
  const requestHash = digestOf(input);
  const inserted = await tx.idempotencyKey.createMany({
    data: { ...key, requestHash, subjectId },
    skipDuplicates: true,
  });
  if (inserted.count === 1) return { state: "NEW" };
  const known = await findKey(tx, key, requestHash);
  if (known === null) throw new Error("an idempotency key is claimed and not there");
  return known;
}

/** @param requestHash the digest of what a key is sent with now */
export async function findKey(tx: Tx, key: ClientKey, requestHash: string): Promise<KnownKey | null> {
  const known = await tx.idempotencyKey.findUnique({ where: { viewerId_mutation_key: key } });
  if (known === null) return null;
  if (known.requestHash !== requestHash) return { state: "REUSED" };
  return { state: "KNOWN", subjectId: known.subjectId, answered: known.answeredAt !== null };
}

/** Gives a claimed key back, in the transaction that claimed it: the change was refused, and nothing is to be repeated. */
export async function withdrawKey(tx: Tx, key: ClientKey): Promise<void> {
  await tx.idempotencyKey.delete({ where: { viewerId_mutation_key: key } });
}

/** Notes that the first call has answered although its subject is not at rest: a repeat may answer the same. */
export async function markAnswered(tx: Tx, key: ClientKey): Promise<void> {
  await tx.idempotencyKey.update({ where: { viewerId_mutation_key: key }, data: { answeredAt: new Date() } });
}
