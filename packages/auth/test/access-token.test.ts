import { createAccessTokenVerifier, noRevocations, type VerifyAccessToken } from "../src";
import { startTestIssuer, type TestIssuer } from "../src/testing";

let issuer: TestIssuer;
let verify: VerifyAccessToken;
beforeEach(async () => {
  issuer = await startTestIssuer();
  verify = createAccessTokenVerifier({ ...issuer, revocations: noRevocations });
});
afterEach(() => {
  jest.useRealTimers();
  return issuer.stop();
});

const unauthenticated = { extensions: { code: "UNAUTHENTICATED" } };

it("tells the viewer of a token, again and again", async () => {
  const bearer = await issuer.bearer({ userId: "usr_1", role: "STAFF" });
  const viewer = { userId: "usr_1", role: "STAFF", sessionId: "ses_test" };
  expect(await verify(bearer)).toMatchObject(viewer);
  expect(await verify(bearer)).toMatchObject(viewer);
  expect(await verify(await issuer.bearer({ userId: "usr_2" }))).toMatchObject({ userId: "usr_2" });
});

it("refuses a token that it has known, once that has ended", async () => {
  const bearer = await issuer.bearer({ userId: "usr_1", expiresAt: new Date(Date.now() + 60_000) });
  await verify(bearer);
  jest.useFakeTimers({ now: Date.now() + 60_000, doNotFake: ["nextTick", "setImmediate", "queueMicrotask"] });
  await expect(verify(bearer)).rejects.toMatchObject(unauthenticated);
});

it("goes on for those it has known while the keys cannot be read", async () => {
  const bearer = await issuer.bearer({ userId: "usr_1" });
  await verify(bearer);
  await issuer.stop();
  expect(await verify(bearer)).toMatchObject({ userId: "usr_1" });
});

it.each([
  ["of another form", "Bearer nonsense"],
  ["of another scheme", "Basic dXNyOnB3"],
])("refuses what is %s", async (_what, authorization) => {
  await expect(verify(authorization)).rejects.toMatchObject(unauthenticated);
});

it("refuses one that was changed, whether or not the right one is known", async () => {
  const bearer = await issuer.bearer({ userId: "usr_1" });
  await verify(bearer);
  const [header = "", , signature = ""] = bearer.split(".");
  const other = Buffer.from(JSON.stringify({ sub: "usr_2" })).toString("base64url");
  await expect(verify([header, other, signature].join("."))).rejects.toMatchObject(unauthenticated);
});

it("has no viewer where there is no header", async () => {
  expect(await verify(undefined)).toBeNull();
});
