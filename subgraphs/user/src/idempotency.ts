import { createHash } from "node:crypto";
import { type Prisma, type Transaction } from "./database";
import { refuse, type Refusal } from "./problem";

const keptMs = 24 * 3_600_000;

/**
 * Does something once for a key, and gives its first outcome again when it is called again. The caller holds the user's
 * lock, so a call whose first still runs waits for it.
 * @param call.input compared by its JSON, so its members must always come in the same order
 */
export async function once<Outcome extends Prisma.InputJsonObject>(
  tx: Transaction,
  call: { userId: string; mutation: string; key: string; input: unknown },
  work: () => Promise<Outcome>,
): Promise<Outcome | Refusal> {
  const { userId, mutation, key } = call;
  const inputHash = createHash("sha256").update(JSON.stringify(call.input)).digest("hex");
  const now = new Date();
  await tx.idempotencyKey.deleteMany({ where: { userId, createdAt: { lt: new Date(now.getTime() - keptMs) } } });
  const earlier = await tx.idempotencyKey.findUnique({ where: { userId_mutation_key: { userId, mutation, key } } });
  if (earlier !== null) {
    if (earlier.inputHash === inputHash) return earlier.outcome as unknown as Outcome;
    return refuse("IDEMPOTENCY_KEY_REUSED", "This key was sent with another input: take a new one.", [
      "idempotencyKey",
    ]);
  }
  const outcome = await work();
  await tx.idempotencyKey.create({ data: { userId, mutation, key, inputHash, outcome, createdAt: now } });
  return outcome;
}
