// For tests: keys of services, and a stand-in for the user service's.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from "jose";
import { signAccessToken } from "./access-token";
import { accessTokenLifetimeMs, type Role } from "./viewer";

const makePair = () => generateKeyPairSync("ed25519");
/** The keys of the services that ask others, made anew for each test file. */
export const testServiceKeys = { gateway: makePair(), order: makePair(), notification: makePair() };

export interface TestIssuer {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  readonly keyId: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
  /** The value of an Authorization header for this user. */
  bearer(user: { userId: string; role?: Role; sessionId?: string; issuedAt?: Date; expiresAt?: Date }): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an issuer of access tokens that publishes its key on a free port. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA");
  const keyId = "test";
  const publicJwk = { ...(await exportJWK(publicKey)), kid: keyId, alg: "EdDSA", use: "sig" };
  const jwks = JSON.stringify({ keys: [publicJwk] });
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(jwks);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = "test-issuer";
  const audience = "test-shop";
  return {
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    ...{ issuer, audience, keyId, privateKey, publicJwk },
    bearer: async ({
      userId,
      role = "CUSTOMER",
      sessionId = "ses_test",
      issuedAt = new Date(),
      expiresAt = new Date(issuedAt.getTime() + accessTokenLifetimeMs),
    }) => {
      const claims = { userId, role, sessionId, tokenId: "test", issuedAt, expiresAt };
      return `Bearer ${await signAccessToken(claims, { key: privateKey, keyId, issuer, audience })}`;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
