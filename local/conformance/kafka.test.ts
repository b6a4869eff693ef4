import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { CompressionTypes, ConfigResourceTypes, type Admin, type Kafka } from "kafkajs";
import { createImpatientKafka, createKafka, startConsumer, uniqueName, valuesOf } from "./kafka-clients";
import { startBrokerUnderTest, type BrokerUnderTest } from "./kafka-process";

let broker: BrokerUnderTest;
let kafka: Kafka;
let admin: Admin;
const atTheEnd: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  broker = await startBrokerUnderTest();
  kafka = createKafka(broker.address);
  admin = kafka.admin();
  await admin.connect();
});
afterEach(async () => {
  for (const end of atTheEnd.splice(0).reverse()) await end();
});
afterAll(async () => {
  await admin.disconnect();
  await broker.end();
});

async function createTopic(numPartitions = 1): Promise<string> {
  const topic = uniqueName("topic");
  await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
  return topic;
}

async function partitionsOf(topic: string): Promise<number[]> {
  const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.map(({ partitionId }) => partitionId).sort() ?? [];
}

async function connectProducer(options: { idempotent?: boolean } = {}) {
  const producer = kafka.producer({ ...options, allowAutoTopicCreation: false });
  await producer.connect();
  atTheEnd.push(() => producer.disconnect());
  return producer;
}

async function consume(topic: string, groupId = uniqueName("group"), maxWaitTimeInMs = 100) {
  const running = await startConsumer(kafka, { topic, groupId, maxWaitTimeInMs });
  atTheEnd.push(running.end);
  return running;
}

const numbered = (count: number, prefix = "m") => Array.from({ length: count }, (_, index) => `${prefix}${index}`);

describe("topics", () => {
  it("are made with the partitions asked for, listed, given more partitions, and deleted", async () => {
    const topic = await createTopic(3);
    expect(await admin.listTopics()).toContain(topic);
    expect(await partitionsOf(topic)).toEqual([0, 1, 2]);
    // A change is accepted before everyone can see it.
    await admin.createPartitions({ topicPartitions: [{ topic, count: 5 }] });
    while ((await partitionsOf(topic)).length < 5) await wait(20);
    expect(await partitionsOf(topic)).toEqual([0, 1, 2, 3, 4]);
    await admin.deleteTopics({ topics: [topic] });
    while ((await admin.listTopics()).includes(topic)) await wait(20);
  });

  it("are not made twice", async () => {
    const topic = await createTopic();
    expect(await admin.createTopics({ topics: [{ topic }] })).toBe(false);
  });

  it.each([
    ["a name with a space", { topic: "no spaces" }, "INVALID_TOPIC_EXCEPTION"],
    ["no partitions", { topic: "t", numPartitions: 0 }, "INVALID_PARTITIONS"],
    ["more replicas than nodes", { topic: "t", replicationFactor: 9 }, "INVALID_REPLICATION_FACTOR"],
    ["a setting that is none", { topic: "t", configEntries: [{ name: "no.such", value: "1" }] }, "INVALID_CONFIG"],
  ])("are refused with %s", async (_, topic, type) => {
    const created = admin.createTopics({ topics: [{ ...topic, topic: topic.topic.replace("t", uniqueName("t")) }] });
    await expect(created).rejects.toMatchObject({ errors: [{ type }] });
  });

  it("have settings that can be read back", async () => {
    const topic = uniqueName("topic");
    const configEntries = [{ name: "retention.ms", value: "3600000" }];
    await admin.createTopics({ topics: [{ topic, configEntries }], waitForLeaders: true });
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: ["retention.ms", "cleanup.policy"] }],
    });
    const values = resources[0]?.configEntries.map(({ configName, configValue }) => [configName, configValue]);
    expect(values?.sort()).toEqual([
      ["cleanup.policy", "delete"],
      ["retention.ms", "3600000"],
    ]);
  });

  it("are described with the broker at the address that it was reached at", async () => {
    const { brokers, controller } = await admin.describeCluster();
    const [node] = brokers;
    expect(`${node?.host ?? ""}:${node?.port ?? 0}`).toBe(broker.address);
    expect(controller).toBe(node?.nodeId);
  });

  it("lose the records in front of an offset that an administrator names", async () => {
    const topic = await createTopic();
    const producer = await connectProducer();
    for (const value of numbered(4)) await producer.send({ topic, messages: [{ value }] });
    // Also lets the client learn of the topic, which it does not do by itself before it deletes.
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: "0", high: "4" }]);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "3" }] });
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: "3", high: "4" }]);
    const reader = await consume(topic);
    await reader.until(() => reader.received.length > 0);
    expect(valuesOf(reader.received)).toEqual(["m3"]);
  });
});

describe("records", () => {
  it("of one key keep their order, their headers and their time", async () => {
    const topic = await createTopic(3);
    const producer = await connectProducer();
    const timestamp = String(Date.now() - 1000);
    const messages = numbered(60).map((value, index) => ({
      key: `k${index % 7}`,
      value,
      timestamp,
      headers: { "event-type": "placed", index: String(index) },
    }));
    await producer.sendBatch({ topicMessages: [{ topic, messages }] });
    const reader = await consume(topic);
    await reader.until(() => reader.received.length >= 60);

    const byKey = (key: string) => reader.received.filter(({ message }) => message.key?.toString() === key);
    for (let key = 0; key < 7; key += 1) {
      const expected = messages.filter((each) => each.key === `k${key}`).map(({ value }) => value);
      expect(valuesOf(byKey(`k${key}`))).toEqual(expected);
      expect(new Set(byKey(`k${key}`).map(({ partition }) => partition)).size).toBe(1);
    }
    const [first] = reader.received.filter(({ message }) => message.value?.toString() === "m0");
    expect(first?.message.timestamp).toBe(timestamp);
    expect(first?.message.headers?.["event-type"]?.toString()).toBe("placed");
  });

  it("come back from gzip as they were", async () => {
    const topic = await createTopic();
    const producer = await connectProducer();
    const messages = numbered(500).map((value) => ({ value }));
    await producer.send({ topic, messages, compression: CompressionTypes.GZIP });
    const reader = await consume(topic);
    await reader.until(() => reader.received.length >= 500);
    expect(valuesOf(reader.received)).toEqual(numbered(500));
  });

  it("of an idempotent producer get one offset each", async () => {
    const topic = await createTopic();
    const producer = await connectProducer({ idempotent: true });
    for (const value of numbered(10)) await producer.send({ topic, messages: [{ value }] });
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ low: "0", high: "10" }]);
  });

  it("may be as large as 900 kB", async () => {
    const topic = await createTopic();
    const producer = await connectProducer();
    const value = Buffer.alloc(900_000, "large");
    for (const small of ["before", value, "after"]) await producer.send({ topic, messages: [{ value: small }] });
    const reader = await consume(topic);
    await reader.until(() => reader.received.length >= 3);
    expect(reader.received[1]?.message.value?.equals(value)).toBe(true);
    expect(reader.received[2]?.message.value?.toString()).toBe("after");
  });

  it("are refused when larger than 1 MiB", async () => {
    const topic = await createTopic();
    const producer = createImpatientKafka(broker.address).producer();
    await producer.connect();
    atTheEnd.push(() => producer.disconnect());
    const sent = producer.send({ topic, messages: [{ value: Buffer.alloc(1_100_000) }] });
    await expect(sent).rejects.toMatchObject({ type: "MESSAGE_TOO_LARGE" });
    expect(await admin.fetchTopicOffsets(topic)).toMatchObject([{ high: "0" }]);
  });

  it("wake a reader that waits for them", async () => {
    const topic = await createTopic();
    const reader = await consume(topic, uniqueName("group"), 5 * 60_000);
    const producer = await connectProducer();
    await producer.send({ topic, messages: [{ value: "awaited" }] });
    await reader.until(() => reader.received.length > 0);
    expect(valuesOf(reader.received)).toEqual(["awaited"]);
  });

  it("are found by their time", async () => {
    const topic = await createTopic();
    const producer = await connectProducer();
    for (const timestamp of ["1000000", "2000000", "3000000"]) {
      await producer.send({ topic, messages: [{ value: timestamp, timestamp }] });
    }
    expect(await admin.fetchTopicOffsetsByTimestamp(topic, 2_000_000)).toMatchObject([{ partition: 0, offset: "1" }]);
    expect(await admin.fetchTopicOffsetsByTimestamp(topic, 1_500_000)).toMatchObject([{ partition: 0, offset: "1" }]);
  });
});

describe("consumer groups", () => {
  it("go on after a restart where they had committed", async () => {
    const topic = await createTopic(2);
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    const send = (values: string[]) =>
      producer.send({ topic, messages: values.map((value) => ({ key: value, value })) });
    await send(numbered(20, "first"));
    const before = await consume(topic, groupId);
    await before.until(() => before.received.length >= 20);
    await before.end();
    await send(numbered(20, "second"));
    const after = await consume(topic, groupId);
    await after.until(() => after.received.length >= 20);
    expect(valuesOf(after.received).sort()).toEqual(numbered(20, "second").sort());
  });

  it("share out the partitions anew when a member comes and when it leaves", async () => {
    const topic = await createTopic(4);
    const groupId = uniqueName("group");
    const first = await consume(topic, groupId);
    expect(first.assigned()).toHaveLength(4);
    const second = await consume(topic, groupId);
    await first.until(() => first.assigned().length === 2);
    expect([...first.assigned(), ...second.assigned()].sort()).toEqual([0, 1, 2, 3]);

    const producer = await connectProducer();
    const messages = [0, 1, 2, 3].map((partition) => ({ partition, value: String(partition) }));
    await producer.send({ topic, messages });
    for (const each of [first, second]) {
      await each.until(() => each.received.length >= 2);
      expect(each.received.map(({ partition }) => partition).sort()).toEqual([...each.assigned()].sort());
    }
    await second.end();
    await first.until(() => first.assigned().length === 4);
  });

  it("take over from a member that was killed", async () => {
    const topic = await createTopic(2);
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    const sendToBoth = (value: string) => {
      return producer.send({ topic, messages: [0, 1].map((partition) => ({ partition, value })) });
    };
    const member = fork(join(__dirname, "kafka-member.mjs"), [broker.address, topic, groupId]);
    atTheEnd.push(() => Promise.resolve(member.kill("SIGKILL")));
    await sendToBoth("before");
    await once(member, "message");
    const heir = await consume(topic, groupId);
    expect(heir.assigned()).toHaveLength(1);
    member.kill("SIGKILL");
    await sendToBoth("after");
    await heir.until(() => valuesOf(heir.received).filter((value) => value === "after").length === 2);
    expect(heir.assigned()).toHaveLength(2);
  });

  it("are listed and described, and deleted only when nobody is in them", async () => {
    const topic = await createTopic();
    const groupId = uniqueName("group");
    const member = await consume(topic, groupId);
    expect((await admin.listGroups()).groups).toContainEqual({ groupId, protocolType: "consumer" });
    const { groups } = await admin.describeGroups([groupId]);
    expect(groups[0]).toMatchObject({ state: "Stable", members: [{ clientId: "conformance" }] });
    const impatient = createImpatientKafka(broker.address).admin();
    await impatient.connect();
    atTheEnd.push(() => impatient.disconnect());
    await expect(impatient.deleteGroups([groupId])).rejects.toMatchObject({
      groups: [{ errorCode: 68 }],
    });
    await member.end();
    await admin.deleteGroups([groupId]);
    expect((await admin.listGroups()).groups.map((each) => each.groupId)).not.toContain(groupId);
  });

  it("can be set to an offset while nobody is in them", async () => {
    const topic = await createTopic();
    const groupId = uniqueName("group");
    const producer = await connectProducer();
    await producer.send({ topic, messages: numbered(5).map((value) => ({ value })) });
    await admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: "3" }] });
    expect(await admin.fetchOffsets({ groupId, topics: [topic] })).toMatchObject([
      { topic, partitions: [{ partition: 0, offset: "3" }] },
    ]);
    const reader = await consume(topic, groupId);
    await reader.until(() => reader.received.length >= 2);
    expect(valuesOf(reader.received)).toEqual(["m3", "m4"]);
  });

  it("refuse a session timeout that is shorter than the broker allows", async () => {
    const consumer = createImpatientKafka(broker.address).consumer({
      groupId: uniqueName("group"),
      sessionTimeout: 1000,
      heartbeatInterval: 100,
      retry: { retries: 0, restartOnFailure: () => Promise.resolve(false) },
    });
    atTheEnd.push(() => consumer.disconnect());
    await consumer.connect();
    await consumer.subscribe({ topic: await createTopic() });
    const crashed = new Promise<string>((resolve) =>
      consumer.on(consumer.events.CRASH, ({ payload }) => resolve(String((payload.error as { type?: string }).type))),
    );
    await consumer.run({ eachMessage: () => Promise.resolve() });
    expect(await crashed).toBe("INVALID_SESSION_TIMEOUT");
  });
});
