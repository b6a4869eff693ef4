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
  return async (credential) => {
    if (credential === undefined) return null;
    try {
      const { payload } = await jwtVerify(credential, key, {
        algorithms: [algorithm],
        typ: type,
        audience,
        requiredClaims: ["sub", "exp"],
      });
      return payload.sub ?? null;
    } catch {
      return null;
    }
  };
}
