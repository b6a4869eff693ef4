import { createHash, createHmac, hkdfSync, randomBytes } from "node:crypto";

/** A used token still gives its successor for this long: a lost answer, or two tabs that refresh at once. */
export const reuseWindowMs = 30_000;
export const refreshTokenLifetimeMs = 30 * 24 * 3_600_000;

export interface RefreshTokens {
  /** 256 random bits. */
  create(): string;
  /**
   * The token that follows from another: always the same one, so that it can be given again although only hashes are
   * stored; without the server's key nobody can tell it.
   */
  successorOf(token: string): string;
}

export function createRefreshTokens(options: { secret: string }): RefreshTokens {
  const key = Buffer.from(hkdfSync("sha256", options.secret, "", "refresh tokens", 32));
  return {
    create: () => randomBytes(32).toString("base64url"),
    successorOf: (token) => createHmac("sha256", key).update(token).digest("base64url"),
  };
}

/** What is stored of a token: 256 random bits need no salt and no slow hash. */
export function hashRefreshToken(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
