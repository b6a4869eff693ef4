import { randomUUID } from "node:crypto";
import { EventEmitter, once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { systemAnnounced } from "@shop/event-contracts";
import { createTestDatabase, testStores } from "@shop/local/testing";
import { createLogger, type Logger } from "@shop/telemetry";
import { Client } from "pg";
import {
  appendToOutbox,
  createMessageBus,
  createOutboxRelay,
  createPostgresOutbox,
  handle,
  type MessageBus,
  type OffsetStore,
  type ReceivedEvent,
  type SqlTransaction,
  startConsumer,
} from "../src";

/** Of these tests alone: the services, whose own tests run beside them on the same topics, do not know its type. */
export const testAnnounced: typeof systemAnnounced = { ...systemAnnounced, type: "announced-by-messaging" };

const quiet = createLogger("test");
quiet.level = "silent";

/** What a test announces: under one key all that has the same name. */
export interface Announced {
  readonly name: string;
  readonly title: string;
  readonly body?: string;
}

type Received = Announced & Pick<ReceivedEvent<unknown>, "eventId" | "partition" | "offset">;

export interface Reader {
  /** Of this test, each event once, in the order in which they came first; those of the given name, if one is. */
  titles(name?: string): string[];
  /** How many came that had come before. */
  repeats(): number;
  /** Waits until so many different ones have come. */
  until(count: number): Promise<void>;
  stop(): Promise<void>;
}

/** An outbox in a database of the test's own, and the topic that all tests share. */
export interface TestOutbox {
  readonly sql: Client;
  readonly databaseUrl: string;
  readonly bus: MessageBus;
  /** What this test's keys begin with. */
  readonly prefix: string;
  append(...announced: Announced[]): Promise<void>;
  startRelay(options?: { bus?: MessageBus; log?: Logger }): { stop(): Promise<void> };
  /** A bus of its own, to any broker. */
  connect(brokers: string[], clientId?: string): MessageBus;
  read(options?: {
    work?: (received: Received) => void | Promise<void>;
    groupId?: string;
    offsets?: OffsetStore;
    isOutage?: (error: unknown) => boolean;
  }): Reader;
  /** Ends what it started, and what is given here. */
  stop(): Promise<void>;
  onStop(end: () => Promise<unknown>): void;
}

export async function startTestOutbox(): Promise<TestOutbox> {
  const prefix = `${randomUUID()}-`;
  const endings: (() => Promise<unknown>)[] = [];
  const database = await createTestDatabase("comment");
  endings.push(() => database.drop());
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  endings.push(() => sql.end());
  const connect: TestOutbox["connect"] = (brokers, clientId = "test") => {
    const bus = createMessageBus({ brokers, clientId, topics: ["system.v1"], log: quiet });
    endings.push(() => bus.stop());
    return bus;
  };
  const bus = connect(testStores().kafkaBrokers);
  return {
    sql,
    databaseUrl: database.url,
    bus,
    prefix,
    connect,
    onStop: (end) => endings.push(end),
    append: async (...announced) => {
      for (const { name, title, body = "" } of announced) {
        await appendToOutbox(asTransaction(sql), testAnnounced, { announcementId: `${prefix}${name}`, title, body });
      }
    },
    startRelay: (options = {}) => {
      const log = options.log ?? quiet;
      const source = createPostgresOutbox({ connectionString: database.url, log });
      const relay = createOutboxRelay({ source, bus: options.bus ?? bus, log });
      let stopping: Promise<void> | undefined;
      const stop = () => (stopping ??= relay.stop());
      endings.push(stop);
      return { stop };
    },
    read: ({ work, groupId = `test-${randomUUID()}`, isOutage = () => true, offsets } = {}) => {
      const arrived = new EventEmitter();
      const received = new Map<string, Received>();
      let repeats = 0;
      const handler = handle(testAnnounced, async ({ payload: { announcementId, title, body }, ...event }) => {
        if (!announcementId.startsWith(prefix)) return;
        const one = { ...event, name: announcementId.slice(prefix.length), title, body };
        await work?.(one);
        if (received.has(event.eventId)) repeats++;
        else received.set(event.eventId, one);
        arrived.emit("one");
      });
      const consumer = startConsumer({ bus, groupId, handlers: [handler], isOutage, offsets, log: quiet });
      endings.push(() => consumer.stop());
      return {
        titles: (name) =>
          [...received.values()].filter((one) => name === undefined || one.name === name).map(({ title }) => title),
        repeats: () => repeats,
        until: async (count) => {
          while (received.size < count) await once(arrived, "one");
        },
        stop: () => consumer.stop(),
      };
    },
    stop: async () => {
      for (const end of endings.reverse()) await end();
    },
  };
}

/** The tagged template that Prisma's transactions have, over a plain client. */
export function asTransaction(client: Client): SqlTransaction {
  return {
    $executeRaw: async (query, ...values) => {
      const text = query.reduce((statement, part, index) => `${statement}$${index}${part}`);
      return (await client.query(text, values)).rowCount ?? 0;
    },
  };
}

/** Reads again until it fits; the test's own time limit ends it otherwise. */
export async function eventually<T>(read: () => Promise<T>, fits: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (fits(value)) return value;
    await sleep(20);
  }
}

export const numbered = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index));
