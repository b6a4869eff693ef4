// What ends the access tokens that are out already, by the doors of the service that issued them.
import { eventually } from "@shop/subgraph-server/testing";
import { mailedToken } from "./mailbox";
import { type SignedInUser, startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let admin: SignedInUser;
beforeAll(async () => {
  service = await startUserService();
  admin = await service.signInAs("admin");
});
afterAll(() => service.stop());

const newPassword = "another horse battery";
const causes: Record<string, (user: SignedInUser) => Promise<unknown>> = {
  logout: ({ refreshToken }) =>
    service.ask("mutation ($t: String!) { logout(refreshToken: $t) { revokedSessions } }", { t: refreshToken }),
  logoutEverywhere: (user) => service.ask("mutation { logoutEverywhere { revokedSessions } }", {}, user),
  changePassword: (user) =>
    service.ask(
      "mutation ($c: String!, $n: String!) { changePassword(currentPassword: $c, newPassword: $n) { user { id } } }",
      { c: user.password, n: newPassword },
      user,
    ),
  resetPassword: async ({ email }) => {
    await service.ask("mutation ($e: EmailAddress!) { requestPasswordReset(email: $e) { accepted } }", { e: email });
    const t = await mailedToken(service, email);
    return service.ask(
      "mutation ($t: String!, $n: String!) { resetPassword(token: $t, newPassword: $n) { user { id } } }",
      {
        ...{ t, n: newPassword },
      },
    );
  },
  setUserRole: ({ id }) =>
    service.ask("mutation ($id: ID!) { setUserRole(userId: $id, role: STAFF) { user { id } } }", { id }, admin),
  deleteAccount: (user) =>
    service.ask("mutation ($p: String!) { deleteAccount(password: $p) { accepted } }", { p: user.password }, user),
};

const doors = async (user: SignedInUser): Promise<unknown[]> => [
  (await service.ask("{ me { id } }", {}, user)).errors?.[0]?.extensions.code ?? "ok",
  (await service.rest("GET", "/v1/users/me", user)).status,
];

it.each(Object.entries(causes))("%s ends the tokens that are out, and nobody else's", async (_name, end) => {
  const [gone, other] = [await service.register(), await service.register()];
  expect(await doors(gone)).toEqual(["ok", 200]);
  const { errors } = (await end(gone)) as { errors?: unknown };
  expect(errors).toBeUndefined();
  await eventually(
    () => doors(gone),
    (answers) => answers.join() === "UNAUTHENTICATED,401",
  );
  expect(await doors(other)).toEqual(["ok", 200]);
});

it("leaves the session that a changed password begins, and a role that was given after the sign-in", async () => {
  const user = await service.register();
  const device = await service.signIn(user.email, user.password);
  await causes["changePassword"]?.(user);
  await eventually(
    () => doors(device),
    ([code]) => code === "UNAUTHENTICATED",
  );
  const again = await service.signIn(user.email, newPassword);
  expect(await doors(again)).toEqual(["ok", 200]);
  await causes["setUserRole"]?.(user);
  await eventually(
    () => doors(again),
    ([code]) => code === "UNAUTHENTICATED",
  );
  const { data } = await service.ask(
    "mutation ($t: String!) { refreshTokens(refreshToken: $t) { tokens { accessToken refreshToken } } }",
    { t: again.refreshToken },
  );
  const { tokens } = data?.["refreshTokens"] as { tokens: { accessToken: string; refreshToken: string } };
  expect(await doors({ ...again, ...tokens })).toEqual(["ok", 200]);
});

it("tells of thousands of sessions in events that every reader takes", async () => {
  const user = await service.register();
  await service.sql(
    `INSERT INTO sessions (id, user_id, created_at, last_used_at, expires_at)
     SELECT 'ses_' || n || $1, $1, now(), now(), now() + interval '1 day' FROM generate_series(1, 2500) AS n`,
    [user.id],
  );
  const { data } = await service.ask("mutation { logoutEverywhere { revokedSessions } }", {}, user);
  expect(data).toEqual({ logoutEverywhere: { revokedSessions: 2_501 } });
  const told = await service.sql(
    `SELECT jsonb_array_length(payload -> 'sessionIds') AS sessions FROM outbox
      WHERE key = $1 AND type = 'sessions-revoked' ORDER BY position`,
    [user.id],
  );
  expect(told).toEqual([{ sessions: 1_000 }, { sessions: 1_000 }, { sessions: 501 }]);
});
