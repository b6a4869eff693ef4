import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { testStores } from "@shop/local/testing";
import { eventually, startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { type Redis } from "ioredis";
import { startShop, type TestShop, type Watching } from "./harness";

let gate: TcpGate;
let shop: TestShop;
beforeAll(async () => {
  gate = await startTcpGate(testStores().redisUrl);
  shop = await startShop({ redisUrl: gate.url });
}, 60_000);
afterAll(async () => {
  await shop.stop();
  await gate.stop();
});

const list = "{ notifications(first: 100) { resumeCursor edges { node { id title } } } }";
const received = "subscription($after: String) { notificationReceived(after: $after) { id title } }";

interface Listed {
  resumeCursor: string;
  edges: { node: { id: string; title: string } }[];
}

async function inboxOf(user: string): Promise<Listed> {
  return (await shop.ask(list, { as: user })).data?.["notifications"] as Listed;
}

async function watchAs(user: string): Promise<Watching> {
  const { resumeCursor } = await inboxOf(user);
  return shop.watch(received, { as: user, variables: { after: resumeCursor } });
}

/** Payments of one order, told apart by their numbers: one partition, one order of events. */
function payments(userId: string, orderId: string, numbers: readonly number[]): events.OrderSnapshot[] {
  return numbers.map((number) => ({ orderId, number: `${number}`, userId, status: "PAID", lines: [] }));
}

const titlesOf = (numbers: readonly number[]) => numbers.map((number) => `Order ${number} is paid`);
const titlesIn = ({ edges }: Listed) => edges.map(({ node }) => node.title).reverse();
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);

it("gives up what cannot be read, with its reason, and goes on with the partition", async () => {
  const user = await shop.newUser();
  const orderId = createId("ord");
  const headers = { "event-type": "paid", "event-id": createId("evt") };
  await shop.publishRaw("order.v1", { key: orderId, value: "not JSON", headers });
  await shop.publishRaw("order.v1", { key: orderId, value: '{"orderId":1}', headers });
  await shop.publishRaw("order.v1", { key: orderId, value: null, headers });
  await shop.publishRaw("order.v1", { key: orderId, value: "{}" });
  await shop.publish(events.orderPaid, ...payments(user, orderId, [1]));
  await eventually(
    () => inboxOf(user),
    ({ edges }) => edges.length === 1,
  );
  expect(await deadLettersOf(orderId, 4)).toEqual([
    "the value is not JSON",
    "the payload does not fit order.v1 paid",
    "the payload does not fit order.v1 paid",
    "the headers event-type and event-id are missing",
  ]);
});

it("outlasts a Redis that is gone: says so meanwhile, and misses and repeats nothing", async () => {
  const user = await shop.newUser();
  const orderId = createId("ord");
  const watching = await watchAs(user);
  await shop.publish(events.orderPaid, ...payments(user, orderId, range(1, 5)));
  await watching.received(5);
  for (const [from, to] of [
    [6, 10],
    [11, 15],
  ] as const) {
    gate.set("cut");
    await shop.publish(events.orderPaid, ...payments(user, orderId, range(from, to)));
    const answer = await shop.ask(list, { as: user });
    expect(answer.errors?.[0]?.extensions.code).toBe("SERVICE_UNAVAILABLE");
    gate.set("open");
    await watching.received(to);
  }
  const titles = watching.answers.map(({ data }) => (data?.["notificationReceived"] as { title: string }).title);
  expect(titles).toEqual(titlesOf(range(1, 15)));
  expect(titlesIn(await inboxOf(user))).toEqual(titlesOf(range(1, 15)));
});

it("reads again what a Redis lacks that was put back to an earlier state", async () => {
  const user = await shop.newUser();
  const orderId = createId("ord");
  const watching = await watchAs(user);
  await shop.publish(events.orderPaid, ...payments(user, orderId, range(1, 10)));
  await watching.received(10);
  const earlier = await copyOf(shop.redis, shop.prefix);
  await shop.publish(events.orderPaid, ...payments(user, orderId, range(11, 20)));
  await watching.received(20);
  const before = await inboxOf(user);

  const left = await putBack(shop.redis, shop.prefix, earlier, `{inbox/${user}}:order`);
  expect(left).toBe(10);
  // An event of another test may have the rest read again by now: it comes behind.
  expect(titlesIn(await inboxOf(user)).slice(0, 10)).toEqual(titlesOf(range(1, 10)));
  await shop.publish(events.orderPaid, ...payments(user, orderId, [21]));
  const after = await eventually(
    () => inboxOf(user),
    ({ edges }) => edges.length === 21,
  );
  expect([...titlesIn(after)].sort()).toEqual([...titlesOf(range(1, 21))].sort());
  const ids = new Set(after.edges.map(({ node }) => node.id));
  expect(before.edges.every(({ node }) => ids.has(node.id))).toBe(true);
});

/** The reasons of what was given up of a key, in the order of its partition; each message once, however often it was read. */
async function deadLettersOf(key: string, count: number): Promise<string[]> {
  const consumer = shop.kafka.consumer({ groupId: `${shop.prefix}-dead-letters` });
  const reasons = new Map<string, string>();
  await consumer.connect();
  try {
    await consumer.subscribe({ topics: ["order.v1.dead-letter"], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        const header = (name: string) => String(message.headers?.[`dead-letter-${name}`]);
        // Other tests' services read the same topic, each giving up for itself.
        if (header("group") === shop.prefix && String(message.key) === key) {
          reasons.set(`${header("partition")}/${header("offset")}`, header("reason"));
        }
        return Promise.resolve();
      },
    });
    return await eventually(
      () => Promise.resolve([...reasons.values()]),
      ({ length }) => length >= count,
    );
  } finally {
    await consumer.disconnect();
  }
}

type Copy = Map<string, { type: string; flat: string[] }>;

const reads: Readonly<Record<string, string[]>> = {
  hash: ["HGETALL"],
  set: ["SMEMBERS"],
  zset: ["ZRANGE", "0", "-1", "WITHSCORES"],
};

/** All that lies under a prefix at one moment, for events of other tests go on coming; strings (idempotency keys) aside. */
async function copyOf(redis: Redis, prefix: string): Promise<Copy> {
  const copy: Copy = new Map();
  for (const key of await redis.keys(`${prefix}:*`)) {
    const type = await redis.type(key);
    if (type in reads) copy.set(key, { type, flat: [] });
  }
  const reading = redis.multi();
  for (const [key, { type }] of copy) {
    const [command = "", ...args] = reads[type] ?? [];
    reading.call(command, key, ...args);
  }
  const answers = (await reading.exec()) ?? [];
  for (const [index, one] of [...copy.values()].entries()) one.flat = answers[index]?.[1] as string[];
  return copy;
}

/** @returns how many a sorted set has then */
async function putBack(redis: Redis, prefix: string, copy: Copy, counted: string): Promise<unknown> {
  const change = redis.multi().del(...(await redis.keys(`${prefix}:*`)));
  for (const [key, { type, flat }] of copy) {
    if (flat.length === 0) continue; // deleted meanwhile
    if (type === "hash") change.hset(key, ...flat);
    else if (type === "set") change.sadd(key, ...flat);
    else change.zadd(key, ...pairs(flat));
  }
  const answers = await change.zcard(`${prefix}:${counted}`).exec();
  return answers?.at(-1)?.[1];
}

/** ZRANGE tells member and score, ZADD takes score and member. */
function pairs(sorted: readonly string[]): string[] {
  return Array.from({ length: sorted.length / 2 }, (_, index) => [
    sorted[2 * index + 1] ?? "",
    sorted[2 * index] ?? "",
  ]).flat();
}
