import { createHash, createPublicKey, type KeyObject } from "node:crypto";
import { jwtVerify, SignJWT } from "jose";

/** Beside the viewer's own Authorization, which a service passes on unchanged. */
export const serviceCredentialHeader = "x-service-credential";

const algorithm = "EdDSA";
const type = "service+jwt";
const lifetimeMs = 60_000;
/** How far the clocks of two services may be apart. */
const clockToleranceMs = 10_000;
/** One of ours has some 330 characters. */
const maxLength = 1_000;
/** A caller makes two a minute, so this is room for hundreds of instances. */
const maxKnown = 1_000;

/** Gives what a service proves itself to a callee with: the header's value. */
export type ServiceCredentialFor = (callee: string) => Promise<string>;

/**
 * How a service proves itself to others: for each of them a token that names it, signed with the caller's own key and
 * made anew every half minute.
 * @param options.key Ed25519; nobody else has it
 */
export function createServiceCredentials(options: { caller: string; key: KeyObject }): ServiceCredentialFor {
  const { caller, key } = options;
  const header = { alg: algorithm, typ: type, kid: keyIdOf(createPublicKey(key)) };
  const made = new Map<string, { token: Promise<string>; madeAtMs: number }>();
  return (callee) => {
    const nowMs = Date.now();
    const last = made.get(callee);
    // A clock that was set back counts as well: what was made before would end too late to be taken.
    if (last !== undefined && Math.abs(nowMs - last.madeAtMs) < lifetimeMs / 2) return last.token;
    const token = new SignJWT()
      .setProtectedHeader(header)
      .setIssuer(caller)
      .setSubject(caller)
      .setAudience(callee)
      .setExpirationTime(new Date(nowMs + lifetimeMs))
      .sign(key);
    made.set(callee, { token, madeAtMs: nowMs });
    return token;
  };
}

/** The callers that a door answers, by name, with the public keys of each. */
export type ServiceCallers = Readonly<Record<string, readonly KeyObject[]>>;

/** @returns the calling service's name, or null where the credential is missing, forged, out of date or for another door */
export type VerifyServiceCredential = (credential: string | undefined) => Promise<string | null>;

/**
 * @param options.callee the name that credentials must be made out to
 * @param options.callers whom this door answers, and nobody else
 * @throws where two callers have a key in common: one could then be the other
 */
export function createServiceVerifier(options: { callee: string; callers: ServiceCallers }): VerifyServiceCredential {
  const keys = new Map<string, { caller: string; key: KeyObject }>();
  for (const [caller, callersKeys] of Object.entries(options.callers)) {
    for (const key of callersKeys) {
      const keyId = keyIdOf(key);
      const other = keys.get(keyId)?.caller ?? caller;
      if (other !== caller) throw new Error(`${other} and ${caller} have the same service key`);
      keys.set(keyId, { caller, key });
    }
  }
  const verify = async (credential: string): Promise<{ caller: string; endsAtMs: number } | null> => {
    const { payload, protectedHeader } = await jwtVerify(credential, ({ kid = "" }) => keyOf(kid), {
      algorithms: [algorithm],
      typ: type,
      audience: options.callee,
      requiredClaims: ["exp"],
      clockTolerance: clockToleranceMs / 1_000,
    });
    const caller = keys.get(protectedHeader.kid ?? "")?.caller;
    const endsAtMs = (payload.exp ?? 0) * 1_000;
    // A caller that makes credentials for longer than it needs them would make them worth stealing.
    const isTooLong = endsAtMs > Date.now() + lifetimeMs + clockToleranceMs;
    if (caller === undefined || payload.iss !== caller || payload.sub !== caller || isTooLong) return null;
    return { caller, endsAtMs };
  };
  const keyOf = (keyId: string): KeyObject => {
    const found = keys.get(keyId);
    if (found === undefined) throw new Error("no caller of this door has that key");
    return found.key;
  };

  // A caller sends the same one for half a minute, with every request. Only who has a key can make one that is kept.
  const known = new Map<string, { caller: string; endsAtMs: number }>();
  return async (credential) => {
    if (credential === undefined || credential.length > maxLength) return null;
    const seen = known.get(credential);
    if (seen !== undefined && seen.endsAtMs > Date.now()) return seen.caller;
    known.delete(credential);
    const verified = await verify(credential).catch(() => null);
    if (verified === null) return null;
    const [oldest] = known.keys();
    if (known.size >= maxKnown && oldest !== undefined) known.delete(oldest);
    known.set(credential, verified);
    return verified.caller;
  };
}

/** The key's thumbprint (RFC 7638): both sides work it out, so that no key needs a name. */
function keyIdOf(publicKey: KeyObject): string {
  const { crv, kty, x } = publicKey.export({ format: "jwk" });
  return createHash("sha256").update(JSON.stringify({ crv, kty, x })).digest("base64url");
}
