import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type CryptoKey,
  type JSONWebKeySet,
  type JWK,
} from "jose";
import { type Database } from "./database";

const algorithm = "EdDSA";
const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

export interface SigningKeys {
  /** What new access tokens are signed with. */
  readonly current: { readonly key: CryptoKey; readonly keyId: string };
  /** The public halves of all keys, for verifiers. */
  readonly jwks: JSONWebKeySet;
}

/**
 * Reads the signing keys from the database, and makes the first one there: under a lock, so that instances that start
 * at the same time share it. A key that was encrypted with another secret goes on verifying but signs no more.
 */
export async function loadSigningKeys(deps: { db: Database; secret: string }): Promise<SigningKeys> {
  const wrappingKey = Buffer.from(hkdfSync("sha256", deps.secret, "", "signing keys", 32));
  return deps.db.$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtext('signing keys'))`;
    const rows = await tx.signingKey.findMany({ orderBy: { createdAt: "desc" } });
    const published = rows.map((row) => row.publicJwk as JWK);
    for (const row of rows) {
      const pkcs8 = unwrap(row.privateKey, wrappingKey);
      if (pkcs8 === undefined) continue;
      return { current: { key: await importPKCS8(pkcs8, algorithm), keyId: row.id }, jwks: { keys: published } };
    }

    const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
    const bare = await exportJWK(publicKey);
    const keyId = await calculateJwkThumbprint(bare);
    const publicJwk = { ...bare, kid: keyId, alg: algorithm, use: "sig" };
    const wrapped = wrap(await exportPKCS8(privateKey), wrappingKey);
    await tx.signingKey.create({ data: { id: keyId, publicJwk, privateKey: wrapped, createdAt: new Date() } });
    return { current: { key: privateKey, keyId }, jwks: { keys: [publicJwk, ...published] } };
  });
}

function wrap(pkcs8: string, key: Buffer): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(nonceBytes);
  const encryption = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  const encrypted = Buffer.concat([encryption.update(pkcs8), encryption.final()]);
  return new Uint8Array(Buffer.concat([nonce, encryption.getAuthTag(), encrypted]));
}

function unwrap(wrapped: Uint8Array, key: Buffer): string | undefined {
  const nonce = wrapped.subarray(0, nonceBytes);
  const decryption = createDecipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  decryption.setAuthTag(wrapped.subarray(nonceBytes, nonceBytes + tagBytes));
  try {
    const pkcs8 = decryption.update(wrapped.subarray(nonceBytes + tagBytes));
    return Buffer.concat([pkcs8, decryption.final()]).toString();
  } catch {
    return undefined; // the tag does not fit: another secret
  }
}
