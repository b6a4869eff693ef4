import { testStores } from "@shop/local/testing";
import { Redis } from "ioredis";
import { authFields, type Caller, startUserService, type TestUserService, type UserAnswer } from "./user-service";

const redis = new Redis(testStores().redisUrl);
let service: TestUserService;
beforeAll(async () => {
  service = await startUserService({
    config: { redisUrl: testStores().redisUrl, tryLimits: { perClient: 3, perAddress: 40, firstDelayMs: 60_000 } },
  });
});
afterAll(async () => {
  await service.stop();
  redis.disconnect();
});

let hosts = 0;
/** Nobody else's, in this run and those before. */
const someAddress = (): string => {
  const run = (Date.now() % 2 ** 24).toString(16).padStart(6, "0");
  return `2001:db8:${run.slice(0, 4)}:${run.slice(4)}${(++hosts % 256).toString(16).padStart(2, "0")}::1`;
};
const login = (email: string, password: string, caller: Caller) =>
  service.ask(
    `mutation ($input: LoginInput!) { login(input: $input) { ${authFields} } }`,
    { input: { email, password } },
    caller,
  );
const codesOf = ({ data, errors = [] }: UserAnswer): string[] => [
  ...errors.map(({ extensions }) => extensions.code),
  ...Object.values(data ?? {}).flatMap((payload) =>
    (payload as { errors: { code: string }[] }).errors.map(({ code }) => code),
  ),
];
const guess = async (email: string, count: number, caller: Caller): Promise<string[]> => {
  const answers = await Promise.all(Array.from({ length: count }, () => login(email, "not the password", caller)));
  return answers.flatMap(codesOf).sort();
};
/** Seconds; 0 where nobody is to wait. */
const waitOf = (errors: UserAnswer["errors"] = []): number =>
  (errors[0]?.extensions as { retryAfterSeconds?: number } | undefined)?.retryAfterSeconds ?? 0;
const [wrong, throttled] = ["INVALID_CREDENTIALS", "RATE_LIMITED"];

/** As if so long had passed for those whom an account makes wait so long, and nobody else: others count here as well. */
async function passFor(targetMs: number): Promise<void> {
  for (const key of await redis.keys("user:{tries}:*")) {
    const isHash = (await redis.type(key)) === "hash";
    if (isHash && (await redis.hget(key, "target")) === String(targetMs)) await redis.hincrby(key, "lastAt", -targetMs);
  }
}

describe("who guesses", () => {
  it("waits after three tries, of a hundred at once, and whether or not there is such an account", async () => {
    const { email } = await service.register();
    for (const account of [email, `nobody-${email}`]) {
      const codes = await guess(account, 100, { address: someAddress() });
      expect(codes).toEqual([...Array<string>(3).fill(wrong), ...Array<string>(97).fill(throttled)]);
    }
  });

  it("is told how long, and waits with the right password too", async () => {
    const { email, password } = await service.register();
    const caller = { address: someAddress() };
    await guess(email, 3, caller);
    const { data, errors } = await login(email, password, caller);
    expect(data).toBeNull();
    expect(errors).toMatchObject([{ extensions: { code: throttled } }]);
    expect(waitOf(errors)).toBeGreaterThan(10);
    expect(waitOf(errors)).toBeLessThanOrEqual(60);
  });

  it("waits at every door that asks for a password", async () => {
    const { accessToken } = await service.register();
    const change = `mutation { changePassword(currentPassword: "wrong", newPassword: "another long one") { errors { code } } }`;
    const remove = `mutation { deleteAccount(password: "wrong") { errors { code } } }`;
    const codes: string[] = [];
    for (const document of [change, remove, change, remove, change]) {
      codes.push(...codesOf(await service.ask(document, {}, { accessToken })));
    }
    expect(codes).toEqual([wrong, wrong, wrong, throttled, throttled]);
  });

  it("waits for one address at another's account, and at many", async () => {
    const address = someAddress();
    const codes = await Promise.all(
      Array.from({ length: 60 }, (_, n) =>
        login(`nobody-${n}@${address.replaceAll(":", "-")}.example`, "wrong", { address }),
      ),
    );
    expect(codes.flatMap(codesOf).filter((code) => code === wrong)).toHaveLength(40);
  });

  it("is told 429 and Retry-After over REST, by the connection's address", async () => {
    const { email } = await service.register();
    const post = () =>
      fetch(`${service.origin}/v1/auth/login`, {
        method: "POST",
        // An address that nobody vouches for counts for nothing.
        headers: {
          "content-type": "application/json",
          "x-forwarded-for": someAddress(),
          "x-client-address": someAddress(),
        },
        body: JSON.stringify({ email, password: "wrong" }),
      });
    const statuses: number[] = [];
    for (let n = 0; n < 3; n += 1) statuses.push((await post()).status);
    expect(statuses).toEqual([401, 401, 401]);
    const refused = await post();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(10);
    expect(await refused.json()).toMatchObject({ status: 429, code: throttled });
  });
});

describe("the owner", () => {
  it("gets in at once from anywhere else", async () => {
    const { email, password } = await service.register();
    await guess(email, 20, { address: someAddress() });
    expect(codesOf(await login(email, password, { address: someAddress() }))).toEqual([]);
  });

  it("gets in at once where they got in before, whatever others try from the same address", async () => {
    const { email, password } = await service.register();
    const address = someAddress();
    const owner = { address, userAgent: "the owner's" };
    expect(codesOf(await login(email, password, owner))).toEqual([]);
    await guess(email, 20, { address, userAgent: "somebody's" });
    for (let n = 0; n < 40; n += 1) await login(`nobody-${n}-${email}`, "wrong", { address });
    expect(codesOf(await login(email, password, owner))).toEqual([]);
    expect((await guess(email, 5, owner)).filter((code) => code === wrong)).toHaveLength(3);
  });

  it("waits half a minute at most somewhere new while the account is tried from everywhere, and then gets in", async () => {
    const { email, password } = await service.register();
    for (let n = 0; n < 30; n += 1) await guess(email, 1, { address: someAddress() });
    const owner = { address: someAddress() };
    const { errors } = await login(email, password, owner);
    expect(waitOf(errors)).toBeGreaterThan(0);
    expect(waitOf(errors)).toBeLessThanOrEqual(30);
    await passFor(30_000);
    await guess(email, 5, { address: someAddress() });
    expect(codesOf(await login(email, password, owner))).toEqual([]);
  });

  it("is not delayed by getting it right often", async () => {
    const { email, password } = await service.register();
    const caller = { address: someAddress() };
    for (let n = 0; n < 8; n += 1) expect(codesOf(await login(email, password, caller))).toEqual([]);
  });
});

it("counts registrations and reset requests of an address", async () => {
  const address = someAddress();
  const codes: string[] = [];
  for (let n = 0; n < 41; n += 1) {
    const input = `{ email: "many-${n}@example.org", password: "short", displayName: "Many" }`;
    codes.push(
      ...codesOf(await service.ask(`mutation { registerUser(input: ${input}) { errors { code } } }`, {}, { address })),
    );
  }
  expect(codes).toEqual([...Array<string>(40).fill("WEAK_PASSWORD"), throttled]);
  codes.length = 0;
  for (let n = 0; n < 41; n += 1) {
    const document = `mutation { requestPasswordReset(email: "many-${n}@example.org") { accepted errors { code } } }`;
    codes.push(...codesOf(await service.ask(document, {}, { address })));
  }
  expect(codes).toEqual([throttled]);
});

it("keeps no address of a person or a machine in Redis, and nothing for ever", async () => {
  const { email } = await service.register();
  const address = someAddress();
  await guess(email, 1, { address });
  const keys = await redis.keys("user:{tries}:*");
  const kept = JSON.stringify(keys) + JSON.stringify(await Promise.all(keys.map((key) => redis.type(key))));
  expect(keys.length).toBeGreaterThan(0);
  expect(kept).not.toContain(email);
  expect(kept).not.toContain(address.slice(0, 14));
  for (const ttl of await Promise.all(keys.map((key) => redis.pttl(key)))) expect(ttl).not.toBe(-1);
});
