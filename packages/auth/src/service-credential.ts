import { jwtVerify, SignJWT } from "jose";

/** Beside the viewer's own Authorization, which a service passes on unchanged. */
export const serviceCredentialHeader = "x-service-credential";

const algorithm = "HS256";
const type = "service+jwt";
const audience = "shop-internal";
const lifetimeMs = 60_000;

/**
 * How a service proves itself to another: a token of its own, signed with the secret that only services share, made anew
 * every half minute.
 * @returns gives the header's value
 */
export function createServiceCredential(options: { service: string; secret: string }): () => Promise<string> {
  const key = new TextEncoder().encode(options.secret);
  let current: { token: Promise<string>; renewAtMs: number } | undefined;
  return () => {
    const nowMs = Date.now();
    if (current === undefined || nowMs >= current.renewAtMs) {
      const token = new SignJWT()
        .setProtectedHeader({ alg: algorithm, typ: type })
        .setSubject(options.service)
        .setAudience(audience)
        .setIssuedAt()
        .setExpirationTime(new Date(nowMs + lifetimeMs))
        .sign(key);
      current = { token, renewAtMs: nowMs + lifetimeMs / 2 };
    }
    return current.token;
  };
}

/** @returns the calling service's name, or null where the credential is missing, forged or out of date */
export type VerifyServiceCredential = (credential: string | undefined) => Promise<string | null>;

export function createServiceVerifier(options: { secret: string }): VerifyServiceCredential {
  const key = new TextEncoder().encode(options.secret);
  // A caller sends the same one for half a minute, with every request. Only who has the secret can make one that is kept.
  const known = new Map<string, { service: string; endsAtMs: number }>();
  return async (credential) => {
    if (credential === undefined) return null;
    const nowMs = Date.now();
    const seen = known.get(credential);
    if (seen !== undefined && seen.endsAtMs > nowMs) return seen.service;
    try {
      const { payload } = await jwtVerify(credential, key, {
        algorithms: [algorithm],
        typ: type,
        audience,
        requiredClaims: ["sub", "exp"],
      });
      const { sub: service, exp } = payload;
      if (service === undefined || exp === undefined) return null;
      for (const [old, { endsAtMs }] of known) if (endsAtMs <= nowMs) known.delete(old);
      known.set(credential, { service, endsAtMs: exp * 1_000 });
      return service;
    } catch {
      return null;
    }
  };
}
