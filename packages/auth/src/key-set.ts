import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from "jose";

const timeoutMs = 2_000;
/** What the user service's Cache-Control says. It publishes a key for longer than that before it signs with it. */
const maxAgeMs = 60_000;
/** Between two requests for keys, however many tokens name a key that nobody has. */
const cooldownMs = 5_000;

/**
 * The public keys that are published at an address. They are read when first needed, looked at again in the background
 * once they are a minute old, and at once where a token names one that is new.
 *
 * What was read once is kept until there is something newer: while the user service is away, tokens are verified for as
 * long as they live.
 * @returns finds the key of a token; throws a JOSEError where the token's key is none of them, and any other error where
 *   that cannot be known because the keys cannot be read
 */
export function createRemoteKeySet(url: string): JWTVerifyGetKey {
  // It only fetches when it is told to.
  const keys = createRemoteJWKSet(new URL(url), {
    timeoutDuration: timeoutMs,
    cacheMaxAge: Infinity,
    cooldownDuration: Infinity,
  });
  let triedAtMs = 0;
  let failure: Error | undefined;
  const reload = async (): Promise<void> => {
    triedAtMs = Date.now();
    try {
      await keys.reload(); // one request for all who wait for it
      failure = undefined;
    } catch (cause) {
      failure = new Error("the keys of access tokens cannot be read", { cause });
      throw failure;
    }
  };
  const isTriedWithin = (ms: number): boolean => Math.abs(Date.now() - triedAtMs) < ms;

  return async (header, token) => {
    if (!keys.fresh) await reload();
    else if (!isTriedWithin(maxAgeMs)) reload().catch(() => undefined);
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
    }
    if (keys.reloading || !isTriedWithin(cooldownMs)) await reload();
    else if (failure !== undefined) throw failure;
    return keys(header, token);
  };
}
