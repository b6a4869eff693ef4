// What nobody may do, tried at every door of accounts.
import { type Caller, type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let customer: SignedInUser;
let staff: SignedInUser;
beforeAll(async () => {
  service = await startUserService();
  [customer, staff] = [await service.register(), await service.signInAs("staff")];
});
afterAll(() => service.stop());

async function rest(method: string, path: string, caller: Caller, body?: unknown): Promise<[number, unknown]> {
  const answer = await fetch(`${service.origin}${path}`, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(caller.accessToken === undefined ? {} : { authorization: `Bearer ${caller.accessToken}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const { code } = JSON.parse((await answer.text()) || "{}") as { code?: string };
  return [answer.status, code];
}

const accountOf = ({ id }: SignedInUser) => service.sql("SELECT * FROM users WHERE id = $1", [id]);

describe("what an account is not asked for", () => {
  const smuggled = [
    { role: "ADMIN" },
    { id: "usr_00000000000000000000000000" },
    { emailVerified: true },
    { version: 9 },
  ];

  it.each(smuggled)("is refused with a profile: %j", async (more) => {
    const before = await accountOf(customer);
    const document = `mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code } } }`;
    const { errors } = await service.ask(document, { input: { displayName: "Mallory", ...more } }, customer);
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    expect(await rest("PATCH", "/v1/users/me", customer, { displayName: "Mallory", ...more })).toEqual([
      422,
      "INVALID_INPUT",
    ]);
    expect(await accountOf(customer)).toEqual(before);
  });

  it.each(smuggled)("is refused with a registration: %j", async (more) => {
    const input = { email: "mallory@example.org", password: "correct horse battery", displayName: "Mallory", ...more };
    const document = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) { errors { code } } }`;
    expect((await service.ask(document, { input })).errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    expect(await rest("POST", "/v1/auth/register", {}, input)).toEqual([422, "INVALID_INPUT"]);
    expect(await service.sql("SELECT 1 FROM users WHERE email_key = $1", [input.email])).toEqual([]);
  });

  it("is refused with an address: whose it is", async () => {
    const input = { recipient: "M", line1: "1", city: "X", postalCode: "1", countryCode: "DE", userId: staff.id };
    const document = `mutation ($input: AddressInput!) { saveAddress(input: $input) { errors { code } } }`;
    const { errors } = await service.ask(document, { input: { ...input, idempotencyKey: "1" } }, customer);
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });
});

describe("what is no id", () => {
  const noIds = ["", " ", "\u0000", "usr_\u0000", "\ud800", "usr_*", '{"$ne":null}', "' OR 1=1 --", "x".repeat(10_000)];
  const address = `{ recipient: "M", line1: "1", city: "X", postalCode: "1", countryCode: "DE", id: $id }`;

  it.each([
    ["revokeSession(id: $id)", "errors { code }"],
    ["removeAddress(id: $id)", "errors { code }"],
    [`saveAddress(input: ${address})`, "errors { code }"],
    ["attachAvatar(uploadId: $id)", "errors { code }"],
  ])("is not found by %s", async (mutation, selection) => {
    for (const id of noIds) {
      const { data } = await service.ask(`mutation ($id: ID!) { it: ${mutation} { ${selection} } }`, { id }, customer);
      expect([id, data]).toEqual([id, { it: { errors: [{ code: "NOT_FOUND" }] } }]);
    }
  });

  it("is nobody, for an admin and as an entity as well", async () => {
    const admin = await service.signInAs("admin");
    const document = `mutation ($id: ID!) { setUserRole(userId: $id, role: ADMIN) { errors { code } } }`;
    for (const id of noIds) {
      expect((await service.ask(document, { id }, admin)).data).toEqual({
        setUserRole: { errors: [{ code: "NOT_FOUND" }] },
      });
      expect((await service.ask(`query ($id: ID!) { user(id: $id) { id } }`, { id }, admin)).data).toEqual({
        user: null,
      });
    }
    for (const id of [...noIds, { $ne: null }, ["usr"], null, 7, true]) {
      const of = [{ __typename: "User", id }];
      const entities = `query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }`;
      expect([id, (await service.ask(entities, { of }, admin)).data]).toEqual([id, { _entities: [null] }]);
    }
  });

  it.each([{ $ne: null }, ["usr"], true, 1.5])("nor can be one: %j", async (id) => {
    const document = `mutation ($id: ID!) { revokeSession(id: $id) { errors { code } } }`;
    const { errors } = await service.ask(document, { id }, customer);
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
  });

  it("finds nothing over REST", async () => {
    for (const id of ["%00", "%F0%9F%98%80", "..%2Fme", "x".repeat(300), "$ne"]) {
      const [status] = await rest("GET", `/v1/users/${id}`, staff);
      expect([id, [400, 404, 414].includes(status)]).toEqual([id, true]);
      const [ended] = await rest("DELETE", `/v1/users/me/sessions/${id}`, customer);
      expect([id, [400, 404, 414].includes(ended)]).toEqual([id, true]);
    }
  });
});

it("leaves another's address and session alone over REST", async () => {
  const other = await service.register();
  const input = { recipient: "O", line1: "1", city: "X", postalCode: "1", countryCode: "DE" };
  const document = `mutation ($input: AddressInput!) { saveAddress(input: $input) {
    address { id } user { addresses { id city } sessions { id } } } }`;
  const { data } = await service.ask(document, { input: { ...input, idempotencyKey: "1" } }, other);
  const { user } = data?.["saveAddress"] as { user: { addresses: { id: string }[]; sessions: { id: string }[] } };
  const [address, session] = [user.addresses[0]?.id ?? "", user.sessions[0]?.id ?? ""];
  const notFound = [404, "NOT_FOUND"];
  expect(await rest("PUT", `/v1/users/me/addresses/${address}`, customer, { ...input, city: "Y" })).toEqual(notFound);
  expect(await rest("DELETE", `/v1/users/me/addresses/${address}`, customer)).toEqual(notFound);
  expect(await rest("DELETE", `/v1/users/me/sessions/${session}`, customer)).toEqual(notFound);
  const { data: after } = await service.ask("{ me { addresses { id city } sessions { id } } }", {}, other);
  expect(after?.["me"]).toEqual(user);
});

describe("a role that is too small", () => {
  it.each([
    ["GET", "/v1/users", undefined],
    ["GET", "/v1/audit-log", undefined],
    ["PUT", "/v1/users/usr_00000000000000000000000000/role", { role: "ADMIN" }],
  ])("is told so: %s %s", async (method, path, body) => {
    expect(await rest(method, path, {}, body)).toEqual([401, "UNAUTHENTICATED"]);
    expect(await rest(method, path, customer, body)).toEqual([403, "FORBIDDEN"]);
    if (path !== "/v1/users") expect(await rest(method, path, staff, body)).toEqual([403, "FORBIDDEN"]);
  });

  it("is the same when a name is put before it, or another's field is asked beside it", async () => {
    const document = `mutation ($id: ID!) { a: setUserRole(userId: $id, role: ADMIN) { user { id } }
      b: setUserRole(userId: $id, role: STAFF) { user { id } } }`;
    const { data, errors } = await service.ask(document, { id: customer.id }, customer);
    expect(data).toBeNull();
    expect(errors?.map(({ extensions }) => extensions.code)).toContain("FORBIDDEN");
    expect(await accountOf(customer)).toMatchObject([{ role: "CUSTOMER" }]);
  });
});

describe("texts that cannot be stored", () => {
  it.each(["\u0000", "\ud800", "a\u202eb", "\n", "a\u2028b", "\u200b"])(
    "are refused wherever they come: %j",
    async (text) => {
      const document = `mutation ($profile: UpdateProfileInput!, $address: AddressInput!) {
      a: updateProfile(input: $profile) { errors { code } } b: saveAddress(input: $address) { errors { code } } }`;
      const address = {
        recipient: text,
        line1: "1",
        city: "X",
        postalCode: "1",
        countryCode: "DE",
        idempotencyKey: "t",
      };
      const { data } = await service.ask(document, { profile: { displayName: text }, address }, customer);
      expect(data).toEqual({ a: { errors: [{ code: "INVALID_INPUT" }] }, b: { errors: [{ code: "INVALID_INPUT" }] } });
    },
  );

  it("are no secret either: a token or password with them is only wrong", async () => {
    const documents = [
      `mutation ($t: String!) { it: verifyEmail(token: $t) { errors { code } } }`,
      `mutation ($t: String!) { it: resetPassword(token: $t, newPassword: "correct horse battery") { errors { code } } }`,
      `mutation ($t: String!) { it: logout(refreshToken: $t) { errors { code } } }`,
      `mutation ($t: String!) { it: changePassword(currentPassword: $t, newPassword: "x") { errors { code } } }`,
    ];
    const someone = await service.register();
    for (const document of documents) {
      for (const t of ["\u0000", "\ud800", "x".repeat(10_000)]) {
        const { data } = await service.ask(document, { t }, someone);
        expect(data).toEqual({
          it: { errors: [{ code: expect.stringMatching(/^INVALID_(TOKEN|CREDENTIALS)$/) as string }] },
        });
      }
    }
  });
});
