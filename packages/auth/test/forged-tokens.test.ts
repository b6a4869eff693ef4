import { createAccessTokenVerifier, noRevocations, type VerifyAccessToken } from "../src";
import { forgedAccessTokens, rightAccessToken, startTestIssuer, type TestIssuer } from "../src/testing";

let issuer: TestIssuer;
let verify: VerifyAccessToken;
beforeAll(async () => {
  issuer = await startTestIssuer();
  verify = createAccessTokenVerifier({ ...issuer, revocations: noRevocations });
});
afterAll(() => issuer.stop());

it("are told from the right one by what is wrong about them alone", async () => {
  expect(await verify(await rightAccessToken(issuer))).toMatchObject({ userId: "usr_1", role: "ADMIN" });
});

it.each(forgedAccessTokens)("with %s are refused, and again", async (_what, forge) => {
  const authorization = await forge(issuer);
  for (const _time of [1, 2]) {
    await expect(verify(authorization)).rejects.toMatchObject({ extensions: { code: "UNAUTHENTICATED" } });
  }
});

it("of any length cost no more than a look", async () => {
  const authorization = `Bearer ${"x".repeat(50_000)}.${"x".repeat(25_000)}.${"x".repeat(25_000)}`;
  await expect(verify(authorization)).rejects.toMatchObject({ message: "The Authorization header is too long." });
});
