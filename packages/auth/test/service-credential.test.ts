import { createHmac, generateKeyPairSync, type KeyObject, randomUUID } from "node:crypto";
import { exportJWK, type JWTHeaderParameters, SignJWT } from "jose";
import { createServiceCredentials, createServiceVerifier, type VerifyServiceCredential } from "../src";
import { startTestIssuer, testServiceKeys } from "../src/testing";

const { gateway, order } = testServiceKeys;
const callers = { gateway: [gateway.publicKey] };
const credentialOf = (caller: string, key: KeyObject, callee = "product"): Promise<string> =>
  createServiceCredentials({ caller, key })(callee);
const theirs = (): Promise<string> => credentialOf("gateway", gateway.privateKey);

let verify: VerifyServiceCredential;
beforeEach(() => {
  verify = createServiceVerifier({ callee: "product", callers });
});
afterEach(() => {
  jest.useRealTimers();
});
const later = (ms: number): void => {
  jest.useFakeTimers({ now: Date.now() + ms, doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
};

it("tells the service of a credential, again and again", async () => {
  const credential = await theirs();
  expect(await verify(credential)).toBe("gateway");
  expect(await verify(credential)).toBe("gateway");
});

it("is the same for half a minute for each callee, and another for each callee", async () => {
  const credentialFor = createServiceCredentials({ caller: "gateway", key: gateway.privateKey });
  const [first, again, elsewhere] = await Promise.all([
    credentialFor("product"),
    credentialFor("product"),
    credentialFor("order"),
  ]);
  expect(again).toBe(first);
  expect(elsewhere).not.toBe(first);
  later(31_000);
  const next = await credentialFor("product");
  expect(next).not.toBe(first);
  jest.setSystemTime(Date.now() - 3_600_000);
  expect(await verify(await credentialFor("product"))).toBe("gateway");
});

it("holds while clocks are some seconds apart, and not much longer than a minute", async () => {
  const credential = await theirs();
  later(65_000);
  expect(await verify(credential)).toBe("gateway");
  later(75_000 - 65_000);
  expect(await verify(credential)).toBeNull();
});

it("takes both keys of a caller that changes its key, and the old one no more once it is gone", async () => {
  const next = generateKeyPairSync("ed25519");
  const both = createServiceVerifier({ callee: "product", callers: { gateway: [gateway.publicKey, next.publicKey] } });
  const after = createServiceVerifier({ callee: "product", callers: { gateway: [next.publicKey] } });
  const [byOld, byNext] = [await theirs(), await credentialOf("gateway", next.privateKey)];
  expect([await both(byOld), await both(byNext)]).toEqual(["gateway", "gateway"]);
  expect([await after(byOld), await after(byNext)]).toEqual([null, "gateway"]);
});

it("is not made for callers that could be one another", () => {
  const same = { gateway: [gateway.publicKey], order: [order.publicKey, gateway.publicKey] };
  expect(() => createServiceVerifier({ callee: "product", callers: same })).toThrow("gateway and order");
});

describe("a forged one", () => {
  const seconds = (ms = 0): number => Math.floor((Date.now() + ms) / 1_000);
  const claims = () => ({ iss: "gateway", sub: "gateway", aud: "product", exp: seconds(60_000) });
  /** As the gateway would sign it, but for what is changed. */
  const sign = async (
    change: { header?: Partial<JWTHeaderParameters>; claims?: object; key?: KeyObject } = {},
  ): Promise<string> => {
    const [text = ""] = (await theirs()).split(".");
    const header = JSON.parse(Buffer.from(text, "base64url").toString()) as JWTHeaderParameters;
    return new SignJWT({ ...claims(), ...change.claims })
      .setProtectedHeader({ ...header, ...change.header })
      .sign(change.key ?? gateway.privateKey);
  };
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const macBy = (secret: Buffer | string): string => {
    const signed = `${encode({ alg: "HS256", typ: "service+jwt", kid: "gateway" })}.${encode(claims())}`;
    return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
  };
  const jwkOf = async (key: KeyObject) => ({ ...(await exportJWK(key)), alg: "EdDSA", kid: "own", use: "sig" });

  it("is told from the gateway's own by what is changed alone", async () => {
    expect(await verify(await sign())).toBe("gateway");
  });

  it.each<[string, () => Promise<string> | string]>([
    ["alg none", () => `${encode({ alg: "none", typ: "service+jwt" })}.${encode(claims())}.`],
    ["HS256 by the public key", () => macBy(gateway.publicKey.export({ format: "der", type: "spki" }))],
    ["HS256 by the public key's text", () => macBy(gateway.publicKey.export({ format: "pem", type: "spki" }))],
    ["a signature by another caller's key", () => sign({ key: order.privateKey })],
    ["another caller's kid, which this door does not know", () => credentialOf("order", order.privateKey)],
    ["another caller's name", () => sign({ claims: { iss: "order", sub: "order" } })],
    ["another caller's name as sub alone", () => sign({ claims: { sub: "order" } })],
    ["another caller's name as iss alone", () => sign({ claims: { iss: "order" } })],
    ["an unknown kid", () => sign({ header: { kid: randomUUID() } })],
    ["a kid that is a path", () => sign({ header: { kid: "../../../dev/null" } })],
    ["a kid that is SQL", () => sign({ header: { kid: "' OR 1=1 --" } })],
    ["a kid that every object has", () => sign({ header: { kid: "__proto__" } })],
    [
      "a key of its own in it",
      async () => {
        const own = generateKeyPairSync("ed25519");
        const header = { kid: "own", jwk: await jwkOf(own.publicKey) } as Partial<JWTHeaderParameters>;
        return sign({ key: own.privateKey, header });
      },
    ],
    [
      "an address of keys in it",
      () => sign({ key: order.privateKey, header: { jku: "http://127.0.0.1:1/", x5u: "http://127.0.0.1:1/" } }),
    ],
    ["another typ", () => sign({ header: { typ: "at+jwt" } })],
    ["another audience", () => sign({ claims: { aud: "order" } })],
    ["no end", () => sign({ claims: { exp: undefined } })],
    ["a year to live", () => sign({ claims: { exp: seconds(31_536_000_000) } })],
    ["an end that is past", () => sign({ claims: { exp: seconds(-11_000) } })],
    ["a beginning that is to come", () => sign({ claims: { nbf: seconds(30_000) } })],
    ["100 KB", () => sign({ claims: { more: "x".repeat(100_000) } })],
    ["itself twice, as a header that was sent twice arrives", async () => `${await theirs()}, ${await theirs()}`],
    ["nothing in it", () => ""],
  ])("with %s is refused", async (_what, forge) => {
    expect(await verify(await forge())).toBeNull();
  });

  it("that is an access token is refused", async () => {
    const issuer = await startTestIssuer();
    const bearer = await issuer.bearer({ userId: "usr_1", role: "ADMIN" });
    await issuer.stop();
    expect(await verify(bearer.replace("Bearer ", ""))).toBeNull();
  });

  it("that was changed is refused, whether or not the right one is known", async () => {
    const credential = await theirs();
    await verify(credential);
    const [header = "", , signature = ""] = credential.split(".");
    const other = encode({ ...claims(), aud: ["product", "order"] });
    expect(await verify([header, other, signature].join("."))).toBeNull();
    expect(await verify(undefined)).toBeNull();
  });
});
