import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Role } from "@shop/auth";
import { neverSilentMs, startTestIssuer, type TestIssuer, testServiceKeys } from "@shop/auth/testing";
import { topics, type EventDefinition } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { testStores } from "@shop/local/testing";
import { createMailbox, type KeptMail } from "@shop/mailer";
import { createMessageBus, type EventRecord, type MessageBus, toEventRecord } from "@shop/messaging";
import { type Answer as Answered, createTestClient, type TestClient } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { type Client, createClient } from "graphql-ws";
import { Redis } from "ioredis";
import { WebSocket } from "ws";
import { type Config, type Retention } from "../src/config";
import { type Service, startService } from "../src/service";
import { startOrders, startUsers, urlOf } from "./neighbours";

const log = createLogger("notification.test");
const dayMs = 86_400_000;

type Kafka = MessageBus["kafka"];

/** Of a request, or of a subscription to one event. */
export type Answer = Pick<Answered<Record<string, unknown> | null>, "data" | "errors">;

/** Who asks: nobody where there is no id. */
interface Caller {
  readonly as?: string;
  readonly role?: Role;
}

/** A socket's subscription, with what has come of it so far. */
export interface Watching {
  readonly answers: Answer[];
  /** Waits until so many have come. */
  received(count: number): Promise<Answer[]>;
  /** Resolves when it has ended: with null, or with what it was ended by. */
  readonly ended: Promise<unknown>;
  stop(): void;
}

/** The notification service on the test stores, an issuer of tokens, and an order service that knows whose order is whose. */
export interface TestShop {
  readonly issuer: TestIssuer;
  readonly redis: Redis;
  readonly prefix: string;
  /** What services prove themselves with. */
  readonly orderOwners: Map<string, string>;
  /** What the user service knows: verified addresses by their users' ids. */
  readonly mailAddresses: Map<string, string>;
  /** The mails that went out, the oldest first, where there is no `smtpUrl`. */
  mails(): Promise<KeptMail[]>;
  port(): number;
  publish<Payload>(event: EventDefinition<Payload>, ...payloads: Payload[]): Promise<EventRecord[]>;
  /** Publishes the same records again: same ids, new offsets. */
  publishAgain(records: readonly EventRecord[]): Promise<void>;
  /** Sends bytes that are no event. */
  publishRaw(
    topic: string,
    message: { key: string; value: string | null; headers?: Record<string, string> },
  ): Promise<void>;
  readonly kafka: Kafka;
  /** A new user, to whom announcements, which other tests make as well, are not told. */
  newUser(): Promise<string>;
  ask(query: string, options?: Caller & { variables?: object }): Promise<Answer>;
  rest: TestClient<Caller>["rest"];
  /** @param options.port of another instance */
  watch(query: string, options?: Caller & { variables?: object; port?: number }): Watching;
  /** A second instance on the same stores. */
  startAnother(): Promise<Service>;
  restart(meanwhile?: () => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export async function startShop(
  options: {
    retention?: Partial<Retention>;
    socketPingMs?: number;
    maxSockets?: number;
    redisUrl?: string;
    smtpUrl?: string;
  } = {},
): Promise<TestShop> {
  const issuer = await startTestIssuer();
  const orderOwners = new Map<string, string>();
  const orders = await startOrders(orderOwners, issuer);
  const mailAddresses = new Map<string, string>();
  const users = await startUsers(mailAddresses);
  const folder = await mkdtemp(join(tmpdir(), "notification-test-"));
  const stores = testStores();
  const prefix = `test-${randomUUID()}`;
  const config: Config = {
    host: "127.0.0.1",
    port: 0,
    redisUrl: options.redisUrl ?? stores.redisUrl,
    redisPrefix: prefix,
    kafkaBrokers: stores.kafkaBrokers,
    feedSilentAfterMs: neverSilentMs,
    consumerGroup: prefix,
    jwksUrl: issuer.jwksUrl,
    tokenIssuer: issuer.issuer,
    tokenAudience: issuer.audience,
    serviceKey: testServiceKeys.notification.privateKey,
    callers: { gateway: [testServiceKeys.gateway.publicKey] },
    orderUrl: urlOf(orders),
    userUrl: urlOf(users),
    mailer: { from: "The shop <shop@shop.test>", smtpUrl: options.smtpUrl, mailboxDir: join(folder, "mailbox") },
    publicUrl: "https://shop.test",
    socketPingMs: options.socketPingMs ?? 15_000,
    maxSockets: options.maxSockets ?? 10_000,
    retention: {
      inboxMaxAgeMs: 90 * dayMs,
      inboxMaxLength: 1_000,
      announcementsMaxLength: 10_000, // other tests announce by the hundred: trimmed, those would end cursors
      commentEventsMaxLength: 1_000,
      knownEventMs: 14 * dayMs,
      ...options.retention,
    },
  };
  const redis = new Redis(config.redisUrl);
  const bus = createMessageBus({ brokers: config.kafkaBrokers, clientId: prefix, topics, log });
  const clients = new Set<Client>();
  await bus.ping();
  await redis.hset(`${prefix}:{offsets}`, await endsOf(bus.kafka));
  let service = await startService(config, log);

  const bearerOf = ({ as, role = "CUSTOMER" }: Caller): Promise<string> | undefined =>
    as === undefined ? undefined : issuer.bearer({ userId: as, role });

  function socketClient({ port, ...who }: Caller & { port?: number }): Client {
    const client = createClient({
      url: () => `ws://127.0.0.1:${port ?? service.port}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: async () => {
        const authorization = await bearerOf(who);
        return authorization === undefined ? {} : { Authorization: authorization };
      },
      retryAttempts: 0,
    });
    clients.add(client);
    return client;
  }

  const client = createTestClient<Caller>({
    port: () => service.port,
    callee: "notification",
    gatewayKey: testServiceKeys.gateway.privateKey,
    headersOf: async (caller): Promise<Record<string, string>> => {
      const authorization = await bearerOf(caller);
      return authorization === undefined ? {} : { authorization };
    },
  });
  const ask: TestShop["ask"] = (query, { variables, ...caller } = {}) => client.query(query, variables, caller);

  return {
    issuer,
    redis,
    prefix,
    orderOwners,
    mailAddresses,
    mails: async () => (await createMailbox(join(folder, "mailbox")).list()).reverse(),
    kafka: bus.kafka,
    port: () => service.port,
    publish: async (event, ...payloads) => {
      const records = payloads.map((payload) => toEventRecord(event, payload));
      await bus.publish(records);
      return records;
    },
    publishAgain: (records) => bus.publish(records),
    publishRaw: async (topic, message) => {
      const producer = bus.kafka.producer();
      await producer.connect();
      await producer.send({ topic, messages: [message] });
      await producer.disconnect();
    },
    ask,
    rest: client.rest,
    newUser: async () => {
      const userId = createId("usr");
      const mute = "mutation { updateNotificationPreferences(muted: [SYSTEM_ANNOUNCEMENT]) { errors { code } } }";
      await ask(mute, { as: userId });
      return userId;
    },
    watch: (query, { variables, ...who } = {}) =>
      collect(socketClient(who), { query, variables: variables as Record<string, unknown> | undefined }),
    startAnother: () => startService(config, log),
    restart: async (meanwhile) => {
      await service.stop();
      await meanwhile?.();
      service = await startService(config, log);
    },
    stop: async () => {
      for (const client of clients) await client.dispose();
      await service.stop();
      await bus.stop();
      await issuer.stop();
      for (const neighbour of [orders, users]) {
        await new Promise((resolve) => {
          neighbour.close(resolve);
          neighbour.closeAllConnections();
        });
      }
      await rm(folder, { recursive: true });
      for (let cursor = ""; cursor !== "0";) {
        const [next, keys] = await redis.scan(cursor || "0", "MATCH", `${prefix}:*`, "COUNT", 1_000);
        if (keys.length > 0) await redis.del(...keys);
        cursor = next;
      }
      redis.disconnect();
    },
  };
}

/** The offsets behind all that the topics hold: what other tests have published before is none of ours. */
async function endsOf(kafka: Kafka): Promise<Record<string, string>> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const ends = topics.map(async (topic) =>
      (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [`${topic}/${partition}`, high]),
    );
    return Object.fromEntries((await Promise.all(ends)).flat()) as Record<string, string>;
  } finally {
    await admin.disconnect();
  }
}

function collect(client: Client, request: { query: string; variables?: Record<string, unknown> }): Watching {
  const answers: Answer[] = [];
  let onAnswer: () => void = () => undefined;
  let onEnd: (reason: unknown) => void = () => undefined;
  const ended = new Promise<unknown>((resolve) => {
    onEnd = resolve;
  });
  const stop = client.subscribe(request, {
    next: (answer) => {
      answers.push(answer as Answer);
      onAnswer();
    },
    error: (error) => onEnd(error),
    complete: () => onEnd(null),
  });
  return {
    answers,
    ended,
    stop,
    received: (count) =>
      new Promise((resolve, reject) => {
        onAnswer = () => {
          if (answers.length >= count) resolve([...answers]);
        };
        onAnswer();
        void ended.then((reason) => {
          if (answers.length < count) reject(new Error(`ended after ${answers.length}: ${JSON.stringify(reason)}`));
        });
      }),
  };
}
