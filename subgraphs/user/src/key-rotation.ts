import { type Database } from "./database";
import { deriveWrappingKey } from "./private-key-wrapping";
import { publishAheadMs } from "./signing-keys";
import { createKey, lockKeys, readKeys } from "./stored-keys";

export type RotationOutcome =
  | { readonly ok: true; readonly keyId: string; readonly signsFrom: Date }
  /** A new key is published and does not sign yet. */
  | { readonly ok: false; readonly reason: "UNDER_WAY"; readonly keyId: string; readonly signsFrom: Date }
  /** The key that signs now was encrypted with another secret: the service could not use one that is made with this. */
  | { readonly ok: false; readonly reason: "OTHER_SECRET" };

/**
 * Makes the key that access tokens are signed with next. The service's instances do the rest by the time: they publish
 * it, sign with it from then on, and remove the keys before it when no token needs them. However many do this at once,
 * one key is made.
 */
export function rotateSigningKeys({ db, secret }: { db: Database; secret: string }): Promise<RotationOutcome> {
  const wrappingKey = deriveWrappingKey(secret);
  return db.$transaction(async (tx): Promise<RotationOutcome> => {
    await lockKeys(tx);
    const now = new Date();
    const keys = await readKeys(tx, wrappingKey);
    const signing = keys.find(({ signsFrom }) => signsFrom <= now);
    if (signing !== undefined && signing.key === undefined) return { ok: false, reason: "OTHER_SECRET" };
    const next = keys.find(({ key, signsFrom }) => key !== undefined && signsFrom > now);
    if (next !== undefined) return { ok: false, reason: "UNDER_WAY", keyId: next.id, signsFrom: next.signsFrom };
    const { id, signsFrom } = await createKey(tx, wrappingKey, {
      signsFrom: new Date(now.getTime() + publishAheadMs),
    });
    return { ok: true, keyId: id, signsFrom };
  });
}
