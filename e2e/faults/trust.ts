// Whom the services of a shop under test believe: the test itself, as the user service and as the gateway.
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { startTestIssuer, type TestIssuer } from "@shop/auth/testing";
import { formatServiceKey } from "@shop/env";

export interface Trust {
  /** Of access tokens. */
  readonly issuer: TestIssuer;
  /** What a caller proves with that it is the gateway. */
  readonly gatewayKey: KeyObject;
  /** Of services that are to believe both. */
  readonly env: Readonly<Record<string, string>>;
}

export async function startTrust(): Promise<Trust> {
  const issuer = await startTestIssuer();
  const { privateKey, publicKey } = generateKeyPairSync("ed25519");
  return {
    issuer,
    gatewayKey: privateKey,
    env: {
      JWKS_URL: issuer.jwksUrl,
      TOKEN_ISSUER: issuer.issuer,
      TOKEN_AUDIENCE: issuer.audience,
      GATEWAY_SERVICE_KEY: formatServiceKey(privateKey),
      GATEWAY_SERVICE_PUBLIC_KEYS: formatServiceKey(publicKey),
    },
  };
}
