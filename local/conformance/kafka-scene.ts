import { type Admin, type Kafka } from "kafkajs";
import { createKafka, startConsumer, uniqueName } from "./kafka-clients";
import { startBrokerUnderTest, type BrokerUnderTest } from "./kafka-process";

/** A broker for a test file with its clients. What is made here ends with the test, the broker with the file. */
export function setTheScene() {
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

  return {
    address: () => broker.address,
    admin: () => admin,
    atTheEnd,
    createTopic: async (numPartitions = 1): Promise<string> => {
      const topic = uniqueName("topic");
      await admin.createTopics({ topics: [{ topic, numPartitions }], waitForLeaders: true });
      return topic;
    },
    connectProducer: async (options: { idempotent?: boolean } = {}) => {
      const producer = kafka.producer({ ...options, allowAutoTopicCreation: false });
      await producer.connect();
      atTheEnd.push(() => producer.disconnect());
      return producer;
    },
    consume: async (topic: string, groupId = uniqueName("group"), maxWaitTimeInMs = 100) => {
      const running = await startConsumer(kafka, { topic, groupId, maxWaitTimeInMs });
      atTheEnd.push(running.end);
      return running;
    },
  };
}

export const numbered = (count: number, prefix = "m") =>
  Array.from({ length: count }, (_, index) => `${prefix}${index}`);
