import { createHmac } from "node:crypto";
import { createServiceCredentials } from "@shop/auth";
import { startTestIssuer, testServiceKeys } from "@shop/auth/testing";
import { createLogger } from "@shop/telemetry";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { startService } from "../src/service";
import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let user: SignedInUser;
let publicKey: { x: string; kid: string };
beforeAll(async () => {
  service = await startUserService();
  user = await service.register();
  const { keys } = (await (await fetch(`${service.origin}/.well-known/jwks.json`)).json()) as {
    keys: [typeof publicKey];
  };
  publicKey = keys[0];
});
afterAll(() => service.stop());

const me = (accessToken: string) => service.ask("{ me { id } }", {}, { accessToken });
const credentialFor = createServiceCredentials({ caller: "gateway", key: testServiceKeys.gateway.privateKey });
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

it("signs with the key that it publishes, for ten minutes", () => {
  expect(publicKey).toEqual({
    kty: "OKP",
    crv: "Ed25519",
    x: publicKey.x,
    kid: publicKey.kid,
    alg: "EdDSA",
    use: "sig",
  });
  expect(decodeProtectedHeader(user.accessToken)).toEqual({ alg: "EdDSA", typ: "at+jwt", kid: publicKey.kid });
  const { iat = 0, exp = 0, ...claims } = decodeJwt(user.accessToken);
  expect(exp - iat).toBe(600);
  expect(claims).toMatchObject({ sub: user.id, role: "CUSTOMER", iss: "http://user.test", aud: "shop-test" });
});

it.each<[string, (payload: string) => string]>([
  ["alg none", (payload) => `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.`],
  [
    "alg none with the signature left",
    (payload) => `${encode({ alg: "none", typ: "at+jwt" })}.${payload}.${signature()}`,
  ],
  [
    "HS256 with the public key as its secret",
    (payload) => {
      const signed = `${encode({ alg: "HS256", typ: "at+jwt", kid: publicKey.kid })}.${payload}`;
      const mac = createHmac("sha256", Buffer.from(publicKey.x, "base64url")).update(signed).digest("base64url");
      return `${signed}.${mac}`;
    },
  ],
  ["another's role", (payload) => `${header()}.${withClaims(payload, { role: "ADMIN" })}.${signature()}`],
  [
    "a kid that is a path",
    (payload) => `${encode({ alg: "EdDSA", typ: "at+jwt", kid: "../../key" })}.${payload}.${signature()}`,
  ],
  [
    "a key of its own",
    (payload) => `${encode({ alg: "EdDSA", typ: "at+jwt", jwk: publicKey })}.${payload}.${signature()}`,
  ],
])("refuses a token with %s", async (_what, forge) => {
  const answer = await me(forge(user.accessToken.split(".")[1] ?? ""));
  expect(answer).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
  expect(answer.data?.["me"] ?? null).toBeNull();
});

it("refuses tokens of other issuers, a refresh token and a service credential", async () => {
  const issuer = await startTestIssuer();
  const foreign = (await issuer.bearer({ userId: user.id })).replace("Bearer ", "");
  await issuer.stop();
  const credential = await credentialFor("user");
  for (const token of [foreign, user.refreshToken, credential]) {
    expect((await me(token)).errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
  }
});

it("refuses its own tokens once they are for another audience or from another issuer", async () => {
  for (const other of [{ tokenAudience: "elsewhere" }, { tokenIssuer: "http://elsewhere.test" }]) {
    const elsewhere = await startService({ ...service.config, ...other }, createLogger("user"));
    const response = await fetch(`http://127.0.0.1:${elsewhere.port}/graphql`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-service-credential": await credentialFor("user"),
        authorization: `Bearer ${user.accessToken}`,
      },
      body: JSON.stringify({ query: "{ me { id } }" }),
    });
    await elsewhere.stop();
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
  }
});

it("keeps its key over a restart, and shares it with instances that start at the same time", async () => {
  const started = await Promise.all([1, 2].map(() => startService(service.config, createLogger("user"))));
  for (const instance of started) {
    const jwks = (await (await fetch(`http://127.0.0.1:${instance.port}/.well-known/jwks.json`)).json()) as object;
    expect(jwks).toMatchObject({ keys: [{ kid: publicKey.kid }] });
    await instance.stop();
  }
  expect(await service.sql("SELECT id FROM signing_keys", [])).toHaveLength(1);
});

it("goes on publishing a key that a new secret cannot read, and signs with a new one", async () => {
  const rotated = await startService({ ...service.config, tokenSecret: "another-token-secret" }, createLogger("user"));
  const jwks: unknown = await (await fetch(`http://127.0.0.1:${rotated.port}/.well-known/jwks.json`)).json();
  await rotated.stop();
  const { keys } = jwks as { keys: [{ kid: string }, { kid: string }] };
  expect(keys[0].kid).not.toBe(publicKey.kid);
  expect(keys[1].kid).toBe(publicKey.kid);
  expect(JSON.stringify(jwks)).not.toContain('"d"');
});

it("answers /graphql to nobody without a service credential", async () => {
  for (const credential of ["", user.accessToken]) {
    const response = await fetch(`${service.origin}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-service-credential": credential },
      body: JSON.stringify({ query: "{ __typename }" }),
    });
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
  }
});

const header = () => user.accessToken.split(".")[0] ?? "";
const signature = () => user.accessToken.split(".")[2] ?? "";
function withClaims(payload: string, claims: object): string {
  return encode({ ...(JSON.parse(Buffer.from(payload, "base64url").toString()) as object), ...claims });
}
