import {
  calculateJwkThumbprint,
  exportJWK,
  exportPKCS8,
  generateKeyPair,
  importPKCS8,
  type CryptoKey,
  type JWK,
} from "jose";
import { type Database, type Transaction } from "./database";
import { unwrap, wrap } from "./private-key-wrapping";

const algorithm = "EdDSA";

export interface StoredKey {
  /** The `kid`. */
  readonly id: string;
  readonly publicJwk: JWK;
  /** Undefined where it was encrypted with another secret. */
  readonly key: CryptoKey | undefined;
  readonly signsFrom: Date;
}

/** Whoever decides on keys by what keys there are holds this lock until the transaction ends. */
export async function lockKeys(tx: Transaction): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM pg_advisory_xact_lock(hashtext('signing keys'))`;
}

/** @returns the latest first */
export async function readKeys(db: Database | Transaction, wrappingKey: Buffer): Promise<StoredKey[]> {
  const rows = await db.signingKey.findMany({ orderBy: { signsFrom: "desc" } });
  return Promise.all(
    rows.map(async ({ id, publicJwk, privateKey, signsFrom }) => {
      const pkcs8 = unwrap(privateKey, wrappingKey);
      const key = pkcs8 === undefined ? undefined : await importPKCS8(pkcs8, algorithm);
      return { id, publicJwk: publicJwk as JWK, key, signsFrom };
    }),
  );
}

/** @param when.signsFrom the moment from which tokens are signed with it; it is published at once */
export async function createKey(tx: Transaction, wrappingKey: Buffer, when: { signsFrom: Date }): Promise<StoredKey> {
  const { signsFrom } = when;
  const { privateKey, publicKey } = await generateKeyPair(algorithm, { extractable: true });
  const bare = await exportJWK(publicKey);
  const id = await calculateJwkThumbprint(bare);
  const publicJwk = { ...bare, kid: id, alg: algorithm, use: "sig" };
  const wrapped = wrap(await exportPKCS8(privateKey), wrappingKey);
  await tx.signingKey.create({ data: { id, publicJwk, privateKey: wrapped, createdAt: new Date(), signsFrom } });
  return { id, publicJwk, key: privateKey, signsFrom };
}
