// For tests: what somebody may try in place of an access token, at every door that takes one.
import { createHmac, generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from "node:crypto";
import { exportJWK, SignJWT, type CryptoKey, type JWTHeaderParameters } from "jose";
import { createServiceCredentials } from "./service-credential";
import { testServiceKeys, type TestIssuer } from "./test-issuer";

interface Change {
  readonly header?: Partial<JWTHeaderParameters>;
  readonly claims?: object;
  readonly key?: CryptoKey | KeyObject;
}
type Forge = (issuer: TestIssuer) => Promise<string> | string;

const nowSeconds = (): number => Math.floor(Date.now() / 1_000);
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
const stranger = generateKeyPairSync("ed25519");

const headerOf = ({ keyId }: TestIssuer): JWTHeaderParameters => ({ alg: "EdDSA", typ: "at+jwt", kid: keyId });
const claimsOf = ({ issuer, audience }: TestIssuer) => ({
  ...{ iss: issuer, aud: audience, sub: "usr_1", sid: "ses_1", jti: randomUUID(), role: "ADMIN" },
  ...{ iat: nowSeconds(), exp: nowSeconds() + 600 },
});

/** As the user service would make it, but for what is changed. */
function sign(issuer: TestIssuer, { header, claims, key }: Change = {}): Promise<string> {
  return new SignJWT({ ...claimsOf(issuer), ...claims })
    .setProtectedHeader({ ...headerOf(issuer), ...header })
    .sign(key ?? issuer.privateKey);
}

function mac(issuer: TestIssuer, secret: string | Buffer): string {
  const signed = `${encode({ ...headerOf(issuer), alg: "HS256" })}.${encode(claimsOf(issuer))}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

async function swapPayload(issuer: TestIssuer): Promise<string> {
  const [header = "", , signature = ""] = (await sign(issuer)).split(".");
  return [header, encode({ ...claimsOf(issuer), sub: "usr_2" }), signature].join(".");
}

const forgeries: Readonly<Record<string, Forge>> = {
  "alg none": (issuer) => `${encode({ ...headerOf(issuer), alg: "none" })}.${encode(claimsOf(issuer))}.`,
  "alg none and a signature": async (issuer) =>
    (await sign(issuer)).replace(/^[^.]+/, encode({ ...headerOf(issuer), alg: "none" })),
  "HS256 by the bytes of the public key": (issuer) => mac(issuer, Buffer.from(issuer.publicJwk.x ?? "", "base64url")),
  "HS256 by the text of the public key": (issuer) => mac(issuer, JSON.stringify(issuer.publicJwk)),
  "HS256 by nothing": (issuer) => mac(issuer, ""),
  "another signer": (issuer) => sign(issuer, { key: stranger.privateKey }),
  "another payload under the signature": swapPayload,
  "a kid that nobody has": (issuer) => sign(issuer, { header: { kid: randomUUID() } }),
  "a kid that is a path": (issuer) =>
    sign(issuer, { header: { kid: "../../../../dev/null" }, key: stranger.privateKey }),
  "a kid that is SQL": (issuer) => sign(issuer, { header: { kid: "x' UNION SELECT 'key" }, key: stranger.privateKey }),
  "a kid that every object has": (issuer) => sign(issuer, { header: { kid: "__proto__" }, key: stranger.privateKey }),
  "a key of its own": async (issuer) =>
    sign(issuer, { header: { jwk: await exportJWK(stranger.publicKey) }, key: stranger.privateKey }),
  "addresses of keys": (issuer) => {
    const url = `${issuer.jwksUrl}?stranger`;
    return sign(issuer, { header: { jku: url, x5u: url, kid: "stranger" }, key: stranger.privateKey });
  },
  "an end that is past": (issuer) => sign(issuer, { claims: { exp: nowSeconds() - 1 } }),
  "a year to live": (issuer) => sign(issuer, { claims: { exp: nowSeconds() + 31_536_000 } }),
  "no end": (issuer) => sign(issuer, { claims: { exp: undefined } }),
  "a beginning to come": (issuer) => sign(issuer, { claims: { nbf: nowSeconds() + 60 } }),
  "another audience": (issuer) => sign(issuer, { claims: { aud: "elsewhere" } }),
  "another issuer": (issuer) => sign(issuer, { claims: { iss: "http://elsewhere.test" } }),
  "another typ": (issuer) => sign(issuer, { header: { typ: "rt+jwt" } }),
  "no typ": (issuer) => sign(issuer, { header: { typ: undefined } }),
  "a role that is none": (issuer) => sign(issuer, { claims: { role: "ROOT" } }),
  "nobody in it": (issuer) => sign(issuer, { claims: { sub: undefined } }),
  "8 KB": (issuer) => sign(issuer, { claims: { more: "x".repeat(6_000) } }),
  "a refresh token in its place": () => randomBytes(32).toString("base64url"),
  "a service credential in its place": () =>
    createServiceCredentials({ caller: "gateway", key: testServiceKeys.gateway.privateKey })("product"),
};

/** Each with what is wrong about it; gives the value of an Authorization header. */
export const forgedAccessTokens: readonly (readonly [what: string, forge: (issuer: TestIssuer) => Promise<string>])[] =
  Object.entries(forgeries).map(([what, forge]) => [what, async (issuer) => `Bearer ${await forge(issuer)}`]);

/** A right one, made as the forged ones are: what tells them from it is what they are named by. */
export async function rightAccessToken(issuer: TestIssuer): Promise<string> {
  return `Bearer ${await sign(issuer)}`;
}
