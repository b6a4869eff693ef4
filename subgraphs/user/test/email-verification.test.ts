import { mailedToken, mailsTo } from "./mailbox";
import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

const request = (user: SignedInUser) =>
  service.ask("mutation { requestEmailVerification { accepted errors { code } } }", {}, user);
const accepted = { requestEmailVerification: { accepted: true, errors: [] } };

async function verify(token: string, viewer?: SignedInUser): Promise<unknown> {
  const document = `mutation ($t: String!) { verifyEmail(token: $t) { user { id emailVerified } errors { code path } } }`;
  const { data } = await service.ask(document, { t: token }, viewer);
  return data?.["verifyEmail"];
}

const isVerified = async (user: SignedInUser) => {
  const { data } = await service.ask("{ me { emailVerified } }", {}, user);
  return (data?.["me"] as { emailVerified: boolean }).emailVerified;
};
const invalidToken = { user: null, errors: [{ code: "INVALID_TOKEN", path: ["token"] }] };

it("sends a link to the address of the account, from where the configuration says", async () => {
  const user = await service.register();
  expect((await request(user)).data).toEqual(accepted);
  const [mail] = await mailsTo(service, user.email, 1);
  expect(mail?.text).toMatch(/\nhttps:\/\/shop\.test\/verify-email#token=[\w-]{43}\n/);
  expect(await isVerified(user)).toBe(false);
});

it("takes its token once, from whoever has it", async () => {
  const user = await service.register();
  await request(user);
  const token = await mailedToken(service, user.email);
  expect(await verify(token)).toEqual({ user: { id: user.id, emailVerified: null }, errors: [] });
  expect(await isVerified(user)).toBe(true);
  expect(await verify(token, user)).toEqual(invalidToken);
});

it("sends nothing where the address is verified, and tells no stranger", async () => {
  const user = await service.register();
  await service.sql("UPDATE users SET email_verified_at = now() WHERE id = $1", [user.id]);
  expect((await request(user)).data).toEqual(accepted);
  expect(await service.sql("SELECT 1 FROM mailed_links WHERE email_key = $1", [user.email])).toEqual([]);
  const { errors } = await service.ask("mutation { requestEmailVerification { accepted } }");
  expect(errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
});

it("is for the address that the mail went to, and for no other of the account", async () => {
  const user = await service.register();
  await request(user);
  const token = await mailedToken(service, user.email);
  await service.sql("UPDATE users SET email = $2, email_key = $2 WHERE id = $1", [user.id, `moved-${user.email}`]);
  expect(await verify(token, user)).toEqual(invalidToken);
  expect(await isVerified(user)).toBe(false);
});

it.each(["", "not a token", "\u0000", "a".repeat(43)])("refuses %j", async (token) => {
  expect(await verify(token)).toEqual(invalidToken);
});

it("refuses a token of another purpose, of another kind, and one that was replaced", async () => {
  const user = await service.register();
  await request(user);
  const replaced = await mailedToken(service, user.email);
  await request(user);
  const current = await mailedToken(service, user.email, 2);
  expect(await verify(replaced)).toEqual(invalidToken);
  expect(await verify(user.accessToken)).toEqual(invalidToken);
  expect(await verify(user.refreshToken)).toEqual(invalidToken);
  await service.sql("UPDATE mailed_links SET purpose = 'RESET_PASSWORD' WHERE email_key = $1", [user.email]);
  expect(await verify(current)).toEqual(invalidToken);
});
