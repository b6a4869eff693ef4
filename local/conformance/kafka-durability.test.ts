import { appendFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Kafka } from "kafkajs";
import { given } from "./config";
import { createKafka, startConsumer, uniqueName, valuesOf } from "./kafka-clients";
import { addressOf, startBrokerProcess } from "./kafka-process";
import { createDataFolder, lastingPort, type StandInProcess } from "./stand-in";
import { connectRaw } from "./kafka-raw-client";

const describeOwnBroker = given.kafka === undefined ? describe : describe.skip;

describeOwnBroker("stopped and killed (only a broker of the suite's own may be)", () => {
  let folder: ReturnType<typeof createDataFolder>;
  let broker: StandInProcess;
  let kafka: Kafka;
  const atTheEnd: (() => Promise<unknown>)[] = [];

  beforeEach(async () => {
    folder = createDataFolder();
    broker = await startBrokerProcess(folder.path, await lastingPort());
    kafka = createKafka(addressOf(broker));
  });
  afterEach(async () => {
    for (const end of atTheEnd.splice(0).reverse()) await end();
    await broker.stop();
    folder.remove();
  });

  /** The same broker again, at the same address. */
  async function startAgain(): Promise<void> {
    broker = await startBrokerProcess(folder.path, broker.port);
  }

  async function createTopic(numPartitions = 1): Promise<string> {
    const topic = uniqueName("topic");
    const admin = kafka.admin();
    await admin.connect();
    await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
    await admin.disconnect();
    return topic;
  }

  async function connectProducer(idempotent = false) {
    const producer = kafka.producer({ idempotent, ...(idempotent ? { maxInFlightRequests: 1 } : {}) });
    await producer.connect();
    atTheEnd.push(() => producer.disconnect());
    return producer;
  }

  async function consume(topic: string, groupId: string) {
    const running = await startConsumer(kafka, { topic, groupId });
    atTheEnd.push(running.end);
    return running;
  }

  it.each([
    ["stopped", () => broker.stop()],
    ["killed", () => broker.kill()],
  ])("has topics, records and committed offsets again after it was %s", async (_, end) => {
    const topic = await createTopic(3);
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    await producer.send({ topic, messages: [0, 1, 2].map((partition) => ({ partition, value: `old${partition}` })) });
    const before = await consume(topic, groupId);
    await before.until(() => before.received.length === 3);
    await before.end();
    await end();
    await startAgain();

    await producer.send({ topic, messages: [{ partition: 1, value: "new" }] });
    const after = await consume(topic, groupId);
    await after.until(() => after.received.length > 0);
    expect(valuesOf(after.received)).toEqual(["new"]);
    const other = await consume(topic, uniqueName("group"));
    await other.until(() => other.received.length === 4);
    expect(valuesOf(other.received).sort()).toEqual(["new", "old0", "old1", "old2"]);
  });

  it("exits with 0 on SIGTERM, also while clients are connected", async () => {
    const topic = await createTopic();
    await consume(topic, uniqueName("group"));
    expect(await broker.stop()).toBe(0);
  });

  it("still knows the sequence numbers that it has seen", async () => {
    const topic = await createTopic();
    const batch = { topic, producerId: 7, messages: [{ value: "once" }] };
    const raw = await connectRaw(addressOf(broker));
    await raw.produce({ ...batch, firstSequence: 0 });
    expect(await raw.produce({ ...batch, firstSequence: 1 })).toEqual({ errorCode: 0, baseOffset: 1 });
    raw.end();
    await broker.kill();
    await startAgain();
    const again = await connectRaw(addressOf(broker));
    expect(await again.produce({ ...batch, firstSequence: 1 })).toEqual({ errorCode: 0, baseOffset: 1 });
    expect((await again.produce({ ...batch, firstSequence: 3 })).errorCode).toBe(45);
    expect(await again.produce({ ...batch, firstSequence: 2 })).toEqual({ errorCode: 0, baseOffset: 2 });
    again.end();
  });

  it("loses no message that it has acknowledged when it is killed in the middle of producing", async () => {
    const topic = await createTopic();
    const producer = await connectProducer(true);
    let killed: Promise<void> | undefined;
    const acknowledged: string[] = [];
    for (let index = 0; index < 300; index += 1) {
      if (index === 150) killed = broker.kill().then(startAgain);
      await producer.send({ topic, messages: [{ value: `m${index}` }] });
      acknowledged.push(`m${index}`);
    }
    await killed;
    const reader = await consume(topic, uniqueName("group"));
    await reader.until(() => reader.received.length >= acknowledged.length);
    expect(valuesOf(reader.received)).toEqual(acknowledged);
  });

  it("loads what is whole when files end in the middle of a write, and goes on from there", async () => {
    const topic = await createTopic();
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    await producer.send({ topic, messages: [{ value: "whole" }] });
    const before = await consume(topic, groupId);
    await before.until(() => before.received.length === 1);
    await before.end();
    await broker.kill();
    for (const name of readdirSync(folder.path, { recursive: true, encoding: "utf8" })) {
      if (name.endsWith(".log")) appendFileSync(join(folder.path, name), Buffer.alloc(90, 7));
    }
    for (const table of ["topics", "groups", "offsets", "producer-ids"]) {
      appendFileSync(join(folder.path, table), '\n0badc0de {"key":"torn');
    }
    await startAgain();
    await broker.logged("cut an unfinished write off the end of a log");
    await producer.send({ topic, messages: [{ value: "after" }] });
    const after = await consume(topic, groupId);
    await after.until(() => after.received.length > 0);
    expect(valuesOf(after.received)).toEqual(["after"]);
  });

  it("is read by the same consumer again when it is back", async () => {
    const topic = await createTopic();
    const reader = await consume(topic, uniqueName("group"));
    const producer = await connectProducer();
    await broker.kill();
    await startAgain();
    await producer.send({ topic, messages: [{ value: "after" }] });
    await reader.until(() => reader.received.length > 0);
    expect(valuesOf(reader.received)).toEqual(["after"]);
  });

  it("names what it refuses in its log", async () => {
    const raw = await connectRaw(addressOf(broker));
    raw.send(Buffer.from("GET / HTTP/1.1\r\n\r\n"));
    await broker.logged("closed a client's connection", "claims");
    raw.end();
    const producer = kafka.producer({ transactionalId: "tx-1", maxInFlightRequests: 1 });
    atTheEnd.push(() => producer.disconnect());
    await producer.connect();
    await expect(producer.transaction()).rejects.toThrow();
    await broker.logged("transactions are not supported", "tx-1");
  });
});
