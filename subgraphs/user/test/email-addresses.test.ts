import { startUserService, type TestUserService, type UserAnswer } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

const password = "a long enough one";
const register = (email: string): Promise<UserAnswer> => {
  const document =
    "mutation ($input: RegisterUserInput!) { registerUser(input: $input) { user { email } errors { code path } } }";
  return service.ask(document, { input: { email, password, displayName: "Somebody" } });
};
const login = (email: string): Promise<UserAnswer> =>
  service.ask("mutation ($input: LoginInput!) { login(input: $input) { user { email } errors { code } } }", {
    input: { email, password },
  });
const codesOf = ({ data, errors = [] }: UserAnswer): string[] => [
  ...errors.map(({ extensions }) => extensions.code),
  ...Object.values(data ?? {}).flatMap((payload) =>
    (payload as { errors: { code: string }[] }).errors.map(({ code }) => code),
  ),
];

it.each([
  ["a Cyrillic letter", "\u0430da@example.org"],
  ["a Cyrillic letter in the domain", "ada@ex\u0430mple.org"],
  ["a full-width letter", "\uff41da@example.org"],
  ["a Kelvin sign, whose lower case is k", "\u212aate@example.org"],
  ["a long s, whose upper case is S", "je\u017fsica@example.org"],
  ["a dotted capital I", "\u0130da@example.org"],
  ["an invisible space", "a\u200bda@example.org"],
  ["a soft hyphen", "a\u00adda@example.org"],
  ["a mark that turns the writing", "\u202eada@example.org"],
  ["a line's end and another header", "ada@example.org\r\nBcc: eve@example.org"],
  ["a second address", "ada@example.org,eve@example.org"],
  ["angle brackets", "<ada@example.org>"],
  ["two @", "ada@eve@example.org"],
  ["nothing before the @", "@example.org"],
  ["nothing after the @", "ada@"],
  ["an address as its domain", "ada@[127.0.0.1]"],
  ["a NUL", "ada\u0000@example.org"],
])("refuses an address with %s, for an account and for signing in", async (_what, email) => {
  for (const answer of [await register(email), await login(email)]) {
    expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
    expect(JSON.stringify(answer.errors)).not.toContain(password);
  }
});

it.each([
  ["more than 254 characters", `ada@${"a.".repeat(126)}org`],
  ["more than 64 before the @", `${"a".repeat(65)}@example.org`],
])("refuses an address of %s", async (_what, email) => {
  expect((await register(email)).data).toMatchObject({
    registerUser: { errors: [{ code: "INVALID_INPUT", path: ["input", "email"] }] },
  });
});

it("makes one account of an address, whatever the case of its letters, of twenty that come at once", async () => {
  const cases = ["twin@example.org", "TWIN@example.org", "Twin@Example.Org", "twiN@EXAMPLE.org"];
  const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => register(cases[n % 4] ?? "")));
  expect(answers.flatMap(codesOf)).toEqual(Array<string>(19).fill("EMAIL_TAKEN"));
  for (const email of cases) expect(codesOf(await login(email))).toEqual([]);
});

it("keeps addresses with dots and +tags apart: what they mean only their mail server knows", async () => {
  for (const email of ["a.da@example.net", "ada@example.net", "ada+shop@example.net", "ada@xn--bcher-kva.example"]) {
    expect(codesOf(await register(email))).toEqual([]);
    expect((await login(email)).data).toMatchObject({ login: { user: { email } } });
  }
});
