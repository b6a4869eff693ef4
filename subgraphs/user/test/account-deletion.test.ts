import { eventually } from "@shop/subgraph-server/testing";
import { mailsTo } from "./mailbox";
import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

const remove = (user: SignedInUser, password = user.password) =>
  service.ask(
    `mutation ($password: String!) { deleteAccount(password: $password) { accepted errors { code path } } }`,
    { password },
    user,
  );
const accepted = { deleteAccount: { accepted: true, errors: [] } };

async function tryToSignIn(user: SignedInUser): Promise<unknown> {
  const document = `mutation ($input: LoginInput!) { login(input: $input) { user { id } errors { code } } }`;
  const { email, password } = user;
  return (await service.ask(document, { input: { email, password } })).data?.["login"];
}

async function registerAgain({ email, password }: SignedInUser): Promise<SignedInUser> {
  const document = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) {
    user { id } tokens { accessToken refreshToken } } }`;
  const { data } = await service.ask(document, { input: { email, password, displayName: "Again" } });
  const { user, tokens } = data?.["registerUser"] as { user: { id: string }; tokens: object };
  return { email, password, ...user, ...tokens } as SignedInUser;
}

const requestVerification = (user: SignedInUser) =>
  service.ask("mutation { requestEmailVerification { accepted } }", {}, user);

/** Somebody of whom everything is known that an account can hold. */
async function wellKnown(): Promise<SignedInUser> {
  const user = await service.register({ displayName: "Zebulon Quist" });
  await service.signIn(user.email, user.password, "Zebulon's phone");
  const document = `mutation ($profile: UpdateProfileInput!, $address: AddressInput!) {
    updateProfile(input: $profile) { errors { code } } saveAddress(input: $address) { errors { code } } }`;
  const address = {
    recipient: "Z. Quist",
    line1: "Quist Row 7",
    city: "Quistown",
    postalCode: "Q7",
    countryCode: "DE",
  };
  await service.ask(
    document,
    { profile: { phone: "+49 30 777 4711" }, address: { ...address, idempotencyKey: "the key of quist" } },
    user,
  );
  await requestVerification(user);
  await mailsTo(service, user.email, 1);
  return user;
}

/** Every row of every table, as text. */
async function everythingStored(): Promise<string> {
  const tables = await service.sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", []);
  const rows: unknown[] = [];
  for (const { tablename } of tables) rows.push(await service.sql(`SELECT t::text FROM "${String(tablename)}" t`, []));
  return JSON.stringify(rows).toLowerCase();
}

it("takes with the account all that is personal, and keeps that it was deleted", async () => {
  const user = await wellKnown();
  const personal = [user.email, "quist", "777 4711", "the key of", "zebulon"];
  const before = await everythingStored();
  for (const text of personal) expect(before).toContain(text);

  expect((await remove(user)).data).toEqual(accepted);

  const after = await everythingStored();
  for (const text of personal) expect(after).not.toContain(text);
  for (const table of ["sessions", "addresses", "idempotency_keys"]) {
    expect(await service.sql(`SELECT 1 FROM ${table} WHERE user_id = $1`, [user.id])).toEqual([]);
  }
  expect(await service.sql("SELECT action, before, after FROM audit_log WHERE target_id = $1", [user.id])).toEqual([
    { action: "user.deleted", before: { role: "CUSTOMER" }, after: {} },
  ]);
  const events = await eventually(
    () => service.sql("SELECT type FROM outbox WHERE key = $1 AND published_at IS NOT NULL", [user.id]),
    (published) => published.length > 0,
  );
  expect(events).toEqual([{ type: "deleted" }]);
});

it("leaves nobody to be found, signed in or refreshed, and frees the address", async () => {
  const [user, other] = [await service.register(), await service.register()];
  await remove(user);
  const found = await service.ask(
    `query ($id: ID!, $of: [_Any!]!) { user(id: $id) { id } _entities(representations: $of) { __typename } }`,
    { id: user.id, of: [{ __typename: "User", id: user.id }] },
    other,
  );
  expect(found).toEqual({ status: 200, data: { user: null, _entities: [null] } });
  expect(await tryToSignIn(user)).toEqual({ user: null, errors: [{ code: "INVALID_CREDENTIALS" }] });
  const refreshing = `mutation ($t: String!) { refreshTokens(refreshToken: $t) { tokens { accessToken } errors { code } } }`;
  expect((await service.ask(refreshing, { t: user.refreshToken })).data).toEqual({
    refreshTokens: { tokens: null, errors: [{ code: "INVALID_TOKEN" }] },
  });
  expect((await registerAgain(user)).id).not.toBe(user.id);
});

it("asks for the password, and changes nothing without it", async () => {
  const user = await service.register();
  const refused = { accepted: false, errors: [{ code: "INVALID_CREDENTIALS", path: ["password"] }] };
  for (const wrong of ["", "wrong horse battery", "x".repeat(10_000), "\u0000"]) {
    expect((await remove(user, wrong)).data).toEqual({ deleteAccount: refused });
  }
  expect(await tryToSignIn(user)).toEqual({ user: { id: user.id }, errors: [] });
  const { errors } = await service.ask(`mutation { deleteAccount(password: "x") { accepted } }`);
  expect(errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]);
});

it("is done once, however often and however many at once ask, and with whoever signs in meanwhile", async () => {
  const user = await service.register();
  const answers = await Promise.all([
    ...Array.from({ length: 4 }, () => remove(user)),
    ...Array.from({ length: 4 }, () => tryToSignIn(user)),
  ]);
  for (const answer of answers.slice(0, 4)) {
    const { data, errors } = answer as Awaited<ReturnType<typeof remove>>;
    if (errors === undefined) expect(data).toEqual(accepted);
    else expect(errors).toMatchObject([{ extensions: { code: "UNAUTHENTICATED" } }]); // this service heard of it already
  }
  expect(await service.sql("SELECT 1 FROM sessions WHERE user_id = $1", [user.id])).toEqual([]);
  expect(await service.sql("SELECT 1 FROM outbox WHERE key = $1 AND type = 'deleted'", [user.id])).toHaveLength(1);
  expect(await service.sql("SELECT 1 FROM audit_log WHERE target_id = $1", [user.id])).toHaveLength(1);
});

describe("the last admin", () => {
  async function anotherAdmin(): Promise<SignedInUser> {
    const { id, email, password } = await service.register();
    await service.sql("UPDATE users SET role = 'ADMIN' WHERE id = $1", [id]);
    return service.signIn(email, password);
  }
  async function onlyAdmin(): Promise<SignedInUser> {
    await service.sql("UPDATE users SET role = 'CUSTOMER' WHERE role = 'ADMIN'", []);
    return anotherAdmin();
  }
  const adminsLeft = () => service.sql("SELECT id FROM users WHERE role = 'ADMIN'", []);
  const demote = (userId: string, by: SignedInUser) =>
    service.ask(
      `mutation ($id: ID!) { setUserRole(userId: $id, role: CUSTOMER) { errors { code path } } }`,
      { id: userId },
      by,
    );

  it("cannot go", async () => {
    const admin = await onlyAdmin();
    expect((await remove(admin)).data).toEqual({
      deleteAccount: { accepted: false, errors: [{ code: "INVALID_INPUT", path: [] }] },
    });
    expect(await adminsLeft()).toEqual([{ id: admin.id }]);
  });

  it.each(["go", "demote each other"])("is one of two who %s at the same time", async (what) => {
    const [one, two] = [await onlyAdmin(), await anotherAdmin()];
    await Promise.all(what === "go" ? [remove(one), remove(two)] : [demote(one.id, two), demote(two.id, one)]);
    expect(await adminsLeft()).toHaveLength(1);
  });

  it("who lost the role gives it to nobody, although their token still says it", async () => {
    const [admin, former] = [await onlyAdmin(), await anotherAdmin()];
    const friend = await service.register();
    await demote(former.id, admin);
    const { errors } = await service.ask(
      `mutation ($id: ID!) { setUserRole(userId: $id, role: ADMIN) { errors { code } } }`,
      { id: friend.id },
      former,
    );
    expect(errors).toMatchObject([
      { extensions: { code: expect.stringMatching(/FORBIDDEN|UNAUTHENTICATED/) as string } },
    ]);
    expect(await adminsLeft()).toEqual([{ id: admin.id }]);
  });
});

it("leaves the bound on mails to an address as it was", async () => {
  const user = await service.register();
  for (let n = 0; n < 5; n++) await requestVerification(user);
  await remove(user);
  const { errors } = await requestVerification(await registerAgain(user));
  expect(errors).toMatchObject([{ extensions: { code: "RATE_LIMITED" } }]);
});

it("is there over REST", async () => {
  const user = await service.register();
  const asked = async (body: object): Promise<unknown[]> => {
    const headers = { "content-type": "application/json", authorization: `Bearer ${user.accessToken}` };
    const answer = await fetch(`${service.origin}/v1/users/me`, {
      method: "DELETE",
      headers,
      body: JSON.stringify(body),
    });
    const { code } = JSON.parse((await answer.text()) || "{}") as { code?: string };
    return [answer.status, code];
  };
  expect(await asked({})).toEqual([422, "INVALID_INPUT"]);
  expect(await asked({ password: "wrong horse battery" })).toEqual([422, "INVALID_CREDENTIALS"]);
  expect(await asked({ password: user.password })).toEqual([204, undefined]);
  expect(await service.rest("GET", `/v1/users/${user.id}`)).toMatchObject({ status: 404 });
});
