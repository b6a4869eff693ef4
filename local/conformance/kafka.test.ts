import { setTimeout as wait } from "node:timers/promises";
import { CompressionTypes, ConfigResourceTypes } from "kafkajs";
import { createImpatientKafka, uniqueName, valuesOf } from "./kafka-clients";
import { numbered, setTheScene } from "./kafka-scene";

const { address, admin, atTheEnd, createTopic, connectProducer, consume } = setTheScene();

async function partitionsOf(topic: string): Promise<number[]> {
  const { topics } = await admin().fetchTopicMetadata({ topics: [topic] });
  return topics[0]?.partitions.map(({ partitionId }) => partitionId).sort() ?? [];
}

describe("topics", () => {
  it("are made with the partitions asked for, listed, given more partitions, and deleted", async () => {
    const topic = await createTopic(3);
    expect(await admin().listTopics()).toContain(topic);
    expect(await partitionsOf(topic)).toEqual([0, 1, 2]);
    // A change is accepted before everyone can see it.
    await admin().createPartitions({ topicPartitions: [{ topic, count: 5 }] });
    while ((await partitionsOf(topic)).length < 5) await wait(20);
    expect(await partitionsOf(topic)).toEqual([0, 1, 2, 3, 4]);
    await admin().deleteTopics({ topics: [topic] });
    while ((await admin().listTopics()).includes(topic)) await wait(20);
  });

  it("are not made twice", async () => {
    const topic = await createTopic();
    expect(await admin().createTopics({ topics: [{ topic }] })).toBe(false);
  });

  it.each([
    ["a name with a space", { topic: "no spaces" }, "INVALID_TOPIC_EXCEPTION"],
    ["no partitions", { topic: "t", numPartitions: 0 }, "INVALID_PARTITIONS"],
    ["more replicas than nodes", { topic: "t", replicationFactor: 9 }, "INVALID_REPLICATION_FACTOR"],
    ["a setting that is none", { topic: "t", configEntries: [{ name: "no.such", value: "1" }] }, "INVALID_CONFIG"],
  ])("are refused with %s", async (_, topic, type) => {
    const created = admin().createTopics({ topics: [{ ...topic, topic: topic.topic.replace("t", uniqueName("t")) }] });
    await expect(created).rejects.toMatchObject({ errors: [{ type }] });
  });

  it("have settings that can be read back", async () => {
    const topic = uniqueName("topic");
    const configEntries = [{ name: "retention.ms", value: "3600000" }];
    await admin().createTopics({ topics: [{ topic, configEntries }], waitForLeaders: true });
    const { resources } = await admin().describeConfigs({
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
    const { brokers, controller } = await admin().describeCluster();
    const [node] = brokers;
    expect(`${node?.host ?? ""}:${node?.port ?? 0}`).toBe(address());
    expect(controller).toBe(node?.nodeId);
  });

  it("lose the records in front of an offset that an administrator names", async () => {
    const topic = await createTopic();
    const producer = await connectProducer();
    for (const value of numbered(4)) await producer.send({ topic, messages: [{ value }] });
    // Also lets the client learn of the topic, which it does not do by itself before it deletes.
    expect(await admin().fetchTopicOffsets(topic)).toMatchObject([{ low: "0", high: "4" }]);
    await admin().deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: "3" }] });
    expect(await admin().fetchTopicOffsets(topic)).toMatchObject([{ low: "3", high: "4" }]);
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
    expect(await admin().fetchTopicOffsets(topic)).toMatchObject([{ low: "0", high: "10" }]);
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
    const producer = createImpatientKafka(address()).producer();
    await producer.connect();
    atTheEnd.push(() => producer.disconnect());
    const sent = producer.send({ topic, messages: [{ value: Buffer.alloc(1_100_000) }] });
    await expect(sent).rejects.toMatchObject({ type: "MESSAGE_TOO_LARGE" });
    expect(await admin().fetchTopicOffsets(topic)).toMatchObject([{ high: "0" }]);
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
    expect(await admin().fetchTopicOffsetsByTimestamp(topic, 2_000_000)).toMatchObject([{ partition: 0, offset: "1" }]);
    expect(await admin().fetchTopicOffsetsByTimestamp(topic, 1_500_000)).toMatchObject([{ partition: 0, offset: "1" }]);
  });
});
