// What is refused, whatever it is told by: the verifier beside a table that is told by hand.
import { createAccessTokenVerifier, requireRole, requireRoleToRead, type Role, type VerifyAccessToken } from "../src";
import { createRevocations, type Revocation, revocationLifetimeMs, type RevocationTable } from "../src/revocations";
import { startTestIssuer, type TestIssuer } from "../src/testing";

const silentAfterMs = 60_000;
let issuer: TestIssuer;
let table: RevocationTable;
let verify: VerifyAccessToken;
let events = 0;

beforeAll(async () => {
  issuer = await startTestIssuer();
});
afterAll(() => issuer.stop());
beforeEach(() => {
  table = createRevocations({ silentAfterMs });
  verify = createAccessTokenVerifier({ ...issuer, revocations: table });
});
afterEach(() => jest.useRealTimers());

const setTime = (now: number) => jest.useFakeTimers({ now, doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
const note = (revocation: Revocation, occurredAt = new Date(), eventId = `evt_${++events}`): void =>
  table.note(revocation, { eventId, occurredAt });
const ago = (ms: number): Date => new Date(Date.now() - ms);
const ada = (token: { role?: Role; sessionId?: string; issuedAt?: Date } = {}) =>
  issuer.bearer({ userId: "usr_ada", ...token });
const bob = () => issuer.bearer({ userId: "usr_bob", sessionId: "ses_bob" });
const unauthenticated = { extensions: { code: "UNAUTHENTICATED" } };
const isRefused = (bearer: string): Promise<boolean> =>
  verify(bearer).then(
    () => false,
    (error: unknown) => {
      expect(error).toMatchObject(unauthenticated);
      return true;
    },
  );

describe("a token", () => {
  // Made when it is noted: one of all sessions counts from when it was made.
  it.each<[string, () => Revocation]>([
    ["its session ended", () => ({ kind: "SESSIONS_ENDED", userId: "usr_ada", sessionIds: ["ses_1", "ses_2"] })],
    ["all of the user's sessions ended", () => ({ kind: "ALL_ENDED", userId: "usr_ada", before: new Date() })],
    ["the user's role changed", () => ({ kind: "ROLE_CHANGED", userId: "usr_ada", role: "CUSTOMER" })],
    ["the user was deleted", () => ({ kind: "USER_DELETED", userId: "usr_ada" })],
  ])("is refused once %s, though it is remembered, and nobody else's is", async (_what, revocation) => {
    const bearers = [await ada({ role: "STAFF", sessionId: "ses_1", issuedAt: ago(2_000) }), await bob()];
    for (const bearer of bearers) await verify(bearer);
    note(revocation());
    expect(await Promise.all(bearers.map(isRefused))).toEqual([true, false]);
  });

  it("of another session of the user stays good", async () => {
    note({ kind: "SESSIONS_ENDED", userId: "usr_ada", sessionIds: ["ses_1"] });
    expect(await isRefused(await ada({ sessionId: "ses_2" }))).toBe(false);
  });

  it("of a session that ended is refused however late it was issued", async () => {
    note({ kind: "SESSIONS_ENDED", userId: "usr_ada", sessionIds: ["ses_1"] }, ago(5_000));
    expect(await isRefused(await ada({ sessionId: "ses_1" }))).toBe(true);
  });

  it("with the role that was given is good; with another one, if it was issued well after the change", async () => {
    note({ kind: "ROLE_CHANGED", userId: "usr_ada", role: "STAFF" }, ago(30_000));
    expect(await isRefused(await ada({ role: "STAFF", issuedAt: ago(60_000) }))).toBe(false);
    expect(await isRefused(await ada({ role: "CUSTOMER", issuedAt: ago(29_000) }))).toBe(true);
    expect(await isRefused(await ada({ role: "CUSTOMER" }))).toBe(false);
  });
});

it("goes by the role that was given last, though an earlier change is told of again", async () => {
  const staff = await ada({ role: "STAFF", issuedAt: ago(4_000) });
  note({ kind: "ROLE_CHANGED", userId: "usr_ada", role: "STAFF" }, ago(3_000), "evt_first");
  expect(await isRefused(staff)).toBe(false);
  note({ kind: "ROLE_CHANGED", userId: "usr_ada", role: "CUSTOMER" }, ago(3_000), "evt_second");
  note({ kind: "ROLE_CHANGED", userId: "usr_ada", role: "STAFF" }, ago(3_000), "evt_first");
  expect(await isRefused(staff)).toBe(true);
});

it("tells whoever watches a token, once, and at once where it is revoked already", async () => {
  const told: string[] = [];
  const viewers = { ada: await verify(await ada({ sessionId: "ses_1" })), bob: await verify(await bob()) };
  const watch = (name: "ada" | "bob", as: string): (() => void) => {
    const viewer = viewers[name];
    if (viewer === null) throw new Error("no viewer");
    return table.watch(viewer, () => told.push(as));
  };
  watch("ada", "ada");
  watch("bob", "bob");
  watch("ada", "ada, who has left")();
  for (const userId of ["usr_ada", "usr_ada"]) note({ kind: "SESSIONS_ENDED", userId, sessionIds: ["ses_1"] });
  expect(told).toEqual(["ada"]);
  watch("ada", "ada, who came later");
  expect(told).toEqual(["ada", "ada, who came later"]);
});

it("keeps 10,000 revocations no longer than the tokens live that they concern, and none that comes too late", () => {
  const startMs = Date.now();
  setTime(startMs);
  for (let n = 0; n < 10_000; n++) {
    const revocation = { userId: `usr_${n}`, sessionIds: [`ses_${n}`] };
    note(n % 2 === 0 ? { kind: "SESSIONS_ENDED", ...revocation } : { kind: "USER_DELETED", ...revocation });
  }
  note({ kind: "USER_DELETED", userId: "usr_long_gone" }, ago(revocationLifetimeMs));
  expect(table.size()).toBe(10_000);
  setTime(startMs + revocationLifetimeMs);
  table.noteProof({ partition: 0, partitions: 1, upTo: new Date() });
  expect(table.size()).toBe(0);
});

it("forgets nothing before its time because an event is of the future", async () => {
  note({ kind: "USER_DELETED", userId: "usr_ada" }, new Date(Date.now() + 86_400_000));
  note({ kind: "USER_DELETED", userId: "usr_bob" }, new Date(NaN));
  expect([await isRefused(await ada()), await isRefused(await bob())]).toEqual([true, true]);
  setTime(Date.now() + revocationLifetimeMs);
  table.noteProof({ partition: 0, partitions: 1, upTo: new Date() });
  expect(table.size()).toBe(0);
});

describe("silence", () => {
  const prove = (partition: number, partitions: number, upTo = new Date()): void =>
    table.noteProof({ partition, partitions, upTo });

  it("lasts until all partitions are proven, and begins with the one that is proven no more", () => {
    expect(table.isSilent()).toBe(true);
    prove(0, 2);
    expect(table.isSilent()).toBe(true);
    prove(1, 2);
    expect(table.isSilent()).toBe(false);
    prove(0, 2, ago(silentAfterMs + 1_000)); // told again
    expect(table.isSilent()).toBe(false);
    setTime(Date.now() + silentAfterMs + 1);
    prove(0, 2);
    expect(table.isSilent()).toBe(true);
    prove(1, 2);
    expect(table.isSilent()).toBe(false);
    prove(0, 3); // there are more of them now
    expect(table.isSilent()).toBe(true);
  });

  it("is not put off by a proof of the future", () => {
    prove(0, 1, new Date(Date.now() + 86_400_000));
    setTime(Date.now() + silentAfterMs + 1);
    expect(table.isSilent()).toBe(true);
  });

  it("keeps staff from changing anything and nobody from reading, with no word about roles to others", async () => {
    const staff = await verify(await ada({ role: "STAFF" }));
    const unavailable = { extensions: { code: "SERVICE_UNAVAILABLE", retryAfterSeconds: 10 } };
    expect(() => requireRole(staff, "STAFF")).toThrow(expect.objectContaining(unavailable) as Error);
    expect(requireRoleToRead(staff, "STAFF")).toBe(staff);
    const forbidden = { extensions: { code: "FORBIDDEN" } };
    const customer = await verify(await bob());
    expect(() => requireRole(customer, "STAFF")).toThrow(expect.objectContaining(forbidden) as Error);
    prove(0, 1);
    expect(requireRole(staff, "STAFF")).toBe(staff);
  });
});
