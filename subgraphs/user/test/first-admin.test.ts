import { createLogger } from "@shop/telemetry";
import { startService } from "../src/service";
import { startUserService, type TestUserService } from "./user-service";

const password = "a long enough one";
const log = createLogger("first-admin-test");
log.level = "silent";
let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());
beforeEach(() => service.sql("DELETE FROM users WHERE role = 'ADMIN'", []));

interface Printed {
  readonly text: string;
  readonly token: string | undefined;
}

/** Starts instances of the service at once, and ends them again. @returns what each printed */
async function print(adminEmail: string, instances = 1): Promise<Printed[]> {
  const printed: string[] = [];
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    if (typeof text === "string" && text.startsWith("The shop has no admin")) printed.push(text);
    return true;
  });
  const config = { ...service.config, adminEmail };
  const started = await Promise.all(Array.from({ length: instances }, () => startService(config, log)));
  write.mockRestore();
  await Promise.all(started.map((instance) => instance.stop()));
  return printed.map((text) => ({ text, token: /^ {4}([\w-]{43})$/m.exec(text)?.[1] }));
}

async function post(path: string, body: object): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${service.origin}/v1/auth/${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: response.status === 202 ? null : await response.json() };
}
const choose = (token: string | undefined, newPassword: string) => post("password-resets", { token, newPassword });
const admins = () => service.sql("SELECT email_key, display_name FROM users WHERE role = 'ADMIN'", []);

it("is one account for instances that start at once, and theirs alone who have what was printed", async () => {
  const email = "Boss@shop.test";
  const printed = await print(email, 3);
  const [{ text, token } = { text: "", token: "" }] = printed;
  expect(printed.map((each) => each.token)).toEqual([token, token, token]);
  expect(text).toContain(`https://shop.test/reset-password#token=${token}`);
  expect(await admins()).toEqual([{ email_key: "boss@shop.test", display_name: "Admin" }]);
  expect(JSON.stringify(await service.sql("SELECT * FROM mailed_links", []))).not.toContain(token);
  for (const guess of ["", token, password]) {
    expect((await post("login", { email, password: guess })).status).toBe(401);
  }

  expect((await choose(token, "short")).status).toBe(422);
  // Whoever read the terminal has read no mail.
  const chosen = { user: { role: "ADMIN", emailVerified: false } };
  expect(await choose(token, password)).toMatchObject({ status: 200, body: chosen });
  expect((await choose(token, "another long one")).status).toBe(410);
  expect((await post("login", { email, password })).status).toBe(200);
  expect(await print(email)).toEqual([]);
  expect(await print("another@shop.test")).toEqual([]);
  const audited = "SELECT actor_id, before, after FROM audit_log WHERE action = 'user.role-changed'";
  expect(await service.sql(audited, [])).toEqual([{ actor_id: null, before: {}, after: { role: "ADMIN" } }]);
});

it("is shown again after a death, until it is used; a reset that somebody asks for does not end it", async () => {
  const email = "chief@shop.test";
  const [first] = await print(email); // and it is not seen that it was
  const [second] = await print(email);
  expect(second).toEqual(first);
  expect((await post("password-reset-requests", { email })).status).toBe(202);
  expect((await choose(second?.token, password)).status).toBe(200);
});

it("is another when the one before is out of date", async () => {
  const email = "head@shop.test";
  const [first] = await print(email);
  await service.sql("UPDATE mailed_links SET expires_at = now() WHERE purpose = 'FIRST_PASSWORD'", []);
  const [second] = await print(email);
  expect(second?.token).not.toBe(first?.token);
  expect((await choose(first?.token, password)).status).toBe(410);
  expect((await choose(second?.token, password)).status).toBe(200);
});

it("takes the account from whoever registered the address before, and the role from whom was configured by a slip", async () => {
  const [slip] = await print("bos@shop.test");
  const stranger = await service.register();
  const [right] = await print(stranger.email);
  expect(await admins()).toMatchObject([{ email_key: stranger.email }]);
  expect((await post("login", { email: stranger.email, password: stranger.password })).status).toBe(401);
  expect((await post("refresh", { refreshToken: stranger.refreshToken })).status).toBe(401);
  expect((await choose(slip?.token, password)).status).toBe(410);
  expect(await choose(right?.token, password)).toMatchObject({ status: 200, body: { user: { role: "ADMIN" } } });
});

it("is never an account with a password that somebody else chose", async () => {
  await service.signInAs("staff");
  const [given] = await print("staff@example.com");
  expect((await post("login", { email: "staff@example.com", password: "demo-password-1" })).status).toBe(401);
  expect(await choose(given?.token, "demo-password-2")).toMatchObject({ body: { user: { role: "ADMIN" } } });
});
