import { randomUUID } from "node:crypto";
import { Kafka, logLevel, type Consumer, type ConsumerConfig, type KafkaMessage } from "kafkajs";

/** Kafka's own default minimum: shorter ones are refused. */
export const sessionTimeoutMs = 6000;

/** A name that no other run has used, since a given broker keeps what runs leave behind. */
export function uniqueName(of: string): string {
  return `${of}-${randomUUID()}`;
}

export function createKafka(address: string): Kafka {
  return new Kafka({
    clientId: "conformance",
    brokers: [address],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 500, retries: 60 },
  });
}

/** The same without retries: for what is expected to be refused. */
export function createImpatientKafka(address: string): Kafka {
  return new Kafka({ clientId: "conformance", brokers: [address], logLevel: logLevel.NOTHING, retry: { retries: 0 } });
}

export interface Received {
  readonly partition: number;
  readonly message: KafkaMessage;
}

export interface RunningConsumer {
  readonly consumer: Consumer;
  readonly received: readonly Received[];
  /** The partitions that it was last given. */
  assigned(): readonly number[];
  /** Waits until a condition holds, looked at whenever a message or an assignment has come. */
  until(condition: () => boolean): Promise<void>;
  readonly end: () => Promise<void>;
}

/** A consumer that starts at the beginning and keeps what it receives. It has joined its group when this returns. */
export async function startConsumer(
  kafka: Kafka,
  options: { topic: string; groupId: string } & Partial<ConsumerConfig>,
): Promise<RunningConsumer> {
  const { topic, ...config } = options;
  const consumer = kafka.consumer({
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: sessionTimeoutMs,
    heartbeatInterval: 100,
    maxWaitTimeInMs: 100,
    ...config,
  });
  const received: Received[] = [];
  const watchers = new Set<() => void>();
  let assigned: readonly number[] = [];
  let hasJoined = false;
  const notify = () => [...watchers].forEach((watch) => watch());

  async function until(condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve) => {
      const watch = () => {
        if (!condition()) return;
        watchers.delete(watch);
        resolve();
      };
      watchers.add(watch);
    });
  }

  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    assigned = payload.memberAssignment[topic] ?? [];
    hasJoined = true;
    notify();
  });
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    autoCommitInterval: 100,
    eachMessage: ({ partition, message }) => {
      received.push({ partition, message });
      notify();
      return Promise.resolve();
    },
  });
  await until(() => hasJoined);
  return { consumer, received, assigned: () => assigned, until, end: () => consumer.disconnect() };
}

export const valuesOf = (received: readonly Received[]) => received.map(({ message }) => message.value?.toString());
