import { createLocalJWKSet, type CryptoKey, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { accessTokenLifetimeMs } from "@shop/auth";
import { type Database } from "./database";
import { deriveWrappingKey } from "./private-key-wrapping";
import { createKey, lockKeys, readKeys, type StoredKey } from "./stored-keys";

export interface SigningKeys {
  /** What an access token that is made now is signed with. */
  current(): { readonly key: CryptoKey; readonly keyId: string };
  /** The public halves of all keys, for verifiers. */
  jwks(): JSONWebKeySet;
  /** Finds the public half for a token. */
  readonly keyOf: JWTVerifyGetKey;
  /** Takes up what `keys:rotate` and other instances did, and removes the keys that no token needs any more. */
  readonly refresh: () => Promise<void>;
}

type OwnKey = StoredKey & { readonly key: CryptoKey };

/** Instances look for new keys this often. */
export const refreshIntervalMs = 2_000;
/** How long the published keys may be kept by whoever reads them. */
export const publicMaxAgeSeconds = 60;
/**
 * How long a new key is published before it signs: a verifier may just have read the keys, by way of a cache that just had;
 * the rest is for instances to take the key up, and for clocks that differ.
 */
export const publishAheadMs = 2 * publicMaxAgeSeconds * 1_000 + 30_000;
/** For the same two, after the last token of an old key has ended. */
const retireMarginMs = 60_000;

/**
 * The signing keys of the database; the first one is made here, under a lock, so that instances that start at the same
 * time share it. All that instances do with keys follows from their rows and the time: there is nothing to hand over, and
 * nothing to lose.
 * @param deps.secret what private halves are encrypted with. A key that was encrypted with another verifies on, but does not
 *   sign
 */
export async function openSigningKeys(deps: { db: Database; secret: string }): Promise<SigningKeys> {
  const { db } = deps;
  const wrappingKey = deriveWrappingKey(deps.secret);
  let state = toState(await read());

  async function read(): Promise<StoredKey[]> {
    const keys = await readKeys(db, wrappingKey);
    return keys.some(isOwn) ? keys : makeFirst();
  }
  function makeFirst(): Promise<StoredKey[]> {
    return db.$transaction(async (tx) => {
      await lockKeys(tx);
      const keys = await readKeys(tx, wrappingKey);
      return keys.some(isOwn) ? keys : [await createKey(tx, wrappingKey, { signsFrom: new Date() }), ...keys];
    });
  }
  /** Only those before the key that signs here: one that nobody can sign with makes no other superfluous. */
  async function removeTheDead(): Promise<void> {
    const { signsFrom } = keyToSignWith(state.own);
    const isLongSince = signsFrom.getTime() + accessTokenLifetimeMs + retireMarginMs < Date.now();
    if (isLongSince && state.all.some((other) => other.signsFrom < signsFrom)) {
      await db.signingKey.deleteMany({ where: { signsFrom: { lt: signsFrom } } });
    }
  }

  return {
    current: () => {
      const { key, id } = keyToSignWith(state.own);
      return { key, keyId: id };
    },
    jwks: () => state.jwks,
    keyOf: (header, token) => state.keyOf(header, token),
    refresh: async () => {
      await removeTheDead();
      state = toState(await read());
    },
  };
}

function toState(all: readonly StoredKey[]) {
  const jwks = { keys: all.map(({ publicJwk }) => publicJwk) };
  return { all, own: all.filter(isOwn), jwks, keyOf: createLocalJWKSet(jwks) };
}

function isOwn(key: StoredKey): key is OwnKey {
  return key.key !== undefined;
}

/** @param own the latest first, at least one */
function keyToSignWith(own: readonly OwnKey[]): OwnKey {
  const now = new Date();
  // Where all are to come, the service has begun to use another secret just now: verifiers meet the key as they can.
  const signing = own.find(({ signsFrom }) => signsFrom <= now) ?? own.at(-1);
  if (signing === undefined) throw new Error("there is no key to sign with");
  return signing;
}
