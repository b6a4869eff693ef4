import { serviceUnavailable, unauthenticated } from "@shop/graphql-errors";
import { errors, jwtVerify, SignJWT, type CryptoKey, type JWTPayload, type JWTVerifyGetKey } from "jose";
import { createRemoteKeySet } from "./key-set";
import { type Revocations } from "./revocations";
import { accessTokenLifetimeMs, type Role, type Viewer } from "./viewer";

const algorithm = "EdDSA";
const type = "at+jwt";
/** One of ours has some 500 characters. */
const maxLength = 4_000;
/** How far the user service's clock may be ahead. */
const clockToleranceMs = 60_000;
/** About half a kilobyte each. */
const maxKnownTokens = 10_000;
const roles: readonly string[] = ["CUSTOMER", "STAFF", "ADMIN"] satisfies Role[];

export interface AccessTokenClaims {
  readonly userId: string;
  readonly role: Role;
  readonly sessionId: string;
  readonly tokenId: string;
  readonly issuedAt: Date;
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
    .setIssuedAt(claims.issuedAt)
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
 * @param options.jwksUrl where the user service publishes its public keys
 * @param options.keys finds the key of a token, where the verifier is the issuer
 * @param options.revocations what ends tokens before their time
 */
export function createAccessTokenVerifier(
  options: ({ jwksUrl: string } | { keys: JWTVerifyGetKey }) & {
    issuer: string;
    audience: string;
    revocations: Revocations;
  },
): VerifyAccessToken {
  const { revocations } = options;
  const keys = "keys" in options ? options.keys : createRemoteKeySet(options.jwksUrl);
  const verify = async (authorization: string): Promise<Viewer> => {
    if (authorization.length > maxLength) throw unauthenticated("The Authorization header is too long.");
    const token = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(authorization)?.[1];
    if (token === undefined) throw unauthenticated("The Authorization header holds no access token.");
    const { payload } = await jwtVerify(token, keys, {
      algorithms: [algorithm],
      typ: type,
      issuer: options.issuer,
      audience: options.audience,
      requiredClaims: ["sub", "sid", "role", "iat", "exp", "jti"],
    }).catch((error: unknown) => {
      // All that jose finds wrong with a token has a class of its own.
      if (!(error instanceof errors.JOSEError)) throw serviceUnavailable("The accounts");
      throw noLongerValid();
    });
    const viewer = toViewer(payload, () => !revocations.isSilent());
    // The user service makes none such: it would outlive its key, and what is remembered of revocations.
    if (viewer.expiresAt.getTime() > Date.now() + accessTokenLifetimeMs + clockToleranceMs) throw noLongerValid();
    return viewer;
  };

  // A signature stays right until its token ends, and working it out costs as much as all else about a request.
  const known = new Map<string, Viewer>();
  const recall = async (authorization: string): Promise<Viewer> => {
    const viewer = known.get(authorization);
    if (viewer !== undefined && viewer.expiresAt.getTime() > Date.now()) return viewer;
    known.delete(authorization);
    const verified = await verify(authorization);
    const [oldest] = known.keys();
    if (known.size >= maxKnownTokens && oldest !== undefined) known.delete(oldest);
    known.set(authorization, verified);
    return verified;
  };
  return async (authorization) => {
    if (authorization === undefined) return null;
    const viewer = await recall(authorization);
    if (revocations.isRevoked(viewer)) throw noLongerValid();
    return viewer;
  };
}

function noLongerValid() {
  return unauthenticated("This access token is not valid, or no longer: refresh it or sign in again.");
}

function toViewer(payload: JWTPayload, isRoleCurrent: () => boolean): Viewer {
  const { sub, sid, role, iat, exp } = payload;
  if (sub === undefined || typeof sid !== "string" || !isRole(role) || iat === undefined || exp === undefined) {
    throw unauthenticated("This access token is not one of ours.");
  }
  const issuedAt = new Date(iat * 1_000);
  return { userId: sub, sessionId: sid, role, issuedAt, expiresAt: new Date(exp * 1_000), isRoleCurrent };
}

function isRole(value: unknown): value is Role {
  return typeof value === "string" && roles.includes(value);
}
