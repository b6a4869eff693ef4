// For tests: a stand-in for the user service's keys.
import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { exportJWK, generateKeyPair } from "jose";
import { signAccessToken } from "./access-token";
import { type Role } from "./viewer";

export interface TestIssuer {
  readonly jwksUrl: string;
  readonly issuer: string;
  readonly audience: string;
  /** The value of an Authorization header for this user. */
  bearer(user: { userId: string; role?: Role; sessionId?: string; expiresAt?: Date }): Promise<string>;
  stop(): Promise<void>;
}

/** Starts an issuer of access tokens that publishes its key on a free port. */
export async function startTestIssuer(): Promise<TestIssuer> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA");
  const keyId = "test";
  const jwks = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: keyId, alg: "EdDSA", use: "sig" }] });
  const server = createServer((_request, response) => {
    response.setHeader("content-type", "application/json").end(jwks);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const issuer = "test-issuer";
  const audience = "test-shop";
  return {
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    issuer,
    audience,
    bearer: async ({
      userId,
      role = "CUSTOMER",
      sessionId = "ses_test",
      expiresAt = new Date(Date.now() + 600_000),
    }) => {
      const claims = { userId, role, sessionId, tokenId: "test", expiresAt };
      return `Bearer ${await signAccessToken(claims, { key: privateKey, keyId, issuer, audience })}`;
    },
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
