import { randomUUID } from "node:crypto";
import { once, EventEmitter } from "node:events";
import { systemAnnounced } from "@shop/event-contracts";
import { createTestDatabase, type TestDatabase, testStores } from "@shop/local/testing";
import { createLogger } from "@shop/telemetry";
import { Client } from "pg";
import {
  appendToOutbox,
  createMessageBus,
  createOutboxRelay,
  createPostgresOutbox,
  handle,
  type MessageBus,
  recordInInbox,
  type SqlTransaction,
  startConsumer,
  UnprocessableEventError,
} from "../src";

const log = createLogger("test");
log.level = "fatal";
const announce = (announcementId: string, title: string) => ({ announcementId, title, body: "" });

/** The tagged template that Prisma's transactions have, over a plain client. */
function asTransaction(client: Client): SqlTransaction {
  return {
    $executeRaw: async (query, ...values) => {
      const text = query.reduce((sql, part, index) => `${sql}$${index}${part}`);
      return (await client.query(text, values)).rowCount ?? 0;
    },
  };
}

let database: TestDatabase;
let client: Client;
let bus: MessageBus;
const endings: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  database = await createTestDatabase("comment");
  client = new Client({ connectionString: database.url });
  await client.connect();
  bus = createMessageBus({ brokers: testStores().kafkaBrokers, clientId: "test", topics: ["system.v1"], log });
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
  await bus.stop();
  await client.end();
  await database.drop();
});

function startRelay(): void {
  const source = createPostgresOutbox({ connectionString: database.url, log });
  const relay = createOutboxRelay({ source, bus, log });
  endings.push(() => relay.stop());
}

/** Reads the announcements whose id begins with the prefix: tests share the topic. */
function readAnnouncements(prefix: string, work: (title: string) => void = () => undefined) {
  const arrived = new EventEmitter();
  const received: { key: string; title: string; eventId: string }[] = [];
  const consumer = startConsumer({
    bus,
    groupId: `test-${randomUUID()}`,
    handlers: [
      handle(systemAnnounced, ({ payload, eventId }) => {
        if (!payload.announcementId.startsWith(prefix)) return Promise.resolve();
        work(payload.title);
        received.push({ key: payload.announcementId, title: payload.title, eventId });
        arrived.emit("one");
        return Promise.resolve();
      }),
    ],
    isOutage: () => true,
    log,
  });
  endings.push(() => consumer.stop());
  return {
    received,
    until: async (count: number): Promise<void> => {
      while (received.length < count) await once(arrived, "one");
    },
  };
}

it("publishes each key's events in their order, with several instances relaying", async () => {
  const prefix = `${randomUUID()}-`;
  const reader = readAnnouncements(prefix);
  startRelay();
  startRelay();
  startRelay();
  const keys = ["a", "b", "c", "d"].map((key) => `${prefix}${key}`);
  for (let round = 0; round < 25; round++) {
    for (const key of keys) await appendToOutbox(asTransaction(client), systemAnnounced, announce(key, String(round)));
  }
  await reader.until(100);
  for (const key of keys) {
    const titles = reader.received.filter((one) => one.key === key).map(({ title }) => Number(title));
    expect(titles).toEqual(Array.from({ length: 25 }, (_, round) => round));
  }
});

it("publishes nothing of a transaction that is rolled back", async () => {
  const prefix = `${randomUUID()}-`;
  const reader = readAnnouncements(prefix);
  startRelay();
  await client.query("BEGIN");
  await appendToOutbox(asTransaction(client), systemAnnounced, announce(`${prefix}a`, "undone"));
  await client.query("ROLLBACK");
  await appendToOutbox(asTransaction(client), systemAnnounced, announce(`${prefix}a`, "done"));
  await reader.until(1);
  expect(reader.received.map(({ title }) => title)).toEqual(["done"]);
});

it("tries an event again until it can be handled, and keeps the order of those behind it", async () => {
  const prefix = `${randomUUID()}-`;
  let failures = 2;
  const reader = readAnnouncements(prefix, (title) => {
    if (title === "1" && failures-- > 0) throw new Error("the store is down");
  });
  startRelay();
  for (const title of ["1", "2"]) {
    await appendToOutbox(asTransaction(client), systemAnnounced, announce(`${prefix}a`, title));
  }
  await reader.until(2);
  expect(reader.received.map(({ title }) => title)).toEqual(["1", "2"]);
});

it("gives up an event that can never be handled: it goes to the dead letters, and its partition goes on", async () => {
  const prefix = `${randomUUID()}-`;
  const reader = readAnnouncements(prefix, (title) => {
    if (title === "poison") throw new UnprocessableEventError("it is poison");
  });
  const dead = await readDeadLetters(prefix);
  startRelay();
  for (const title of ["poison", "good"]) {
    await appendToOutbox(asTransaction(client), systemAnnounced, announce(`${prefix}a`, title));
  }
  await reader.until(1);
  expect(reader.received.map(({ title }) => title)).toEqual(["good"]);
  expect(await dead.first).toMatchObject({ title: "poison", reason: "it is poison" });
});

/** Begins to read. `first` resolves with the first dead letter of these announcements. */
async function readDeadLetters(prefix: string) {
  await bus.ping();
  const consumer = bus.kafka.consumer({ groupId: `test-${randomUUID()}` });
  endings.push(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topic: "system.v1.dead-letter", fromBeginning: true });
  const first = new Promise<{ title: string; reason: string }>((resolve) => {
    void consumer.run({
      eachMessage: ({ message }) => {
        const { announcementId, title } = JSON.parse(String(message.value)) as Record<string, string>;
        if (announcementId?.startsWith(prefix) === true) {
          resolve({ title: title ?? "", reason: String(message.headers?.["dead-letter-reason"]) });
        }
        return Promise.resolve();
      },
    });
  });
  return { first };
}

it("notes an event as received once", async () => {
  const tx = asTransaction(client);
  expect(await recordInInbox(tx, "evt_1")).toBe(true);
  expect(await recordInInbox(tx, "evt_1")).toBe(false);
});
