// A member of a consumer group in a process of its own, which a test may kill: `kafka-member.mjs <broker> <topic> <group>`.
// It sends what it receives to its parent.
import { Kafka, logLevel } from "kafkajs";

const [broker, topic, groupId] = process.argv.slice(2);
const kafka = new Kafka({ brokers: [broker], logLevel: logLevel.NOTHING });
const consumer = kafka.consumer({
  groupId,
  sessionTimeout: 6000,
  rebalanceTimeout: 6000,
  heartbeatInterval: 100,
  maxWaitTimeInMs: 100,
});
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  eachMessage: async ({ message }) => {
    process.send({ value: message.value.toString() });
  },
});
