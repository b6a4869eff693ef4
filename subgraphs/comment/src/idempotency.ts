import { createHash } from "node:crypto";
import { type Tx } from "./database";

/** A client's key: it is the viewer's, and holds for one mutation. */
export interface ClientKey {
  readonly viewerId: string;
  readonly mutation: "addReview" | "replyToComment";
  readonly key: string;
}

export type KeyClaim =
  | { readonly state: "NEW" }
  /** Sent before with the same input, which made this comment. */
  | { readonly state: "KNOWN"; readonly commentId: string }
  | { readonly state: "REUSED" };

/**
 * Claims a key in the transaction of the change that it makes safe to repeat: both stand, or neither. A claim of a key
 * that another transaction is claiming waits for that to end.
 * @param input all that the client sent but the key
 * @param commentId what the change makes, should the key be new
 */
export async function claimKey(tx: Tx, key: ClientKey, input: unknown, commentId: string): Promise<KeyClaim> {
  const requestHash = createHash("sha256").update(JSON.stringify(input)).digest("base64url");
  const inserted = await tx.idempotencyKey.createMany({
    data: { ...key, requestHash, commentId },
    skipDuplicates: true,
  });
  if (inserted.count === 1) return { state: "NEW" };
  const known = await tx.idempotencyKey.findUniqueOrThrow({ where: { viewerId_mutation_key: key } });
  return known.requestHash === requestHash ? { state: "KNOWN", commentId: known.commentId } : { state: "REUSED" };
}

/** Gives a claimed key back, in the transaction that claimed it: the change was refused, and nothing is to be repeated. */
export async function withdrawKey(tx: Tx, key: ClientKey): Promise<void> {
  await tx.idempotencyKey.delete({ where: { viewerId_mutation_key: key } });
}
