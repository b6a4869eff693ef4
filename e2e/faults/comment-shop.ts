// The comment service with its stores, each in a process of its own that can be killed. What happens in the rest of the
// shop is published by the test, as its owners would.
import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { startTestHeartbeat } from "@shop/auth/testing";
import { productPublished, topics } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { planProcesses } from "@shop/local/processes";
import { createMessageBus, toEventRecord } from "@shop/messaging";
import { createTestClient, eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { Pool } from "pg";
import { shopEnvironment } from "../test/running-shop";
import { type Person, someone } from "./people";
import { startTrust } from "./trust";
import { startUnrulyProcess, throwFirst, type UnrulyProcess } from "./unruly-process";

type ProcessName = "postgres" | "kafka" | "comment";

export interface CommentPayload {
  readonly comment: { readonly id: string; readonly likeCount: number } | null;
  readonly errors: readonly { readonly code: string }[];
}

/** Each mutation throws where the answer has a top-level error, or where none comes. */
export interface CommentShop {
  readonly processes: Readonly<Record<ProcessName, UnrulyProcess>>;
  readonly env: Readonly<Record<string, string>>;
  /** The service's database, behind its back. */
  readonly sql: Pool;
  /** One that can be reviewed. @returns its id */
  addProduct(): Promise<string>;
  review(as: Person, productId: string, rating: number, idempotencyKey?: string): Promise<CommentPayload>;
  reply(as: Person, parentId: string, idempotencyKey?: string): Promise<CommentPayload>;
  rate(as: Person, id: string, rating: number): Promise<CommentPayload>;
  like(as: Person, id: string): Promise<CommentPayload>;
  unlike(as: Person, id: string): Promise<CommentPayload>;
  remove(as: Person, id: string): Promise<CommentPayload>;
  /** By the staff. */
  hide(id: string): Promise<CommentPayload>;
  histogramOf(productId: string): Promise<number[]>;
  /** @returns what `npm run ratings:recompute` prints */
  recomputeRatings(): Promise<string>;
  /** Ends everything and removes its data. @throws where a process had died unasked */
  stop(): Promise<void>;
}

const payload = "{ comment { id likeCount } errors { code } }";
const documents = {
  review: `mutation ($input: AddReviewInput!) { addReview(input: $input) ${payload} }`,
  reply: `mutation ($input: ReplyInput!) { replyToComment(input: $input) ${payload} }`,
  rate: `mutation ($id: ID!, $rating: Int!) { editComment(id: $id, input: { rating: $rating }) ${payload} }`,
  like: `mutation ($id: ID!) { likeComment(id: $id) ${payload} }`,
  unlike: `mutation ($id: ID!) { unlikeComment(id: $id) ${payload} }`,
  remove: `mutation ($id: ID!) { deleteComment(id: $id) ${payload} }`,
  hide: `mutation ($id: ID!) { moderateComment(id: $id, visibility: HIDDEN, reason: "House rules.") ${payload} }`,
  histogram: `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { ... on Product { ratings { histogram } } } }`,
};

export async function startCommentShop(): Promise<CommentShop> {
  const trust = await startTrust();
  const given = await shopEnvironment();
  const planned = planProcesses({ ...given, ...trust.env, LOG_LEVEL: "warn" }, () => undefined);
  const started = new Map<ProcessName, UnrulyProcess>();
  const start = async (name: ProcessName): Promise<void> => {
    started.set(name, await startUnrulyProcess(name, () => planned.start(name)));
  };
  const log = createLogger("comment-shop");
  log.level = "silent";
  const brokers = (planned.env["KAFKA_BROKERS"] ?? "").split(",");
  const bus = createMessageBus({ brokers, clientId: "comment-shop", topics, log });
  const sql = new Pool({ connectionString: planned.env["COMMENT_DATABASE_URL"], max: 2 });
  sql.on("error", () => undefined); // a server that is killed takes idle connections with it

  const heartbeat = startTestHeartbeat(brokers);
  async function stop(): Promise<void> {
    await Promise.all([heartbeat.stop(), bus.stop(), sql.end()]);
    const ended = [];
    for (const one of [...started.values()].reverse()) ended.push(...(await Promise.allSettled([one.stop()])));
    await trust.issuer.stop();
    rmSync(given["DATA_DIR"] ?? "", { recursive: true, force: true });
    throwFirst(ended);
  }
  try {
    throwFirst(await Promise.allSettled([start("postgres"), start("kafka")])); // both, so that `stop` knows each that runs
    await planned.prepareDatabase("comment");
    await start("comment");
  } catch (error) {
    await stop();
    throw error;
  }

  const { field } = createTestClient<Person>({
    port: () => Number(given["COMMENT_PORT"]),
    callee: "comment",
    gatewayKey: trust.gatewayKey,
    headersOf: async (person) => ({ authorization: await trust.issuer.bearer(person) }),
  });
  return {
    processes: Object.fromEntries(started) as Record<ProcessName, UnrulyProcess>,
    env: planned.env,
    sql,
    addProduct: async () => {
      const productId = createId("prd");
      const price = { amountMinor: 100, currency: "EUR" };
      const product = { productId, slug: productId, name: "Kettle", price, status: "ACTIVE" as const, version: 1 };
      await bus.publish([toEventRecord(productPublished, product)]);
      await eventually(
        async () => (await sql.query("SELECT 1 FROM products WHERE id = $1", [productId])).rowCount,
        (known) => known === 1,
      );
      return productId;
    },
    review: (as, productId, rating, idempotencyKey = randomUUID()) =>
      field(documents.review, { input: { productId, rating, body: "Good.", idempotencyKey } }, as),
    reply: (as, parentId, idempotencyKey = randomUUID()) =>
      field(documents.reply, { input: { parentId, body: "Indeed.", idempotencyKey } }, as),
    rate: (as, id, rating) => field(documents.rate, { id, rating }, as),
    like: (as, id) => field(documents.like, { id }, as),
    unlike: (as, id) => field(documents.unlike, { id }, as),
    remove: (as, id) => field(documents.remove, { id }, as),
    hide: (id) => field(documents.hide, { id }, someone("STAFF")),
    histogramOf: async (id) => {
      const representations = [{ __typename: "Product", id }];
      const [product] = await field<{ ratings: { histogram: number[] } }[]>(documents.histogram, { representations });
      return product?.ratings.histogram ?? [];
    },
    recomputeRatings: async () => {
      const script = join(__dirname, "../../subgraphs/comment/dist/ratings-recompute.js");
      return (await promisify(execFile)(process.execPath, [script], { env: planned.env })).stdout;
    },
    stop,
  };
}
