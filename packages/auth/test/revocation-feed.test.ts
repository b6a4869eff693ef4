// The feed on a broker of its own: what it hears, over restarts of either side.
import { userDeleted, userOutboxDrained, userRoleChanged, userSessionsRevoked } from "@shop/event-contracts";
import { startTestBroker, type TestBroker } from "@shop/local/testing";
import { createMessageBus, type MessageBus, toEventRecord } from "@shop/messaging";
import { createLogger } from "@shop/telemetry";
import { type RevocationFeed, startRevocationFeed } from "../src";
import { createTestFeed, type TestFeed } from "../src/testing";

const log = createLogger("revocations.test");
log.level = "silent";
const silentAfterMs = 60_000;

let broker: TestBroker;
let bus: MessageBus;
let told: TestFeed;
const feeds: RevocationFeed[] = [];
let users = 0;

beforeAll(async () => {
  broker = await startTestBroker();
  bus = createMessageBus({ brokers: broker.brokers, clientId: "test", topics: ["user.v1"], log });
  told = createTestFeed(broker.brokers);
});
afterEach(async () => {
  for (const feed of feeds.splice(0)) await feed.stop();
});
afterAll(async () => {
  await told.stop();
  await bus.stop();
  await broker.stop();
});

function startFeed(): RevocationFeed {
  const feed = startRevocationFeed({ bus, silentAfterMs, log });
  feeds.push(feed);
  return feed;
}

const newToken = () => {
  const userId = `usr_${++users}`;
  return { userId, role: "STAFF" as const, sessionId: `ses_of_${userId}`, issuedAt: new Date() };
};
/** Resolves when the feed has heard that it is revoked. */
const revoked = (feed: RevocationFeed, token: ReturnType<typeof newToken>): Promise<void> =>
  new Promise((resolve) => void feed.watch(token, resolve));
const untilProven = async (feed: RevocationFeed): Promise<void> => {
  while (feed.isSilent()) await new Promise(setImmediate);
};
const before = () => new Date().toISOString();

it("hears of each cause, in every process, also of what was told before it began", async () => {
  const [one, other] = [startFeed(), startFeed()];
  expect([one.isSilent(), other.isSilent()]).toEqual([true, true]);
  const [session, all, role, deleted] = [newToken(), newToken(), newToken(), newToken()];
  const issuedBefore = { ...all, issuedAt: new Date(Date.now() - 2_000) };
  await told.tell(userSessionsRevoked, { userId: session.userId, sessionIds: [session.sessionId], before: before() });
  await told.tell(userSessionsRevoked, { userId: all.userId, all: true, before: before() });
  await told.tell(userRoleChanged, { userId: role.userId, role: "CUSTOMER" });
  await told.tell(userDeleted, { userId: deleted.userId });
  await told.prove();
  const late = startFeed();
  for (const feed of [one, other, late]) {
    await Promise.all([session, issuedBefore, role, deleted].map((token) => revoked(feed, token)));
    expect(feed.isRevoked(newToken())).toBe(false);
    await untilProven(feed);
  }
});

it("passes over what it cannot read, and reads on", async () => {
  const feed = startFeed();
  const token = newToken();
  const wrong = { headers: { "event-type": "deleted", "event-id": "evt_x" }, key: Buffer.from(token.userId) };
  await bus.publishAsIs("user.v1", { ...wrong, value: Buffer.from("{") });
  await bus.publishAsIs("user.v1", { ...wrong, value: Buffer.from('{"userId":7}') });
  await bus.publishAsIs("user.v1", { ...wrong, value: null });
  await bus.publishAsIs("user.v1", { ...wrong, headers: {}, value: Buffer.from("{}") });
  await told.tell(userDeleted, { userId: token.userId });
  await revoked(feed, token);
});

it("is silent while a partition is not proven, though others are", async () => {
  const feed = startFeed();
  const token = newToken();
  const proof = toEventRecord(userOutboxDrained, { upTo: before(), partitions: 7 });
  await bus.publishEverywhere("user.v1", () => proof); // it is one of six
  await told.tell(userDeleted, { userId: token.userId });
  await revoked(feed, token);
  expect(feed.isSilent()).toBe(true);
  await told.prove();
  await untilProven(feed);
});

it("goes on where it was once a broker that was away is back", async () => {
  const feed = startFeed();
  const [early, late] = [newToken(), newToken()];
  await told.tell(userDeleted, { userId: early.userId });
  await revoked(feed, early);
  await broker.goAway();
  const telling = (async () => {
    for (;;) {
      const outcome = await told.tell(userDeleted, { userId: late.userId }).catch(() => undefined);
      if (outcome !== undefined) return;
    }
  })();
  expect(feed.isRevoked(early)).toBe(true);
  await broker.comeBack();
  await telling;
  await revoked(feed, late);
});

it("leaves no group behind that Kafka would have to remember", async () => {
  const feed = startFeed();
  await told.prove();
  await untilProven(feed);
  await feed.stop();
  const admin = bus.kafka.admin();
  await admin.connect();
  const { groups } = await admin.listGroups();
  const described = await admin.describeGroups(groups.map(({ groupId }) => groupId));
  const offsets = await Promise.all(groups.map(({ groupId }) => admin.fetchOffsets({ groupId, topics: ["user.v1"] })));
  await admin.disconnect();
  expect(described.groups.map(({ members }) => members)).toEqual(groups.map(() => []));
  for (const [ofTopic] of offsets) {
    for (const { offset } of ofTopic?.partitions ?? []) expect(offset).toBe("-1");
  }
});
