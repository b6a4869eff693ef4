import { hash } from "@node-rs/argon2";
import { authFields, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

const register = (input: object) =>
  service.ask(`mutation ($input: RegisterUserInput!) { registerUser(input: $input) { ${authFields} } }`, {
    input: { email: "ada@example.org", password: "a long enough one", displayName: "Ada", ...input },
  });
const login = (email: string, password: string) =>
  service.ask(`mutation ($input: LoginInput!) { login(input: $input) { ${authFields} } }`, {
    input: { email, password },
  });

describe("registering", () => {
  it("signs the new customer in, who reads their own account in the same answer", async () => {
    const document = `mutation ($input: RegisterUserInput!) { registerUser(input: $input) {
      user { id displayName email emailVerified phone role version addresses { id } sessions { current userAgent } }
      tokens { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } errors { code } } }`;
    const input = { email: "Mia@Example.org", password: "a long enough one", displayName: " Mia ", phone: "+49 30 1" };
    const { data } = await service.ask(document, { input }, { userAgent: "Mia's phone" });
    expect(data).toMatchObject({
      registerUser: {
        user: {
          displayName: "Mia",
          email: "Mia@Example.org",
          emailVerified: false,
          phone: "+49 30 1",
          role: "CUSTOMER",
          version: 1,
          addresses: [],
          sessions: [{ current: true, userAgent: "Mia's phone" }],
        },
        errors: [],
      },
    });
    const { tokens } = data?.["registerUser"] as { tokens: { accessToken: string } };
    const me = await service.ask("{ me { email } }", {}, tokens);
    expect(me.data).toEqual({ me: { email: "Mia@Example.org" } });
  });

  it("tells every problem of an input, and stores none of it", async () => {
    const { data } = await register({ displayName: "two\nlines", phone: "call me", password: "short" });
    expect(data).toEqual({
      registerUser: {
        user: null,
        tokens: null,
        errors: [
          { code: "INVALID_INPUT", path: ["input", "displayName"] },
          { code: "INVALID_INPUT", path: ["input", "phone"] },
          { code: "WEAK_PASSWORD", path: ["input", "password"] },
        ],
      },
    });
    expect(await service.sql("SELECT id FROM users WHERE email_key = $1", ["ada@example.org"])).toEqual([]);
  });

  it.each([
    ["a role", { role: "ADMIN" }],
    ["an id", { id: "usr_00000000000000000000000000" }],
  ])("refuses an input with %s", async (_what, extra) => {
    const { status, errors } = await register(extra);
    expect(status).toBe(400);
    expect(errors).toMatchObject([{ extensions: { code: "BAD_USER_INPUT" } }]);
    expect(JSON.stringify(errors)).not.toContain("a long enough one");
  });
});

describe("signing in", () => {
  it("takes the address in any case of letters", async () => {
    const { email, password } = await service.register();
    const { data } = await login(email.toUpperCase(), password);
    expect(data).toMatchObject({ login: { user: { email }, errors: [] } });
  });

  it("answers an unknown address as it answers a wrong or an overlong password", async () => {
    const { email, password } = await service.register();
    const [unknown, wrong, overlong] = await Promise.all([
      login("nobody@example.org", password),
      login(email, `${password}!`),
      login(email, "x".repeat(100_000)),
    ]);
    expect(unknown.data).toEqual({
      login: { user: null, tokens: null, errors: [{ code: "INVALID_CREDENTIALS", path: ["input"] }] },
    });
    expect(wrong).toEqual(unknown);
    expect(overlong).toEqual(unknown);
  });

  it("hashes a password anew that was hashed with other parameters", async () => {
    const { id, email, password } = await service.register();
    const weaker = { memoryCost: 8_192, timeCost: 1, parallelism: 1 };
    await service.sql("UPDATE users SET password_hash = $2 WHERE id = $1", [id, await hash(password, weaker)]);
    expect((await login(email, password)).data).toMatchObject({ login: { errors: [] } });
    const [row] = await service.sql("SELECT password_hash FROM users WHERE id = $1", [id]);
    expect(row?.["password_hash"]).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect((await login(email, password)).data).toMatchObject({ login: { errors: [] } });
  });

  it("sends away whom it cannot serve soon, and serves all others", async () => {
    const { email, password } = await service.register();
    const answers = await Promise.all(Array.from({ length: 90 }, () => login(email, password)));
    const [served, sentAway] = [answers.filter(({ errors }) => !errors), answers.filter(({ errors }) => errors)];
    expect(served.length).toBeGreaterThanOrEqual(66);
    for (const { data } of served) expect(data).toMatchObject({ login: { errors: [] } });
    for (const { errors } of sentAway) {
      expect(errors).toMatchObject([{ extensions: { code: "RATE_LIMITED", retryAfterSeconds: 2 } }]);
    }
  }, 120_000); // 66 hashes, on a machine that may have else to do
});

describe("changing the password", () => {
  const change = (currentPassword: string, newPassword: string, accessToken?: string) =>
    service.ask(
      `mutation ($a: String!, $b: String!) { changePassword(currentPassword: $a, newPassword: $b) { ${authFields} } }`,
      { a: currentPassword, b: newPassword },
      { accessToken },
    );

  it("ends all sessions, and signs in anew", async () => {
    const user = await service.register();
    const { data } = await change(user.password, "another long one", user.accessToken);
    const { tokens } = data?.["changePassword"] as { tokens: { accessToken: string } };
    expect((await login(user.email, user.password)).data).toMatchObject({ login: { user: null } });
    expect((await login(user.email, "another long one")).data).toMatchObject({ login: { errors: [] } });
    const refresh = `mutation ($t: String!) { refreshTokens(refreshToken: $t) { errors { code } } }`;
    expect((await service.ask(refresh, { t: user.refreshToken })).data).toEqual({
      refreshTokens: { errors: [{ code: "INVALID_TOKEN" }] },
    });
    const me = await service.ask("{ me { id sessions { current } } }", {}, tokens);
    expect(me.data).toEqual({ me: { id: user.id, sessions: [{ current: false }, { current: true }] } });
  });

  it("needs the current one, a new one that is not weak, and a viewer", async () => {
    const { accessToken, password } = await service.register();
    expect((await change("not the password", "another long one", accessToken)).data).toMatchObject({
      changePassword: { tokens: null, errors: [{ code: "INVALID_CREDENTIALS", path: ["currentPassword"] }] },
    });
    expect((await change(password, "short", accessToken)).data).toMatchObject({
      changePassword: { tokens: null, errors: [{ code: "WEAK_PASSWORD", path: ["newPassword"] }] },
    });
    expect((await change(password, "another long one")).errors).toMatchObject([
      { extensions: { code: "UNAUTHENTICATED" } },
    ]);
  });
});

it("answers UNAUTHENTICATED to an anonymous `me`", async () => {
  const me = await service.ask("{ me { id } }");
  expect(me).toMatchObject({ data: { me: null }, errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
});
