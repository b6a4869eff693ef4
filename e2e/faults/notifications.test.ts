import { execFile } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import * as events from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { type EventRecord, readToEnd, toEventRecord } from "@shop/messaging";
import { eventually } from "@shop/subgraph-server/testing";
import { figure, report } from "./figures";
import { createKiller } from "./killer";
import {
  type InboxSeen,
  type NotificationSeen,
  type NotificationShop,
  startNotificationShop,
} from "./notification-shop";
import { openSubscriber, type Subscriber } from "./subscriber";

const keepMax = 60;
let shop: NotificationShop;
beforeAll(async () => {
  shop = await startNotificationShop({ NOTIFICATION_KEEP_MAX: String(keepMax) });
}, 120_000);
afterAll(() => shop.stop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));
const newUser = (): string => createId("usr");
const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

function order(userId: string, number: string, orderId = createId("ord")): events.OrderSnapshot {
  return { orderId, number, userId, status: "PAID", lines: [{ productId: "prd_1", quantity: 1 }] };
}

const life = [events.orderPlaced, events.orderPaid, events.orderShipped, events.orderDelivered];

/** The life of an order, four events. */
function lifeOf(userId: string, number: string): EventRecord[] {
  const bought = order(userId, number);
  return life.map((event) => toEventRecord(event, bought));
}

/** What an inbox says to its user, told apart by kind and order number. */
const titlesIn = ({ notifications }: InboxSeen): string[] => notifications.map(({ title }) => title);
const titlesOfLife = (number: string): string[] =>
  ["is placed", "is paid", "is on its way", "has arrived"].map((what) => `Order ${number} ${what}`);

/** The inbox once it has so many; a service or a store that is away is waited for. */
async function untilInInbox(user: string, count: number): Promise<InboxSeen> {
  const read = () => shop.inboxOf(user).catch(() => undefined);
  const inbox = await eventually(read, (found) => (found?.notifications.length ?? 0) >= count);
  if (inbox === undefined) throw new Error("unreachable");
  return inbox;
}

async function subscribe(user: string, door: keyof NotificationShop["doors"], after?: string) {
  return openSubscriber<NotificationSeen>({
    url: shop.doors[door],
    authorization: await shop.authorizationOf(user),
    document: `subscription ($after: String) { notificationReceived(after: $after) { id cursor kind title } }`,
    variables: { after: after ?? (await shop.inboxOf(user)).resumeCursor },
  });
}

/** Who watches a product: its comments from now on, and itself as it stands. */
async function watchProduct(user: string, id: string) {
  const at = { url: shop.doors.notification, authorization: await shop.authorizationOf(user) };
  const head = "query ($id: ID!) { commentsHead(productId: $id) }";
  const after = await shop.ask<string>(head, { id }, user);
  const added = `subscription ($id: ID!, $after: String) {
    commentAdded(productId: $id, after: $after) { cursor comment { id } } }`;
  const updated = "subscription ($id: ID!) { productUpdated(productId: $id) { id } }";
  const comments = openSubscriber<CommentSeen>({ ...at, document: added, variables: { id, after } });
  const product = openSubscriber<{ id: string; cursor?: never }>({ ...at, document: updated, variables: { id } });
  await product.received(1);
  return { comments, product };
}

interface CommentSeen {
  readonly cursor: string;
  readonly comment: { readonly id: string } | null;
}

describe("each user has each notification once", () => {
  const users = figure({ short: 8, full: 21 });
  const ordersEach = 12; // 48 notifications, of the 60 that an inbox keeps

  /** Publishes the orders of all users, with what happens meanwhile. @returns the users */
  async function publishThrough(disturb: (published: number, total: number) => Promise<void>): Promise<string[]> {
    const people = times(users, newUser);
    const lives = people.flatMap((user) => times(ordersEach, (index) => lifeOf(user, `${index}`)));
    const rounds = life.flatMap((_, step) => lives.map((records) => records[step]).filter((one) => one !== undefined));
    const chunk = Math.ceil(rounds.length / 40);
    for (let start = 0; start < rounds.length; start += chunk) {
      await disturb(start / chunk, 40);
      await shop.publish(rounds.slice(start, start + chunk));
      await sleep(25);
    }
    return people;
  }

  async function expectEachOnce(people: readonly string[]): Promise<void> {
    const expected = times(ordersEach, (index) => titlesOfLife(`${index}`))
      .flat()
      .sort();
    for (const user of people) {
      await untilInInbox(user, expected.length);
    }
    await shop.untilAllRead();
    for (const user of people) {
      const inbox = await shop.inboxOf(user);
      expect(titlesIn(inbox).sort()).toEqual(expected);
      expect(inbox.unread).toBe(expected.length);
    }
  }

  it("through kill -9 of the service and of Redis", async () => {
    const killer = createKiller(shop.processes);
    const kills = [5, 15, 30].slice(0, figure({ short: 1, full: 3 }));
    const startedAt = Date.now();
    const people = await publishThrough((step) => {
      // Both instances: whichever of them reads is among the killed.
      if (kills.includes(step)) for (const name of ["notification", "another"] as const) void killer.restart(name);
      if (step === 22) void killer.restart("redis");
      return Promise.resolve();
    });
    await killer.settled();
    await expectEachOnce(people);
    const count = users * ordersEach * life.length;
    report(
      `${count} order events through kills of notification (${kills.length} of each instance) and Redis: ${seconds(Date.now() - startedAt)} s`,
    );
  }, 120_000);

  it("when Redis comes back as it was a second earlier", async () => {
    let bringBack: (() => Promise<void>) | undefined;
    const people = await publishThrough(async (step) => {
      if (step === 15) bringBack = shop.copyRedis();
      if (step === 25) {
        await sleep(1_000);
        await bringBack?.();
      }
    });
    await expectEachOnce(people);
  }, 120_000);
});

describe("a subscriber whose line is lost again and again", () => {
  it.each(["notification", "gateway"] as const)(
    "gets all, in order, none twice, at the door of %s",
    async (door) => {
      const count = figure({ short: 100, full: 500 });
      const user = newUser();
      const subscriber = await subscribe(user, door);
      const bought = order(user, "");
      const cuts = times(10, (index) => Math.floor(((index + 0.5) * count) / 10));
      for (let number = 1; number <= count; number++) {
        await shop.publish([toEventRecord(events.orderPaid, { ...bought, number: `${number}` })]);
        if (cuts.includes(number)) subscriber.cut();
        await subscriber.received(number - keepMax / 2); // further behind, its place would be trimmed away
      }
      await subscriber.received(count);
      await shop.untilAllRead();
      expect(subscriber.seen.map(({ title }) => title)).toEqual(times(count, (index) => `Order ${index + 1} is paid`));
      await subscriber.stop();
    },
    120_000,
  );
});

it("two instances give each of their subscribers their own, and only their own", async () => {
  const count = figure({ short: 40, full: 200 });
  const each = 3;
  const people = times(count, newUser);
  const subscribers = await Promise.all(
    people.map((user, index) => subscribe(user, index % 2 === 0 ? "notification" : "another")),
  );
  await shop.publish(
    times(each, (number) =>
      people.map((user) => toEventRecord(events.orderPaid, order(user, `${user} ${number}`))),
    ).flat(),
  );
  await Promise.all(subscribers.map((subscriber) => subscriber.received(each)));
  await shop.untilAllRead();
  subscribers.forEach(({ seen }, index) => {
    const own = times(each, (number) => `Order ${people[index] ?? ""} ${number} is paid`);
    expect(seen.map(({ title }) => title).sort()).toEqual(own);
  });
  await stopAll(subscribers);
}, 60_000);

it("poison is put aside with its reason, what is behind it comes through, and it can be tried again", async () => {
  const user = newUser();
  const orderId = createId("ord");
  const headers = { "event-type": "paid", "event-id": createId("evt") };
  const large = JSON.stringify(order(user, "9".repeat(900_000), orderId));
  for (const value of ["not JSON", '{"orderId":1}', large, null]) {
    const bytes = value === null ? null : Buffer.from(value);
    await shop.bus.publishAsIs("order.v1", { key: Buffer.from(orderId), value: bytes, headers });
  }
  const publishedAt = Date.now();
  await shop.publish([toEventRecord(events.orderPaid, order(user, "good", orderId))]);
  expect(titlesIn(await untilInInbox(user, 1))).toEqual(["Order good is paid"]);
  const tookMs = Date.now() - publishedAt;
  report(`the next good event of the partition: ${seconds(tookMs)} s behind four that are poison`);
  expect(tookMs).toBeLessThan(15_000);

  const deadLetters = await runDeadLetters("list", "--topic", "order.v1");
  const [first = ""] = deadLetters.split("\n").filter((line) => line.includes(orderId));
  for (const reason of ["the value is not JSON", "the payload does not fit order.v1 paid", "an event at most 262144"]) {
    expect(deadLetters).toContain(reason);
  }
  const [origin = ""] = first.split(" ");
  expect(await runDeadLetters("retry", origin)).toBe(`${origin}: published again\n`);
  // It is what it was: another letter tells of it, and the first is dealt with.
  const again = await eventually(
    () => runDeadLetters("list", "--topic", "order.v1"),
    (text) => text.split("\n").filter((line) => line.includes(orderId)).length === 4,
  );
  expect(again).not.toContain(`${origin} `);
}, 60_000);

it("changes nothing and pushes nothing when every record of every topic is produced again", async () => {
  const [watcher, trimmed, author] = times(3, newUser);
  if (watcher === undefined || trimmed === undefined || author === undefined) throw new Error("no users");
  const productId = createId("prd");
  const ofProduct = { productId, name: "Kettle" };
  const watch = "mutation ($id: ID!) { watchProduct(productId: $id) { errors { code } } }";
  await shop.ask(watch, { id: productId }, watcher);
  const eur = (amountMinor: number) => ({ amountMinor, currency: "EUR" });
  const comment = { commentId: createId("cmt"), productId, authorId: author };
  await shop.publish([
    ...[watcher, trimmed, author].map((userId) => toEventRecord(events.userRegistered, { userId, displayName: "Ada" })),
    toEventRecord(events.productPriceChanged, { ...ofProduct, oldPrice: eur(2), newPrice: eur(1) }),
    toEventRecord(events.productStockChanged, { ...ofProduct, available: 1, previousAvailable: 0 }),
    toEventRecord(events.commentAdded, {
      ...{ commentId: createId("cmt"), productId, authorId: watcher, parentId: comment.commentId },
      ...{ parentAuthorId: author, excerpt: "So it is." },
    }),
    toEventRecord(events.commentLiked, { ...comment, likerId: watcher }),
    toEventRecord(events.systemAnnounced, { announcementId: createId("ann"), title: "Sale", body: "Today." }),
    ...times(keepMax + 20, (index) => toEventRecord(events.orderPaid, order(trimmed, `${index}`))),
  ]);
  const people = [watcher, trimmed, author];
  await Promise.all([untilInInbox(watcher, 4), untilInInbox(trimmed, keepMax + 1), untilInInbox(author, 4)]);
  await shop.untilAllRead();
  const before = await Promise.all(people.map((user) => shop.inboxOf(user)));
  const subscribers = await Promise.all(people.map((user) => subscribe(user, "notification")));
  const { comments, product } = await watchProduct(watcher, productId);

  const records = await produceAllAgain();
  await shop.untilAllRead();
  expect(await Promise.all(people.map((user) => shop.inboxOf(user)))).toEqual(before);
  // What is pushed at last is the first that is pushed at all.
  const last = { commentId: createId("cmt"), productId, authorId: author };
  await shop.publish([
    ...people.map((user) => toEventRecord(events.orderPaid, order(user, "last"))),
    toEventRecord(events.commentAdded, { ...last, excerpt: "The last." }),
    toEventRecord(events.productStockChanged, { ...ofProduct, available: 0, previousAvailable: 1 }),
  ]);
  await Promise.all([...subscribers.map((subscriber) => subscriber.received(1)), comments.received(1)]);
  await product.received(2); // as it stood when it was asked for, and sold out
  for (const { seen } of subscribers) expect(seen.map(({ title }) => title)).toEqual(["Order last is paid"]);
  expect(comments.seen.map(({ comment }) => comment)).toEqual([{ id: last.commentId }]);
  expect(product.seen).toHaveLength(2);
  await stopAll([...subscribers, comments, product]);
  report(`${records} records produced again: no inbox changed, nothing was pushed`);
}, 120_000);

/** @returns how many */
async function produceAllAgain(): Promise<number> {
  const records: Parameters<NotificationShop["bus"]["publishAsIs"]>[] = [];
  await readToEnd(shop.bus, events.topics, ({ topic, message: { key, value, headers } }) => {
    const kept = Object.entries(headers ?? {}).map(([name, text]) => [name, String(text)]);
    records.push([topic, { key, value, headers: Object.fromEntries(kept) as Record<string, string> }]);
  });
  for (const record of records) await shop.bus.publishAsIs(...record);
  return records.length;
}

async function runDeadLetters(...args: string[]): Promise<string> {
  const script = join(__dirname, "../../packages/messaging/dist/dead-letters-command.js");
  return (await promisify(execFile)(process.execPath, [script, ...args], { env: { ...shop.env } })).stdout;
}

async function stopAll(subscribers: readonly Pick<Subscriber<object>, "stop">[]): Promise<void> {
  await Promise.all(subscribers.map((subscriber) => subscriber.stop()));
}
