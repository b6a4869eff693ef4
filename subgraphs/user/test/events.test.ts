import { randomUUID } from "node:crypto";
import { userProfileUpdated, userRegistered, userRoleChanged, userSessionsRevoked } from "@shop/event-contracts";
import { createMessageBus, handle, startConsumer, type Consumer, type MessageBus } from "@shop/messaging";
import { createLogger } from "@shop/telemetry";
import { upload } from "./avatar-upload";
import { startUserService, type TestUserService } from "./user-service";

let service: TestUserService;
let bus: MessageBus;
let consumer: Consumer;
/** By id: what is delivered again is the same event. */
const received = new Map<string, { type: string; payload: { userId: string } }>();
const waiting = new Set<() => void>();

beforeAll(async () => {
  service = await startUserService();
  const log = createLogger("test");
  bus = createMessageBus({ brokers: service.config.kafkaBrokers, clientId: "test", topics: ["user.v1"], log });
  const collect = (type: string) => (event: { eventId: string; payload: { userId: string } }) => {
    if (!received.has(event.eventId)) received.set(event.eventId, { type, payload: event.payload });
    for (const look of waiting) look();
    return Promise.resolve();
  };
  consumer = startConsumer({
    bus,
    groupId: `test-${randomUUID()}`,
    handlers: [
      handle(userRegistered, collect("registered")),
      handle(userProfileUpdated, collect("profile-updated")),
      handle(userSessionsRevoked, collect("sessions-revoked")),
      handle(userRoleChanged, collect("role-changed")),
    ],
    isOutage: () => true,
    log,
  });
});
afterAll(async () => {
  await consumer.stop();
  await bus.stop();
  await service.stop();
});

/** The first `count` events of a user, as soon as they are there. */
const eventsOf = (userId: string, count: number): Promise<object[]> =>
  new Promise((resolve) => {
    const look = (): void => {
      const own = [...received.values()].filter(({ payload }) => payload.userId === userId);
      if (own.length < count) return;
      waiting.delete(look);
      resolve(own);
    };
    waiting.add(look);
    look();
  });

it("tells of a new picture, and goes on telling of it", async () => {
  const user = await service.register({ displayName: "Ida" });
  const uploadId = await upload(service, user);
  const { data } = await service.ask(
    `mutation { attachAvatar(uploadId: "${uploadId}") { user { avatarUrl } } }`,
    {},
    user,
  );
  const { avatarUrl } = (data?.["attachAvatar"] as { user: { avatarUrl: string } }).user;
  await service.ask(`mutation { attachAvatar(uploadId: "${uploadId}") { errors { code } } }`, {}, user);
  await service.ask(`mutation { updateProfile(input: { displayName: "Ina" }) { errors { code } } }`, {}, user);
  expect(await eventsOf(user.id, 3)).toEqual([
    { type: "registered", payload: { userId: user.id, displayName: "Ida" } },
    { type: "profile-updated", payload: { userId: user.id, displayName: "Ida", avatarUrl } },
    { type: "profile-updated", payload: { userId: user.id, displayName: "Ina", avatarUrl } },
  ]);
});

it("tells in order what happens to an account", async () => {
  const admin = await service.signInAs("admin");
  const user = await service.register({ displayName: "Eve" });
  await service.ask(`mutation { updateProfile(input: { displayName: "Eva" }) { errors { code } } }`, {}, user);
  await service.ask(`mutation { updateProfile(input: { displayName: "Eva" }) { errors { code } } }`, {}, user);
  const { data } = await service.ask("{ me { sessions { id } } }", {}, user);
  await service.ask(`mutation { setUserRole(userId: "${user.id}", role: STAFF) { errors { code } } }`, {}, admin);
  await service.ask(`mutation { logout(refreshToken: "${user.refreshToken}") { revokedSessions } }`);
  const userId = user.id;
  const { sessions } = data?.["me"] as { sessions: { id: string }[] };
  expect(await eventsOf(userId, 4)).toEqual([
    { type: "registered", payload: { userId, displayName: "Eve" } },
    { type: "profile-updated", payload: { userId, displayName: "Eva" } },
    { type: "role-changed", payload: { userId, role: "STAFF" } },
    {
      type: "sessions-revoked",
      payload: { userId, sessionIds: sessions.map(({ id }) => id), before: expect.any(String) as string },
    },
  ]);
});

it("tells of the session that a replayed token ends", async () => {
  const user = await service.register();
  const refresh = () =>
    service.ask(`mutation { refreshTokens(refreshToken: "${user.refreshToken}") { errors { code } } }`);
  await refresh();
  await service.sql("UPDATE refresh_tokens SET used_at = used_at - interval '1 minute' WHERE used_at IS NOT NULL", []);
  await refresh();
  expect(await eventsOf(user.id, 2)).toMatchObject([{ type: "registered" }, { type: "sessions-revoked" }]);
});

it("tells of the demo accounts too", async () => {
  const { id: userId } = await service.signInAs("customer");
  expect(await eventsOf(userId, 1)).toEqual([
    { type: "registered", payload: { userId, displayName: "Clara Lindqvist" } },
  ]);
});
