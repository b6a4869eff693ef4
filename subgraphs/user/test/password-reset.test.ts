import { once } from "node:events";
import { type IncomingMessage, request as httpRequest } from "node:http";
import { eventually } from "@shop/subgraph-server/testing";
import { mailedToken, mailsTo, tokenIn } from "./mailbox";
import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

const newPassword = "another horse battery";
const request = (email: string) =>
  service.ask("mutation ($e: EmailAddress!) { requestPasswordReset(email: $e) { accepted errors { code } } }", {
    e: email,
  });
const accepted = { status: 200, data: { requestPasswordReset: { accepted: true, errors: [] } } };

interface Reset {
  user: { id: string; emailVerified: boolean } | null;
  tokens: { accessToken: string; refreshToken: string } | null;
  errors: { code: string; path: string[] }[];
}

async function reset(token: string, password = newPassword): Promise<Reset> {
  const document = `mutation ($t: String!, $p: String!) { resetPassword(token: $t, newPassword: $p) {
    user { id emailVerified } tokens { accessToken refreshToken } errors { code path } } }`;
  const { data } = await service.ask(document, { t: token, p: password });
  return data?.["resetPassword"] as Reset;
}

async function tokenFor(user: SignedInUser): Promise<string> {
  await request(user.email);
  return mailedToken(service, user.email);
}

const canRefresh = async ({ refreshToken }: { refreshToken: string }): Promise<boolean> => {
  const { data } = await service.ask(
    `mutation { refreshTokens(refreshToken: "${refreshToken}") { tokens { accessToken } } }`,
  );
  return (data?.["refreshTokens"] as { tokens: object | null }).tokens !== null;
};
const invalidToken = { user: null, tokens: null, errors: [{ code: "INVALID_TOKEN", path: ["token"] }] };

describe("asking", () => {
  it("answers the same and does the same for an address that nobody has", async () => {
    const user = await service.register();
    const stranger = `nobody-${user.email}`;
    expect(await request(user.email)).toEqual(accepted);
    expect(await request(stranger)).toEqual(accepted);
    await mailsTo(service, user.email, 1);
    const settled = await eventually(
      () =>
        service.sql("SELECT ended_at FROM mailed_links WHERE email_key = $1 AND settled_at IS NOT NULL", [stranger]),
      (links) => links.length > 0,
    );
    expect(settled).toEqual([{ ended_at: null }]);
    expect(await mailsTo(service, stranger, 0)).toEqual([]);
  });

  it("writes no link from what a request says of itself", async () => {
    const user = await service.register();
    const headers = {
      "content-type": "application/json",
      host: "evil.example",
      "x-forwarded-host": "evil.example",
      forwarded: "host=evil.example",
      referer: "https://evil.example/",
    };
    const forged = httpRequest(`${service.origin}/v1/auth/password-reset-requests`, { method: "POST", headers });
    forged.end(JSON.stringify({ email: user.email }));
    const [answer] = (await once(forged, "response")) as [IncomingMessage];
    answer.resume();
    expect(answer.statusCode).toBe(202);
    const [mail] = await mailsTo(service, user.email, 1);
    expect(mail?.text).toMatch(/\nhttps:\/\/shop\.test\/reset-password#token=[\w-]{43}\n/);
    expect(JSON.stringify(mail)).not.toContain("evil");
  });

  it("sends an address five an hour, whoever it is of and however many ask at once", async () => {
    const user = await service.register();
    for (const email of [user.email, `nobody-${user.email}`, user.email.toUpperCase()]) {
      const answers = await Promise.all(Array.from({ length: 8 }, () => request(email)));
      const refused = answers.flatMap(({ errors = [] }) => errors);
      expect(refused).toHaveLength(email === user.email.toUpperCase() ? 8 : 3);
      expect(refused[0]).toMatchObject({
        extensions: { code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) as number },
      });
    }
    await service.sql("UPDATE mailed_links SET expires_at = now() WHERE email_key = $1", [user.email]);
    expect(await request(user.email)).toEqual(accepted);
  });

  it("stores no token", async () => {
    const token = await tokenFor(await service.register());
    expect(JSON.stringify(await service.sql("SELECT * FROM mailed_links", []))).not.toContain(token);
  });

  it("sends a mail again, with the same token, where it is not known to be sent", async () => {
    const user = await service.register();
    const token = await tokenFor(user);
    // The mail is there before it is noted that it is.
    await eventually(
      () => service.sql("SELECT 1 FROM mailed_links WHERE email_key = $1 AND settled_at IS NOT NULL", [user.email]),
      (settled) => settled.length === 1,
    );
    await service.sql("UPDATE mailed_links SET settled_at = NULL, next_try_at = now() WHERE email_key = $1", [
      user.email,
    ]);
    const mails = await mailsTo(service, user.email, 2);
    expect(mails.map(({ text }) => tokenIn(text))).toEqual([token, token]);
  });
});

describe("choosing", () => {
  it("sets the password, ends all sessions and signs in", async () => {
    const user = await service.register();
    const elsewhere = await service.signIn(user.email, user.password);
    const outcome = await reset(await tokenFor(user));
    expect(outcome).toMatchObject({ user: { id: user.id, emailVerified: true }, errors: [] });
    expect(await canRefresh(user)).toBe(false);
    expect(await canRefresh(elsewhere)).toBe(false);
    expect(outcome.tokens && (await canRefresh(outcome.tokens))).toBe(true);
    expect((await service.signIn(user.email, newPassword)).id).toBe(user.id);
    expect((await service.signIn(user.email, user.password)).id).toBeUndefined();
    const [event] = await service.sql("SELECT payload FROM outbox WHERE key = $1 AND type = 'sessions-revoked'", [
      user.id,
    ]);
    expect((event?.["payload"] as { sessionIds: string[] }).sessionIds).toHaveLength(2);
  });

  it("takes a token once, of twenty that come at once", async () => {
    const user = await service.register();
    const token = await tokenFor(user);
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, i) => reset(token, `${newPassword} ${i}`)));
    expect(outcomes.filter(({ tokens }) => tokens !== null)).toHaveLength(1);
    expect(outcomes.filter(({ errors }) => errors[0]?.code === "INVALID_TOKEN")).toHaveLength(19);
    expect(await reset(token)).toEqual(invalidToken);
  });

  it("leaves the token as it was where the password is refused", async () => {
    const user = await service.register();
    const token = await tokenFor(user);
    for (const weak of ["short", "password123", `${user.email} and more`, "x".repeat(1_000)]) {
      expect((await reset(token, weak)).errors).toEqual([{ code: "WEAK_PASSWORD", path: ["newPassword"] }]);
    }
    expect(await canRefresh(user)).toBe(true);
    expect((await reset(token)).errors).toEqual([]);
  });

  it("refuses a token that is too old, of another purpose, replaced, or made useless by a change", async () => {
    const user = await service.register();
    const set = (change: string) => service.sql(`UPDATE mailed_links SET ${change} WHERE email_key = $1`, [user.email]);
    const first = await tokenFor(user);
    await set("expires_at = now()");
    expect(await reset(first)).toEqual(invalidToken);
    await set("expires_at = now() + interval '1 hour', purpose = 'VERIFY_EMAIL'");
    expect(await reset(first)).toEqual(invalidToken);
    await set("purpose = 'RESET_PASSWORD'");
    await request(user.email);
    const second = await mailedToken(service, user.email, 2);
    expect(await reset(first)).toEqual(invalidToken);
    await service.ask(
      `mutation { changePassword(currentPassword: "${user.password}", newPassword: "${newPassword}") { errors { code } } }`,
      {},
      user,
    );
    expect(await reset(second)).toEqual(invalidToken);
  });

  it.each(["", "not a token", "\u0000", "a".repeat(43)])("refuses %j", async (token) => {
    expect(await reset(token)).toEqual(invalidToken);
  });
});
