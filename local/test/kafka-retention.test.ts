import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createLogger } from "@shop/telemetry";
import { Kafka, logLevel, type Admin, type Producer } from "kafkajs";
import { startKafkaBroker } from "../src/kafka/broker";
import { type BrokerSettings } from "../src/kafka/settings";

process.env["KAFKAJS_NO_PARTITIONER_WARNING"] = "1";

const day = 24 * 60 * 60 * 1000;
const topic = "events";
const log = createLogger("kafka");
log.level = "silent";

let dataDir: string;
let ends: (() => Promise<unknown>)[];
let kafka: Kafka;
let admin: Admin;
let producer: Producer;

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "kafka-retention-"));
  ends = [];
});
afterEach(async () => {
  await stop();
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(settings: Partial<BrokerSettings>): Promise<void> {
  const broker = await startKafkaBroker({ host: "127.0.0.1", port: 0, dataDir, log, partitions: 1, ...settings });
  kafka = new Kafka({ brokers: [`127.0.0.1:${broker.port}`], logLevel: logLevel.NOTHING });
  admin = kafka.admin();
  producer = kafka.producer();
  ends = [() => producer.disconnect(), () => admin.disconnect(), () => broker.stop()];
  await admin.connect();
  await producer.connect();
}

async function stop(): Promise<void> {
  for (const end of ends.splice(0)) await end();
}

async function offsets(): Promise<{ low: number; high: number }> {
  const [partition] = await admin.fetchTopicOffsets(topic);
  return { low: Number(partition?.low), high: Number(partition?.high) };
}

async function untilLowIs(low: number): Promise<void> {
  while ((await offsets()).low !== low) await wait(10);
}

async function groupIds(): Promise<string[]> {
  return (await admin.listGroups()).groups.map(({ groupId }) => groupId);
}

async function readAll(count: number): Promise<string[]> {
  const consumer = kafka.consumer({ groupId: `reader-${Math.random()}`, maxWaitTimeInMs: 50 });
  const values: string[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await new Promise<void>((resolve, reject) => {
    const eachMessage = ({ message }: { message: { value: Buffer | null } }) => {
      values.push(message.value?.toString("utf8", 0, 4) ?? "");
      if (values.length >= count) resolve();
      return Promise.resolve();
    };
    consumer.run({ eachMessage }).catch(reject);
  });
  await consumer.disconnect();
  return values;
}

const kilobyte = (index: number) => ({ value: String(index).padStart(4, "0").padEnd(1024, ".") });
const labels = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, index) => String(from + index).padStart(4, "0"));

describe("a partition's log", () => {
  it("is read in order across its files, and from any offset", async () => {
    await start({ segmentBytes: 10_000 });
    for (let index = 0; index < 50; index += 1) await producer.send({ topic, messages: [kilobyte(index)] });
    expect(await readAll(50)).toEqual(labels(0, 50));
    // Also lets the client learn of the topic, which it does not do by itself before it deletes.
    expect(await offsets()).toEqual({ low: 0, high: 50 });
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "33" }] });
    expect(await readAll(17)).toEqual(labels(33, 50));
  });

  it("drops its oldest files when it is larger than its limit, and does not forget that over a restart", async () => {
    await start({ segmentBytes: 10_000, retentionBytes: 20_000 });
    for (let index = 0; index < 100; index += 1) await producer.send({ topic, messages: [kilobyte(index)] });
    const { low, high } = await offsets();
    expect(high).toBe(100);
    // At least the limit is kept, and at most one file and the one being written more.
    expect(high - low).toBeGreaterThanOrEqual(18);
    expect(high - low).toBeLessThanOrEqual(40);
    await stop();
    await start({ segmentBytes: 10_000, retentionBytes: 20_000 });
    expect(await offsets()).toEqual({ low, high });
    expect(await readAll(high - low)).toEqual(labels(low, high));
  });

  it("drops records that are older than 7 days, and gives the next one the next offset", async () => {
    await start({ retentionCheckIntervalMs: 20 });
    const old = String(Date.now() - 8 * day);
    await producer.send({ topic, messages: [{ value: "old1", timestamp: old }] });
    await untilLowIs(1);
    await producer.send({ topic, messages: [{ value: "new1", timestamp: String(Date.now() - 6 * day) }] });
    expect(await readAll(1)).toEqual(["new1"]);
    expect(await offsets()).toEqual({ low: 1, high: 2 });
    await stop();
    await start({ retentionCheckIntervalMs: 20 });
    expect(await offsets()).toEqual({ low: 1, high: 2 });
  });

  it("keeps to its topic's own limit where there is one", async () => {
    await start({ retentionCheckIntervalMs: 20 });
    const configEntries = [{ name: "retention.ms", value: String(day) }];
    await admin.createTopics({ topics: [{ topic, configEntries }] });
    await producer.send({ topic, messages: [{ value: "old1", timestamp: String(Date.now() - 2 * day) }] });
    await untilLowIs(1);
  });

  it("gives a topic that is made again under the same name a log of its own", async () => {
    await start({});
    await producer.send({ topic, messages: [kilobyte(0)] });
    await admin.deleteTopics({ topics: [topic] });
    await admin.createTopics({ topics: [{ topic }] });
    expect(await offsets()).toEqual({ low: 0, high: 0 });
    await stop();
    await start({});
    expect(await offsets()).toEqual({ low: 0, high: 0 });
  });
});

it("forgets a group that has neither members nor offsets, and no other", async () => {
  await start({ retentionCheckIntervalMs: 20 });
  await producer.send({ topic, messages: [kilobyte(0)] });
  await admin.setOffsets({ groupId: "bookmarks", topic, partitions: [{ partition: 0, offset: "1" }] });
  const reader = kafka.consumer({ groupId: "passing-by", maxWaitTimeInMs: 50 });
  await reader.connect();
  await reader.subscribe({ topic });
  await reader.run({ autoCommit: false, eachMessage: () => Promise.resolve() });
  while (!(await groupIds()).includes("passing-by")) await wait(10);
  await reader.disconnect();
  while ((await groupIds()).includes("passing-by")) await wait(10);
  expect(await groupIds()).toEqual(["bookmarks"]);
});
