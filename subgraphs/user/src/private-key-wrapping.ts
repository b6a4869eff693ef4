import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** What private keys are encrypted with in the database. @param secret the service's own, of any length */
export function deriveWrappingKey(secret: string): Buffer {
  return Buffer.from(hkdfSync("sha256", secret, "", "signing keys", 32));
}

/** @returns nonce, tag and ciphertext */
export function wrap(pkcs8: string, key: Buffer): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(nonceBytes);
  const encryption = createCipheriv(cipher, key, nonce, { authTagLength: tagBytes });
  const encrypted = Buffer.concat([encryption.update(pkcs8), encryption.final()]);
  return new Uint8Array(Buffer.concat([nonce, encryption.getAuthTag(), encrypted]));
}

/** @returns undefined where it was wrapped with another key */
export function unwrap(wrapped: Uint8Array, key: Buffer): string | undefined {
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
