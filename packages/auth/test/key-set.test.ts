// Keys of access tokens as verifiers elsewhere read them: while they change, and while nobody answers.
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { exportJWK, generateKeyPair, type CryptoKey, type JWK } from "jose";
import { createAccessTokenVerifier, noRevocations, signAccessToken, type VerifyAccessToken } from "../src";

interface Key {
  readonly keyId: string;
  readonly key: CryptoKey;
  readonly publicJwk: JWK;
}

const by = { issuer: "test-issuer", audience: "test-shop" };
const unauthenticated = { extensions: { code: "UNAUTHENTICATED" } };
const unavailable = { extensions: { code: "SERVICE_UNAVAILABLE" } };

let server: Server;
let port: number;
/** Whoever connects is sent away. Its port stays its own meanwhile: given back, another process might have it. */
let isAway: boolean;
/** What is published. */
let published: readonly Key[];
/** Stands in for the whole answer. */
let nonsense: string | undefined;
/** How often the keys were asked for. */
let asked: number;
let verify: VerifyAccessToken;
/** Verifiers look at it to judge how old their keys are. */
let clockMs: number;

beforeEach(async () => {
  clockMs = Date.now();
  jest.spyOn(Date, "now").mockImplementation(() => clockMs);
  asked = 0;
  nonsense = undefined;
  published = [await makeKey()];
  await listen();
  verify = createAccessTokenVerifier({
    jwksUrl: `http://127.0.0.1:${port}/.well-known/jwks.json`,
    revocations: noRevocations,
    ...by,
  });
});
afterEach(async () => {
  jest.restoreAllMocks();
  goAway();
  server.close();
  await once(server, "close");
});

async function listen(): Promise<void> {
  isAway = false;
  server = createServer((_request, response) => {
    asked += 1;
    response.end(nonsense ?? JSON.stringify({ keys: published.map(({ publicJwk }) => publicJwk) }));
  });
  server.on("connection", (socket) => {
    if (isAway) socket.destroy();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  ({ port } = server.address() as AddressInfo);
}

function goAway(): void {
  isAway = true;
  server.closeAllConnections();
}

async function makeKey(): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA");
  const keyId = randomUUID();
  return {
    keyId,
    key: privateKey,
    publicJwk: { ...(await exportJWK(publicKey)), kid: keyId, alg: "EdDSA", use: "sig" },
  };
}

/** A token that nobody has seen yet. */
async function bearerBy(key: Key | undefined = published[0]): Promise<string> {
  if (key === undefined) throw new Error("nothing is published");
  const issuedAt = new Date();
  const expiresAt = new Date(issuedAt.getTime() + 600_000);
  const claims = {
    userId: "usr_1",
    role: "CUSTOMER",
    sessionId: "ses_1",
    tokenId: randomUUID(),
    issuedAt,
    expiresAt,
  } as const;
  return `Bearer ${await signAccessToken(claims, { ...key, ...by })}`;
}
const isVerified = { userId: "usr_1" };

it("is asked for once, however many tokens come at once", async () => {
  const bearers = await Promise.all(Array.from({ length: 20 }, () => bearerBy()));
  await Promise.all(bearers.map((bearer) => verify(bearer)));
  expect(asked).toBe(1);
});

describe("a new key", () => {
  it("is known to a verifier before it signs, if it is published for more than a minute", async () => {
    await verify(await bearerBy());
    const next = await makeKey();
    published = [next, ...published];
    clockMs += 61_000;
    await verify(await bearerBy(published[1])); // begins to look, and does not wait
    await verify(await bearerBy(next));
    await verify(await bearerBy(next));
    expect(asked).toBe(2);
  });

  it("is looked for when a token names it, and nobody notices", async () => {
    await verify(await bearerBy());
    const next = await makeKey();
    published = [next];
    clockMs += 5_000;
    const bearers = await Promise.all(Array.from({ length: 20 }, () => bearerBy(next)));
    for (const viewer of await Promise.all(bearers.map((bearer) => verify(bearer)))) {
      expect(viewer).toMatchObject(isVerified);
    }
    expect(asked).toBe(2);
  });

  it("that nobody has is looked for every few seconds at most", async () => {
    await verify(await bearerBy());
    const stranger = await makeKey();
    for (let second = 0; second < 20; second++) {
      clockMs += 1_000;
      const bearers = await Promise.all(
        Array.from({ length: 10 }, () => bearerBy({ ...stranger, keyId: randomUUID() })),
      );
      for (const bearer of bearers) await expect(verify(bearer)).rejects.toMatchObject(unauthenticated);
    }
    expect(asked).toBeLessThanOrEqual(5);
  });
});

it("is no key any more a minute after it was taken back", async () => {
  const [old] = published;
  await verify(await bearerBy(old));
  published = [await makeKey()];
  clockMs += 61_000;
  await verify(await bearerBy());
  await expect(verify(await bearerBy(old))).rejects.toMatchObject(unauthenticated);
});

describe("while the user service is away", () => {
  it("the keys that were had last go on verifying, for hours", async () => {
    await verify(await bearerBy());
    goAway();
    for (let minutes = 0; minutes < 180; minutes += 7) {
      clockMs += 7 * 60_000;
      expect(await verify(await bearerBy())).toMatchObject(isVerified);
    }
  });

  it("a key that may be new is not called wrong, and is taken when the service is back", async () => {
    await verify(await bearerBy());
    goAway();
    const next = await makeKey();
    for (const wait of [5_000, 1, 1_000]) {
      clockMs += wait;
      await expect(verify(await bearerBy(next))).rejects.toMatchObject(unavailable);
    }
    published = [next];
    isAway = false;
    clockMs += 5_000;
    expect(await verify(await bearerBy(next))).toMatchObject(isVerified);
  });

  it.each(["<html>Bad gateway</html>", "{}", '{"keys": 1}'])("%s in its place is no key set", async (answer) => {
    const [old] = published;
    nonsense = answer;
    await expect(verify(await bearerBy())).rejects.toMatchObject(unavailable);
    nonsense = undefined;
    expect(await verify(await bearerBy())).toMatchObject(isVerified);
    nonsense = answer;
    clockMs += 61_000;
    expect(await verify(await bearerBy(old))).toMatchObject(isVerified);
    await expect(verify(await bearerBy(await makeKey()))).rejects.toMatchObject(unavailable);
  });
});
