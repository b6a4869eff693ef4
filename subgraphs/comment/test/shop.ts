// The comment service as it runs, on stores of its own, spoken to through its door.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { promisify } from "node:util";
import { type Role } from "@shop/auth";
import { neverSilentMs, startTestIssuer, testServiceKeys } from "@shop/auth/testing";
import { type EventDefinition, orderDelivered, productPublished, topics } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { createTestDatabase, testStores } from "@shop/local/testing";
import { createMessageBus, type MessageBus, toEventRecord } from "@shop/messaging";
import { createTestClient, eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { Client } from "pg";
import { type Config } from "../src/config";
import { createDatabase } from "../src/database";
import { createDepartures } from "../src/departures";
import { createHousekeeping } from "../src/housekeeping";
import { startService } from "../src/service";
import * as documents from "./documents";

export interface Person {
  readonly userId: string;
  readonly role: Role;
}

export function someone(role: Role = "CUSTOMER"): Person {
  return { userId: createId("usr"), role };
}

export interface CommentAnswer {
  readonly id: string;
  readonly author: { id: string } | null;
  readonly product: { id: string } | null;
  readonly parent: { id: string; body: string; author: { id: string } | null } | null;
  readonly rating: number | null;
  readonly body: string;
  readonly likeCount: number;
  readonly likedByMe: boolean;
  readonly verifiedPurchase: boolean;
  readonly visibility: string;
  readonly editedAt: string | null;
  readonly version: number;
}

export interface PayloadAnswer {
  readonly comment: CommentAnswer | null;
  readonly product: { id: string; ratings: { count: number; average: number | null; histogram: number[] } } | null;
  readonly errors: { code: string; path: string[] }[];
}

export interface PageAnswer {
  readonly edges: { cursor: string; node: CommentAnswer }[];
  readonly pageInfo: { hasNextPage: boolean; endCursor: string | null };
  readonly totalCount: number;
}

export type TestShop = Awaited<ReturnType<typeof startShop>>;

/** @param options.through where the service finds its database instead, given where it is */
export async function startShop(options: { through?: (databaseUrl: string) => Promise<string> } = {}) {
  const log = createLogger("comment-test");
  log.level = process.env["LOG_LEVEL"] ?? "silent";
  const database = await createTestDatabase("comment");
  const issuer = await startTestIssuer();
  const config: Config = {
    host: "127.0.0.1",
    port: 0,
    databaseUrl: (await options.through?.(database.url)) ?? database.url,
    kafkaBrokers: testStores().kafkaBrokers,
    feedSilentAfterMs: neverSilentMs,
    consumerGroup: `comment-${randomUUID()}`,
    tokens: issuer,
    callers: { gateway: [testServiceKeys.gateway.publicKey] },
  };
  const bus = createMessageBus({ brokers: config.kafkaBrokers, clientId: "test", topics, log });
  await skipToEnd(bus, config.consumerGroup);
  const service = await startService(config, log);
  const origin = `http://127.0.0.1:${service.port}`;
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  const client = createTestClient<Person>({
    port: () => service.port,
    callee: "comment",
    gatewayKey: testServiceKeys.gateway.privateKey,
    headersOf: async (person) => ({ authorization: await issuer.bearer(person) }),
  });
  const ask = client.field;

  const shop = {
    config,
    origin,
    sql,
    query: client.query,
    ask,
    rest: client.rest,
    /** Publishes as another service would, again with the same id where `times` says so, and waits until it was handled. */
    tell: async <Payload>(event: EventDefinition<Payload>, payload: Payload, times = 1): Promise<void> => {
      const record = toEventRecord(event, payload);
      for (let time = 0; time < times; time++) await bus.publish([record]);
      await eventually(
        async () => (await sql.query("SELECT 1 FROM inbox WHERE event_id = $1", [record.eventId])).rowCount,
        (received) => received === 1,
      );
    },
    /** A product that can be reviewed. @returns its id */
    product: async (): Promise<string> => {
      const [id] = await shop.products(1);
      return id ?? "";
    },
    products: async (count: number): Promise<string[]> => {
      const ids = Array.from({ length: count }, () => createId("prd"));
      await bus.publish(ids.map((productId) => toEventRecord(productPublished, productNews(productId))));
      await eventually(
        async () => (await sql.query("SELECT 1 FROM products WHERE id = ANY($1)", [ids])).rowCount,
        (known) => known === count,
      );
      return ids;
    },
    deliver: (to: Person, productId: string): Promise<void> => {
      const lines = [{ productId, quantity: 1 }];
      return shop.tell(orderDelivered, {
        orderId: createId("ord"),
        number: "A-1",
        userId: to.userId,
        status: "DELIVERED",
        lines,
      });
    },
    tryReview: (as: Person, productId: string, input: object = {}): Promise<PayloadAnswer> =>
      ask(
        documents.addReview,
        { input: { productId, rating: 4, body: "Good.", idempotencyKey: randomUUID(), ...input } },
        as,
      ),
    tryReply: (as: Person, parentId: string, input: object = {}): Promise<PayloadAnswer> =>
      ask(documents.reply, { input: { parentId, body: "Indeed.", idempotencyKey: randomUUID(), ...input } }, as),
    review: async (as: Person, productId: string, input: object = {}): Promise<CommentAnswer> =>
      commentOf(await shop.tryReview(as, productId, input)),
    reply: async (as: Person, parentId: string, input: object = {}): Promise<CommentAnswer> =>
      commentOf(await shop.tryReply(as, parentId, input)),
    edit: (as: Person, id: string, input: object): Promise<PayloadAnswer> => ask(documents.edit, { id, input }, as),
    remove: (as: Person, id: string): Promise<PayloadAnswer> => ask(documents.remove, { id }, as),
    like: (as: Person, id: string): Promise<PayloadAnswer> => ask(documents.like, { id }, as),
    unlike: (as: Person, id: string): Promise<PayloadAnswer> => ask(documents.unlike, { id }, as),
    report: (as: Person, id: string, reason = "It is rude."): Promise<PayloadAnswer> =>
      ask(documents.report, { id, reason }, as),
    moderate: (as: Person, id: string, visibility: string, reason = "House rules."): Promise<PayloadAnswer> =>
      ask(documents.moderate, { id, visibility, reason }, as),
    comment: (as: Person | null, id: string): Promise<CommentAnswer | null> => ask(documents.commentById, { id }, as),
    replies: async (as: Person | null, id: string): Promise<PageAnswer> =>
      (await ask<{ replies: PageAnswer }>(documents.replies, { id }, as)).replies,
    list: (as: Person | null, variables: object): Promise<PageAnswer> => ask(documents.comments, variables, as),
    /** What the gateway asks for with a product, a user or a comment. */
    entity: async <Entity>(
      as: Person | null,
      typename: string,
      id: string,
      variables: object = {},
    ): Promise<Entity> => {
      const representations = [{ __typename: typename, id }];
      const [entity] = await ask<Entity[]>(documents.entities, { representations, ...variables }, as);
      return entity as Entity;
    },
    ratings: async (id: string) =>
      (await shop.entity<NonNullable<PayloadAnswer["product"]>>(null, "Product", id)).ratings,
    /** The events that were written about a comment, oldest first. */
    events: async (commentId: string): Promise<{ type: string; payload: object }[]> => {
      const { rows } = await sql.query<{ type: string; payload: object }>(
        "SELECT type, payload FROM outbox WHERE payload->>'commentId' = $1 ORDER BY position",
        [commentId],
      );
      return rows;
    },
    /** Where the database still holds something of somebody's, the note that they left and the events aside. */
    traces: async ({ userId }: Person): Promise<string[]> => {
      const { rows } = await sql.query<{ trace: string }>(
        `SELECT 'a comment' AS trace FROM comments WHERE author_id = $1
         UNION ALL SELECT 'a like' FROM likes WHERE user_id = $1
         UNION ALL SELECT 'a report' FROM reports WHERE reporter_id = $1
         UNION ALL SELECT 'a purchase' FROM purchases WHERE user_id = $1
         UNION ALL SELECT 'a key' FROM idempotency_keys WHERE viewer_id = $1`,
        [userId],
      );
      return rows.map(({ trace }) => trace);
    },
    /** @returns how many products' ratings `npm run ratings:recompute` had to change */
    recomputeRatings: async (): Promise<number> => {
      const script = join(__dirname, "../dist/ratings-recompute.js");
      const env = { PATH: process.env["PATH"], COMMENT_DATABASE_URL: config.databaseUrl };
      const { stdout } = await promisify(execFile)(process.execPath, [script], { env });
      return Number(/^\d+ products, the ratings of (\d+) changed\n$/.exec(stdout)?.[1]);
    },
    /** What the service does now and then by itself, done now. */
    housekeep: async (): Promise<void> => {
      const db = createDatabase({ url: database.url, log });
      await createHousekeeping({ db, departures: createDepartures({ db }) })();
      await db.$disconnect();
    },
    stop: async () => {
      await service.stop();
      await bus.stop();
      await issuer.stop();
      await sql.end();
      await database.drop();
    },
  };
  return shop;
}

/** So that the service does not begin with all that other tests have published before. */
async function skipToEnd(bus: MessageBus, groupId: string): Promise<void> {
  await bus.ping(); // makes the topics
  const admin = bus.kafka.admin();
  const consumer = bus.kafka.consumer({ groupId, maxWaitTimeInMs: 10 });
  await Promise.all([admin.connect(), consumer.connect()]);
  const read = ["product.v1", "order.v1", "user.v1"];
  await consumer.subscribe({ topics: read });
  const joined = new Promise((resolve) => consumer.on(consumer.events.GROUP_JOIN, resolve));
  await consumer.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  await joined;
  for (const topic of read) {
    const ends = await admin.fetchTopicOffsets(topic);
    await consumer.commitOffsets(ends.map(({ partition, offset }) => ({ topic, partition, offset })));
  }
  await Promise.all([admin.disconnect(), consumer.disconnect()]);
}

export function productNews(
  productId: string,
  change: { status?: "DRAFT" | "ACTIVE" | "ARCHIVED"; version?: number } = {},
) {
  const price = { amountMinor: 100, currency: "EUR" };
  return { productId, slug: productId, name: "Kettle", price, status: "ACTIVE" as const, version: 1, ...change };
}

function commentOf({ comment, errors }: PayloadAnswer): CommentAnswer {
  if (comment === null || errors.length > 0) throw new Error(JSON.stringify(errors));
  return comment;
}
