import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
beforeAll(async () => {
  service = await startUserService();
});
afterAll(() => service.stop());

interface Refreshed {
  user: { id: string } | null;
  tokens: { accessToken: string; refreshToken: string } | null;
  errors: { code: string; path: string[] }[];
}

async function refresh(refreshToken: string): Promise<Refreshed> {
  const document = `mutation ($t: String!) { refreshTokens(refreshToken: $t) {
    user { id } tokens { accessToken refreshToken } errors { code path } } }`;
  const { data } = await service.ask(document, { t: refreshToken });
  return data?.["refreshTokens"] as Refreshed;
}

const invalidToken = { user: null, tokens: null, errors: [{ code: "INVALID_TOKEN", path: ["refreshToken"] }] };

/** As if this user's tokens had been used so many seconds earlier. */
const ageUses = (user: SignedInUser, seconds: number) =>
  service.sql(
    `UPDATE refresh_tokens SET used_at = used_at - make_interval(secs => $2)
      WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)`,
    [user.id, seconds],
  );

describe("refreshing", () => {
  it("gives tokens that work, again and again", async () => {
    const user = await service.register();
    let { refreshToken } = user;
    const seen = new Set([refreshToken]);
    for (let turn = 0; turn < 3; turn++) {
      const { tokens, errors } = await refresh(refreshToken);
      expect(errors).toEqual([]);
      const me = await service.ask("{ me { id } }", {}, { accessToken: tokens?.accessToken });
      expect(me.data).toEqual({ me: { id: user.id } });
      refreshToken = tokens?.refreshToken ?? "";
      seen.add(refreshToken);
    }
    expect(seen.size).toBe(4);
  });

  it("gives one successor to twenty that ask at once", async () => {
    const user = await service.register();
    const answers = await Promise.all(Array.from({ length: 20 }, () => refresh(user.refreshToken)));
    expect(new Set(answers.map(({ tokens }) => tokens?.refreshToken)).size).toBe(1);
    expect(answers.every(({ errors }) => errors.length === 0)).toBe(true);
    expect((await refresh(answers[0]?.tokens?.refreshToken ?? "")).errors).toEqual([]);
  });

  it("gives the same successor again within 30 s, and ends the session of a token that comes later", async () => {
    const user = await service.register();
    const first = await refresh(user.refreshToken);
    await ageUses(user, 25);
    expect((await refresh(user.refreshToken)).tokens?.refreshToken).toBe(first.tokens?.refreshToken);
    await ageUses(user, 10);
    expect(await refresh(user.refreshToken)).toEqual(invalidToken);
    expect(await refresh(first.tokens?.refreshToken ?? "")).toEqual(invalidToken);
  });

  it("leaves the user's other sessions alone when one is ended by a replay", async () => {
    const user = await service.register();
    const other = await service.signIn(user.email, user.password);
    await refresh(user.refreshToken);
    await ageUses(user, 60);
    expect(await refresh(user.refreshToken)).toEqual(invalidToken);
    expect((await refresh(other.refreshToken)).errors).toEqual([]);
  });

  it.each(["", "not a token", "a".repeat(43), "\u0000"])("refuses %j", async (token) => {
    expect(await refresh(token)).toEqual(invalidToken);
  });

  it("refuses a token that is out of date, and an access token", async () => {
    const user = await service.register();
    expect(await refresh(user.accessToken)).toEqual(invalidToken);
    await service.sql(
      `UPDATE refresh_tokens SET expires_at = now() WHERE session_id IN (SELECT id FROM sessions WHERE user_id = $1)`,
      [user.id],
    );
    expect(await refresh(user.refreshToken)).toEqual(invalidToken);
  });

  it("takes the role from the account, and not from the token before", async () => {
    const user = await service.register();
    await service.sql("UPDATE users SET role = 'STAFF' WHERE id = $1", [user.id]);
    const { tokens } = await refresh(user.refreshToken);
    const { data } = await service.ask("{ users(first: 1) { edges { node { id } } } }", {}, { ...tokens });
    expect(data).toMatchObject({ users: { edges: [{}] } });
  });

  it("stores no token, only hashes", async () => {
    const user = await service.register();
    const { tokens } = await refresh(user.refreshToken);
    const rows = JSON.stringify(await service.sql("SELECT * FROM refresh_tokens", []));
    expect(rows).not.toContain(user.refreshToken);
    expect(rows).not.toContain(tokens?.refreshToken);
  });
});

describe("signing out", () => {
  const logout = (refreshToken: string) =>
    service.ask(`mutation ($t: String!) { logout(refreshToken: $t) { revokedSessions errors { code } } }`, {
      t: refreshToken,
    });

  it("ends the session of the token, once", async () => {
    const user = await service.register();
    const other = await service.signIn(user.email, user.password);
    expect((await logout(user.refreshToken)).data).toEqual({ logout: { revokedSessions: 1, errors: [] } });
    expect((await logout(user.refreshToken)).data).toEqual({ logout: { revokedSessions: 0, errors: [] } });
    expect(await refresh(user.refreshToken)).toEqual(invalidToken);
    expect((await refresh(other.refreshToken)).errors).toEqual([]);
  });

  it("refuses a token that it does not know", async () => {
    expect((await logout("unknown")).data).toEqual({
      logout: { revokedSessions: 0, errors: [{ code: "INVALID_TOKEN" }] },
    });
  });

  it("ends all sessions of the viewer, and of nobody else", async () => {
    const [user, other] = [await service.register(), await service.register()];
    const second = await service.signIn(user.email, user.password);
    const { data } = await service.ask(`mutation { logoutEverywhere { revokedSessions errors { code } } }`, {}, user);
    expect(data).toEqual({ logoutEverywhere: { revokedSessions: 2, errors: [] } });
    expect(await refresh(second.refreshToken)).toEqual(invalidToken);
    expect((await refresh(other.refreshToken)).errors).toEqual([]);
  });
});

describe("the list of sessions", () => {
  interface ListedSession {
    id: string;
    userAgent: string;
    current: boolean;
    lastUsedAt: string;
  }
  const listSessions = async (user: SignedInUser) => {
    const { data } = await service.ask(`{ me { sessions { id userAgent current lastUsedAt } } }`, {}, user);
    return (data?.["me"] as { sessions: ListedSession[] }).sessions;
  };
  const revoke = (id: string, user: SignedInUser) =>
    service.ask(
      `mutation ($id: ID!) { revokeSession(id: $id) { revokedSessions errors { code path } } }`,
      { id },
      user,
    );

  it("shows where the viewer is signed in, and lets them end one", async () => {
    const user = await service.register();
    const phone = await service.signIn(user.email, user.password, "phone");
    expect(await listSessions(user)).toMatchObject([
      { userAgent: "phone", current: false },
      { userAgent: "tests", current: true },
    ]);
    const [session] = await listSessions(user);
    expect((await revoke(session?.id ?? "", user)).data).toEqual({ revokeSession: { revokedSessions: 1, errors: [] } });
    expect(await listSessions(user)).toMatchObject([{ current: true }]);
    expect(await refresh(phone.refreshToken)).toEqual(invalidToken);
  });

  it("tells when each was last used, that first, and no more of a program's name than fits", async () => {
    const user = await service.register();
    const phone = await service.signIn(user.email, user.password, "p".repeat(4_000));
    await service.sql("UPDATE sessions SET last_used_at = last_used_at - interval '1 hour' WHERE user_id = $1", [
      user.id,
    ]);
    await refresh(user.refreshToken);
    const [used, other] = await listSessions(user);
    expect(used).toMatchObject({ current: true, userAgent: "tests" });
    expect(other?.userAgent).toBe("p".repeat(300));
    expect(Date.parse(used?.lastUsedAt ?? "") - Date.parse(other?.lastUsedAt ?? "")).toBeGreaterThan(3_000_000);
    expect(await listSessions(phone)).toMatchObject([{ current: false }, { current: true }]);
  });

  it("does not let anyone end another's, nor know of it", async () => {
    const [user, other] = [await service.register(), await service.register()];
    const [session] = await listSessions(user);
    const refused = { revokeSession: { revokedSessions: 0, errors: [{ code: "NOT_FOUND", path: ["id"] }] } };
    expect((await revoke(session?.id ?? "", other)).data).toEqual(refused);
    expect((await revoke("ses_nobody\u0000", other)).data).toEqual(refused);
    expect(await listSessions(user)).toHaveLength(1);
  });
});
