// The keys of access tokens as they change, over several instances. What only time would bring about is brought about by SQL.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { decodeProtectedHeader } from "jose";
import { createDatabase, type Database } from "../src/database";
import { rotateSigningKeys } from "../src/key-rotation";
import { openSigningKeys, publishAheadMs } from "../src/signing-keys";
import { startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let db: Database;
let secret: string;
beforeAll(async () => {
  service = await startUserService();
  secret = service.config.tokenSecret;
  db = createDatabase({ url: service.config.databaseUrl, log: createLogger("test", () => undefined) });
});
afterAll(async () => {
  await db.$disconnect();
  await service.stop();
});

const published = async (): Promise<string[]> => {
  const jwks = (await (await fetch(`${service.origin}/.well-known/jwks.json`)).json()) as { keys: { kid: string }[] };
  return jwks.keys.map(({ kid }) => kid);
};
const keyOf = (accessToken: string): string | undefined => decodeProtectedHeader(accessToken).kid;
/** Keys are that much older than they are. */
const age = (ms: number) =>
  service.sql("UPDATE signing_keys SET signs_from = signs_from - $1 * interval '1 millisecond'", [ms]);
const stored = async (): Promise<string[]> =>
  (await service.sql("SELECT id FROM signing_keys ORDER BY signs_from", [])).map(({ id }) => id as string);

/** One new key that signs now, and the one before it. */
async function rotate(): Promise<{ before: string; after: string }> {
  const [before = ""] = await stored();
  const outcome = await rotateSigningKeys({ db, secret });
  if (!outcome.ok) throw new Error(outcome.reason);
  await age(publishAheadMs);
  return { before, after: outcome.keyId };
}

beforeEach(async () => {
  await service.sql("DELETE FROM signing_keys", []);
  await openSigningKeys({ db, secret });
});

it("is published first, signs from a moment on, and the one before it goes when its last token has ended", async () => {
  const [before = ""] = await stored();
  await eventually(published, (keys) => keys.join() === before);
  const early = await service.register();
  const unseen = await service.register();
  const outcome = await rotateSigningKeys({ db, secret });
  if (!outcome.ok) throw new Error(outcome.reason);
  const after = outcome.keyId;

  await eventually(published, (keys) => keys.join() === [after, before].join());
  expect(keyOf((await service.register()).accessToken)).toBe(before);

  await age(publishAheadMs);
  const late = await eventually(
    () => service.register(),
    ({ accessToken }) => keyOf(accessToken) === after,
  );
  for (const { accessToken, id } of [early, late]) {
    expect(await service.ask("{ me { id } }", {}, { accessToken })).toMatchObject({ data: { me: { id } } });
  }
  expect(await published()).toEqual([after, before]);

  await age(11 * 60_000 + 1_000);
  await eventually(published, (keys) => keys.join() === after);
  expect(await stored()).toEqual([after]);
  const { accessToken } = unseen;
  const answer = await service.ask("{ me { id } }", {}, { accessToken });
  expect(answer).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
});

it("is one, however many rotate at once, until it signs", async () => {
  const outcomes = await Promise.all(Array.from({ length: 8 }, () => rotateSigningKeys({ db, secret })));
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(1);
  const keyIds = new Set(outcomes.map((outcome) => ("keyId" in outcome ? outcome.keyId : "none")));
  expect(keyIds.size).toBe(1);
  expect(await stored()).toHaveLength(2);
});

it("is made by a command that can be run twice", async () => {
  const run = async (): Promise<{ code: number | null; output: string }> => {
    const child = spawn(process.execPath, [join(__dirname, "../dist/keys-rotate.js")], {
      env: { PATH: process.env["PATH"], USER_DATABASE_URL: service.config.databaseUrl, TOKEN_SECRET: secret },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [, output] = await Promise.all([once(child, "exit"), text(child.stdout)]);
    return { code: child.exitCode, output };
  };
  const [one, other] = await Promise.all([run(), run()]);
  expect([one.code, other.code]).toEqual([0, 0]);
  const outputs = `${one.output}${other.output}`;
  expect(outputs).toMatch(/The key .* is published, and signs from .*No other was made\.$/m);
  expect(outputs).toMatch(/The key .* is published, and signs from .*The keys before it are removed/m);
  expect(await stored()).toHaveLength(2);
}, 60_000);

it("is not made under a secret that the service has not", async () => {
  const outcome = await rotateSigningKeys({ db, secret: "not-the-services-secret" });
  expect(outcome).toEqual({ ok: false, reason: "OTHER_SECRET" });
  expect(await stored()).toHaveLength(1);
});

it("is noticed by every instance, whatever the others did with it", async () => {
  const instances = await Promise.all([1, 2, 3].map(() => openSigningKeys({ db, secret })));
  const { before, after } = await rotate();
  for (const instance of instances) {
    expect(instance.current().keyId).toBe(before);
    await instance.refresh();
    expect(instance.current().keyId).toBe(after);
    expect(instance.jwks().keys.map(({ kid }) => kid)).toEqual([after, before]);
  }
  await age(11 * 60_000 + 1_000);
  await instances[0]?.refresh();
  await Promise.all(instances.map((instance) => instance.refresh()));
  await Promise.all(instances.map((instance) => instance.refresh()));
  for (const instance of instances) expect(instance.jwks().keys.map(({ kid }) => kid)).toEqual([after]);
});

it("is made anew where every key was taken away, as after a theft", async () => {
  await service.sql("DELETE FROM signing_keys", []);
  const [key = ""] = await eventually(stored, (keys) => keys.length === 1);
  await eventually(published, (keys) => keys.join() === key);
  expect(keyOf((await service.register()).accessToken)).toBe(key);
});

it("does not end another that nobody can replace: one under a secret that no instance has never counts", async () => {
  const [before] = await stored();
  const elsewhere = await openSigningKeys({ db, secret: "the-secret-of-nobody-here" });
  const foreign = elsewhere.current().keyId;
  const instance = await openSigningKeys({ db, secret });
  await age(12 * 60_000);
  await instance.refresh();
  await instance.refresh();
  expect(instance.current().keyId).toBe(before);
  expect(instance.jwks().keys.map(({ kid }) => kid)).toEqual([foreign, before]);
  expect(JSON.stringify(instance.jwks())).not.toContain('"d"');
});
