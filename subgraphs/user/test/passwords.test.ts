import { mailedToken } from "./mailbox";
import { startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

let people = 0;
const register = async (password: string, more: object = {}): Promise<object> => {
  const document = "mutation ($input: RegisterUserInput!) { registerUser(input: $input) { errors { code path } } }";
  const input = { email: `grace${++people}@example.org`, password, displayName: "Grace Hopper", ...more };
  return (await service.ask(document, { input })).data?.["registerUser"] as object;
};
const login = async (email: string, password: string): Promise<object> => {
  const document = "mutation ($input: LoginInput!) { login(input: $input) { errors { code } } }";
  return (await service.ask(document, { input: { email, password } })).data?.["login"] as object;
};
const taken = { errors: [] };
const weak = { errors: [{ code: "WEAK_PASSWORD", path: ["input", "password"] }] };

describe("a new password", () => {
  it.each([
    ["shorter than 10 characters", "nine char"],
    ["shorter than 10 characters until it is written out", "ﷺ"],
    ["longer than 256 characters", "ab1".repeat(86)],
    ["among those of leaks", "1q2w3e4r5t6y"],
    ["among those of leaks, in other letters", "ChristoPher"],
    ["among those of leaks, in full-width letters", "ｐａｓｓｗｏｒｄ１２３"],
    ["of a common word and digits", "Password12345"],
    ["of a common word between signs", "!!dragon24!"],
    ["of two common ones", "dragon1234567"],
    ["of a piece over and over", "monkey!monkey!"],
    ["of a few characters", "1212211212"],
    ["a run of the alphabet", "ZYXWVUTSRQPO"],
  ])("is refused that is %s", async (_what, password) => {
    expect(await register(password)).toEqual(weak);
  });

  it.each([
    ["the address", { email: "ada@example.org" }, "my ADA@example.org !"],
    ["what stands before the @", { email: "countess.ada@example.org" }, "the Countess.Ada of old"],
    ["the name", { displayName: "Ada Lovelace" }, "it is ada lovelace"],
    ["the name without its space", { displayName: "Ada Lovelace" }, "12AdaLovelace34"],
  ])("is refused with %s in it", async (_what, profile, password) => {
    expect(await register(password, profile)).toEqual(weak);
  });

  it.each([
    ["a sentence of common words", "correct horse battery"],
    ["ten characters at random", "q7!Zp0_vKw"],
    ["a common word with more around it than itself", "dragon-83920174-gnu"],
    ["a short name that stands in it by chance", "informatics rules", { displayName: "Info" }],
    [
      "256 characters outside the basic plane",
      Array.from({ length: 64 }, () => "🔑🐎🔋🧷")
        .join("")
        .replace("🔑", "🗝"),
    ],
  ])("may be %s", async (_what, password: string, profile: object = {}) => {
    expect(await register(password, profile)).toEqual(taken);
    expect(await login(`grace${people}@example.org`, password)).toEqual(taken);
  });

  it("is the same in each encoding of its characters", async () => {
    expect(await register("Schlüsselbrett №1")).toEqual(taken);
    const [decomposed, other] = ["Schlu\u0308sselbrett No1", "Schlusselbrett No1"];
    expect(await login(`grace${people}@example.org`, decomposed)).toEqual(taken);
    expect(await login(`grace${people}@example.org`, other)).toEqual({ errors: [{ code: "INVALID_CREDENTIALS" }] });
  });
});

describe("a password of a megabyte", () => {
  const large = "x1".repeat(450_000);
  const tooLarge = "x1".repeat(600_000);

  it("is wrong or refused at every door, and not looked at", async () => {
    const user = await service.register();
    await service.ask("mutation ($e: EmailAddress!) { requestPasswordReset(email: $e) { accepted } }", {
      e: user.email,
    });
    const token = await mailedToken(service, user.email);
    const ask = async (mutation: string, password: string): Promise<unknown> => {
      const document = `mutation ($p: String!) { ${mutation} { errors { code } } }`;
      const { status, data } = await service
        .ask(document, { p: password }, user)
        .catch(() => ({ status: 413, data: null }));
      return status === 413 ? status : (Object.values(data ?? {})[0] as { errors: { code: string }[] }).errors[0]?.code;
    };
    const doors: [string, string][] = [
      [`registerUser(input: { email: "large@example.org", password: $p, displayName: "L" })`, "WEAK_PASSWORD"],
      [`login(input: { email: "${user.email}", password: $p })`, "INVALID_CREDENTIALS"],
      [`changePassword(currentPassword: $p, newPassword: "another long one")`, "INVALID_CREDENTIALS"],
      [`changePassword(currentPassword: "${user.password}", newPassword: $p)`, "WEAK_PASSWORD"],
      [`resetPassword(token: "${token}", newPassword: $p)`, "WEAK_PASSWORD"],
      [`resetPassword(token: $p, newPassword: "another long one")`, "INVALID_TOKEN"],
      [`deleteAccount(password: $p)`, "INVALID_CREDENTIALS"],
      [`refreshTokens(refreshToken: $p)`, "INVALID_TOKEN"],
    ];
    for (const [mutation, code] of doors) {
      expect(await ask(mutation, large)).toBe(code);
      expect(await ask(mutation, tooLarge)).toBe(413);
    }
  });

  it("is so over REST", async () => {
    const post = async (password: string) => {
      const response = await fetch(`${service.origin}/v1/auth/login`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ email: "customer@example.com", password }),
      });
      await response.text();
      return response.status;
    };
    expect([await post(large), await post(tooLarge)]).toEqual([401, 413]);
  });
});
