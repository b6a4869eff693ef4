// The notification service, twice if need be, with its stores and the gateway: each in a process of its own that can be
// killed. What happens in the rest of the shop is published by the test, as its owners would.
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestHeartbeat } from "@shop/auth/testing";
import { topics } from "@shop/event-contracts";
import { freePorts } from "@shop/local/testing";
import { planProcesses } from "@shop/local/processes";
import { createMessageBus, type EventRecord, type MessageBus } from "@shop/messaging";
import { createTestClient, eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { Redis } from "ioredis";
import { shopEnvironment } from "../test/running-shop";
import { someone } from "./people";
import { startTrust } from "./trust";
import { startUnrulyProcess, throwFirst, type UnrulyProcess } from "./unruly-process";

type ProcessName = "kafka" | "redis" | "notification" | "another" | "gateway";

export interface NotificationSeen {
  readonly id: string;
  readonly cursor: string;
  readonly kind: string;
  readonly title: string;
}

export interface InboxSeen {
  /** The oldest first. */
  readonly notifications: readonly NotificationSeen[];
  readonly resumeCursor: string;
  readonly unread: number;
}

export interface NotificationShop {
  /** `another` is a second instance of notification. */
  readonly processes: Readonly<Record<ProcessName, UnrulyProcess>>;
  readonly bus: MessageBus;
  /** What a subscriber connects to. */
  readonly doors: Readonly<Record<"notification" | "another" | "gateway", string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Publishes events as an outbox's relay does: again until the broker has them. */
  publish(records: readonly EventRecord[]): Promise<void>;
  /** The value of an Authorization header. */
  authorizationOf(userId: string): Promise<string>;
  /** The newest hundred. @throws where it cannot be read */
  inboxOf(userId: string): Promise<InboxSeen>;
  ask<Field>(document: string, variables: object, userId: string): Promise<Field>;
  /** Waits until the service has done with all that is published so far, in every topic that it reads. */
  untilAllRead(): Promise<void>;
  /** What Redis has on its disk now. @returns ends it, and brings it back with that and nothing that came since */
  copyRedis(): () => Promise<void>;
  stop(): Promise<void>;
}

const inboxQuery = `query ($id: ID!) {
  notifications(first: 100) { resumeCursor edges { node { id cursor kind title } } }
  _entities(representations: [{ __typename: "User", id: $id }]) { ... on User { unreadNotifications } }
}`;

/** @param env variables for the services, such as NOTIFICATION_KEEP_MAX */
export async function startNotificationShop(env: Readonly<Record<string, string>> = {}): Promise<NotificationShop> {
  const trust = await startTrust();
  const given = await shopEnvironment();
  const dataDir = given["DATA_DIR"] ?? "";
  const settings = { ...given, LOG_LEVEL: "warn", ...trust.env, ...env };
  const [anotherPort = 0] = await freePorts("127.0.0.1", 1);
  const planned = planProcesses(settings, () => undefined);
  const plannedAnother = planProcesses({ ...settings, NOTIFICATION_PORT: String(anotherPort) }, () => undefined);

  const started = new Map<ProcessName, UnrulyProcess>();
  const start = async (name: ProcessName): Promise<void> => {
    const startOnce = () => (name === "another" ? plannedAnother.start("notification") : planned.start(name));
    started.set(name, await startUnrulyProcess(name, startOnce));
  };
  /** All of them, so that `stop` knows each that runs. */
  const startAll = async (...names: readonly ProcessName[]): Promise<void> => {
    throwFirst(await Promise.allSettled(names.map(start)));
  };
  const log = createLogger("notification-shop");
  log.level = "silent";
  const brokers = (planned.env["KAFKA_BROKERS"] ?? "").split(",");
  const bus = createMessageBus({ brokers, clientId: "notification-shop", topics, log });
  const heartbeat = startTestHeartbeat(brokers);
  const stop = async (): Promise<void> => {
    await Promise.all([heartbeat.stop(), bus.stop()]);
    const ended = await Promise.allSettled([...started.values()].reverse().map((one) => one.stop()));
    await trust.issuer.stop();
    rmSync(dataDir, { recursive: true, force: true });
    throwFirst(ended);
  };
  try {
    await startAll("kafka", "redis");
    await startAll("notification", "another", "gateway");
  } catch (error) {
    await stop();
    throw error;
  }

  const client = createTestClient<string>({
    port: () => Number(given["NOTIFICATION_PORT"]),
    callee: "notification",
    gatewayKey: trust.gatewayKey,
    headersOf: async (userId) => ({ authorization: await trust.issuer.bearer({ ...someone(), userId }) }),
  });
  const socketAt = (port: string | number | undefined): string => `ws://127.0.0.1:${port ?? ""}/graphql`;
  const processes = Object.fromEntries(started) as Record<ProcessName, UnrulyProcess>;
  return {
    processes,
    bus,
    doors: {
      notification: socketAt(given["NOTIFICATION_PORT"]),
      another: socketAt(anotherPort),
      gateway: socketAt(given["GATEWAY_PORT"]),
    },
    env: planned.env,
    publish: async (records) => {
      const attempt = () =>
        bus.publish(records).then(
          () => true,
          () => false,
        );
      await eventually(attempt, (done) => done);
    },
    authorizationOf: (userId) => trust.issuer.bearer({ ...someone(), userId }),
    inboxOf: async (userId) => {
      const { data, errors } = await client.query<InboxAnswer | null>(inboxQuery, { id: userId }, userId);
      if (data === null || errors !== undefined) throw new Error(JSON.stringify(errors));
      const { edges, resumeCursor } = data.notifications;
      const unread = data._entities[0]?.unreadNotifications ?? -1;
      return { notifications: edges.map(({ node }) => node).reverse(), resumeCursor, unread };
    },
    untilAllRead: async () => {
      const ends = await readEnds(bus);
      // Where the service keeps how far it is: with what it made of the events, so that both are lost together.
      const read = () => withRedis(planned.env["REDIS_URL"] ?? "", (redis) => redis.hgetall("notification:{offsets}"));
      await eventually<Readonly<Record<string, string>>>(
        () => read().catch(() => ({})),
        (offsets) => [...ends].every(([place, end]) => BigInt(offsets[place] ?? 0) >= end),
      );
    },
    ask: (document, variables, userId) => client.field(document, variables, userId),
    copyRedis: () => {
      // A server from the PATH has a folder of its own; the stand-in's is named as itself.
      const folder = [join(dataDir, "redis-server"), join(dataDir, "redis")].find((path) => existsSync(path)) ?? "";
      const copy = mkdtempSync(join(tmpdir(), "redis-copy-"));
      cpSync(folder, copy, { recursive: true });
      return async () => {
        await processes.redis.kill();
        rmSync(folder, { recursive: true });
        cpSync(copy, folder, { recursive: true });
        rmSync(copy, { recursive: true });
        await processes.redis.start();
      };
    },
    stop,
  };
}

/** The end of each partition that the service reads, by topic and number. */
async function readEnds({ kafka }: MessageBus): Promise<ReadonlyMap<string, bigint>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = new Map<string, bigint>();
    for (const topic of topics.filter((one) => one !== "audit.v1")) {
      for (const { partition, high } of await admin.fetchTopicOffsets(topic)) {
        ends.set(`${topic}/${partition}`, BigInt(high));
      }
    }
    return ends;
  } finally {
    await admin.disconnect();
  }
}

async function withRedis<T>(url: string, ask: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on("error", () => undefined); // whoever asks is told
  try {
    await redis.connect();
    return await ask(redis);
  } finally {
    redis.disconnect();
  }
}

interface InboxAnswer {
  readonly notifications: {
    readonly resumeCursor: string;
    readonly edges: readonly { readonly node: NotificationSeen }[];
  };
  readonly _entities: readonly { readonly unreadNotifications: number }[];
}
