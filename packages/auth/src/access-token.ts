import { serviceUnavailable, unauthenticated } from "@shop/graphql-errors";
import {
  createLocalJWKSet,
  createRemoteJWKSet,
  errors,
  jwtVerify,
  SignJWT,
  type CryptoKey,
  type JSONWebKeySet,
} from "jose";
import { type Role, type Viewer } from "./viewer";

const algorithm = "EdDSA";
const type = "at+jwt";
/** About half a kilobyte each. */
const maxKnownTokens = 10_000;
const roles: readonly string[] = ["CUSTOMER", "STAFF", "ADMIN"] satisfies Role[];

export interface AccessTokenClaims {
  readonly userId: string;
  readonly role: Role;
  readonly sessionId: string;
  readonly tokenId: string;
  readonly expiresAt: Date;
}

/** Signs an access token: EdDSA, with `kid`, `iss`, `aud`, `typ`, `jti` and an end. */
export function signAccessToken(
  claims: AccessTokenClaims,
  by: { key: CryptoKey; keyId: string; issuer: string; audience: string },
): Promise<string> {
  return new SignJWT({ role: claims.role, sid: claims.sessionId })
    .setProtectedHeader({ alg: algorithm, typ: type, kid: by.keyId })
    .setSubject(claims.userId)
    .setIssuer(by.issuer)
    .setAudience(by.audience)
    .setJti(claims.tokenId)
    .setIssuedAt()
    .setExpirationTime(claims.expiresAt)
    .sign(by.key);
}

/**
 * Reads an Authorization header.
 * @returns the viewer, or null where there is no header
 * @throws UNAUTHENTICATED where the token does not hold, SERVICE_UNAVAILABLE where the keys cannot be read
 */
export type VerifyAccessToken = (authorization: string | undefined) => Promise<Viewer | null>;

/**
 * @param options.jwksUrl where the user service publishes its public keys; read when first needed and when a `kid` is new
 * @param options.jwks the keys themselves, where the verifier is the issuer
 */
export function createAccessTokenVerifier(
  options: ({ jwksUrl: string } | { jwks: JSONWebKeySet }) & { issuer: string; audience: string },
): VerifyAccessToken {
  const keys =
    "jwks" in options
      ? createLocalJWKSet(options.jwks)
      : createRemoteJWKSet(new URL(options.jwksUrl), { timeoutDuration: 2_000, cooldownDuration: 5_000 });
  const verify = async (authorization: string): Promise<Viewer> => {
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated("The Authorization header holds no access token.");
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [algorithm],
      typ: type,
      issuer: options.issuer,
      audience: options.audience,
      requiredClaims: ["sub", "sid", "role", "exp", "jti"],
    }).catch((error: unknown) => {
      if (!isFaultOfToken(error)) throw serviceUnavailable("The accounts");
      throw unauthenticated("This access token is not valid, or no longer: refresh it or sign in again.");
    });
    return toViewer(payload);
  };

  // A signature stays right until its token ends, and working it out costs as much as all else about a request.
  const known = new Map<string, Viewer>();
  return async (authorization) => {
    if (authorization === undefined) return null;
    const viewer = known.get(authorization);
    if (viewer !== undefined && viewer.expiresAt.getTime() > Date.now()) return viewer;
    known.delete(authorization);
    const verified = await verify(authorization);
    const [oldest] = known.keys();
    if (known.size >= maxKnownTokens && oldest !== undefined) known.delete(oldest);
    known.set(authorization, verified);
    return verified;
  };
}

// All that jose finds wrong with a token has a class of its own; the plain JOSEError is an answer of the keys' address
// that was no key set, and anything else no answer at all.
function isFaultOfToken(error: unknown): boolean {
  return (
    error instanceof errors.JOSEError && error.code !== "ERR_JOSE_GENERIC" && !(error instanceof errors.JWKSTimeout)
  );
}

function toViewer(payload: { sub?: string; sid?: unknown; role?: unknown; exp?: number }): Viewer {
  const { sub, sid, role, exp } = payload;
  if (sub === undefined || typeof sid !== "string" || !isRole(role) || exp === undefined) {
    throw unauthenticated("This access token is not one of ours.");
  }
  return { userId: sub, sessionId: sid, role, expiresAt: new Date(exp * 1_000) };
}

function isRole(value: unknown): value is Role {
  return typeof value === "string" && roles.includes(value);
}
