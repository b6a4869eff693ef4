import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { CompressionTypes, Kafka, logLevel, Partitioners, type Producer } from "kafkajs";
import { type EventRecord } from "./event-record";

/** The connection of one process to Kafka: what it publishes with, and what consumers are made from. */
export interface MessageBus {
  readonly kafka: Kafka;
  /**
   * Publishes in order with acks = all through an idempotent producer.
   * @throws while the broker does not answer or refuses; nothing may be counted as published then
   */
  publish(records: readonly EventRecord[]): Promise<void>;
  /**
   * Publishes a message that could not be read, as it came, to the topic for those. At least once: a message that is read
   * again is given up again, and its headers say which message of which group it was.
   */
  publishDeadLetter(topic: string, message: DeadLetter): Promise<void>;
  /** Rejects while no broker answers. */
  ping(): Promise<void>;
  stop(): Promise<void>;
}

export interface DeadLetter {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | string>;
}

const partitions = 6;

/**
 * Connects to Kafka lazily: a broker that is down when a service starts only delays what it publishes.
 * @param options.topics made if they are missing, each with its dead-letter topic
 */
export function createMessageBus(options: {
  brokers: string[];
  clientId: string;
  topics: readonly string[];
  log: Logger;
}): MessageBus {
  const { log } = options;
  const kafka = new Kafka({
    clientId: options.clientId,
    brokers: options.brokers,
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    retry: { retries: 2, initialRetryTime: 100, maxRetryTime: 1_000 },
    logCreator:
      () =>
      ({ level, log: entry }) => {
        if (level <= logLevel.WARN) log.debug({ kafka: entry.message }, "kafka client");
      },
  });

  let connected: Promise<Producer> | undefined;
  let stopped = false;

  async function connect(): Promise<Producer> {
    await createTopics(kafka, options.topics);
    const producer = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: 2 },
    });
    await producer.connect();
    return producer;
  }

  async function withProducer<T>(work: (producer: Producer) => Promise<T>): Promise<T> {
    if (stopped) throw new Error("the message bus is stopped");
    const attempt = (connected ??= connect());
    try {
      return await work(await attempt);
    } catch (error) {
      // A producer that failed may be left with a broken sequence or a dead connection: the next try makes a new one.
      if (connected === attempt) {
        connected = undefined;
        void attempt.then((producer) => producer.disconnect()).catch(() => undefined);
      }
      throw error;
    }
  }

  return {
    kafka,
    publish: (records) =>
      withProducer(async (producer) => {
        const byTopic = groupByTopic(records);
        const topicMessages = [...byTopic].map(([topic, messages]) => ({ topic, messages }));
        await producer.sendBatch({ acks: -1, compression: CompressionTypes.None, topicMessages });
      }),
    publishDeadLetter: (topic, message) =>
      withProducer(async (producer) => {
        await producer.send({ acks: -1, topic: `${topic}.dead-letter`, messages: [message] });
      }),
    ping: () => withProducer(() => Promise.resolve()),
    stop: async () => {
      stopped = true;
      const producer = await connected?.catch(() => undefined);
      await Promise.race([producer?.disconnect(), sleep(2_000, undefined, { ref: false })]);
    },
  };
}

function groupByTopic(records: readonly EventRecord[]) {
  const byTopic = new Map<string, ReturnType<typeof toMessage>[]>();
  for (const record of records) {
    const messages = byTopic.get(record.topic) ?? [];
    messages.push(toMessage(record));
    byTopic.set(record.topic, messages);
  }
  return byTopic;
}

function toMessage(record: EventRecord) {
  return {
    key: record.key,
    value: record.payload,
    timestamp: String(record.occurredAt.getTime()),
    headers: {
      "event-type": record.type,
      "event-id": record.eventId,
      "event-time": record.occurredAt.toISOString(),
      ...(record.traceparent === null ? {} : { traceparent: record.traceparent }),
    },
  };
}

async function createTopics(kafka: Kafka, topics: readonly string[]): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const existing = new Set(await admin.listTopics());
    const missing = topics.flatMap((topic) => [topic, `${topic}.dead-letter`]).filter((topic) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({ topics: missing.map((topic) => ({ topic, numPartitions: partitions })) });
    }
  } finally {
    await admin.disconnect();
  }
}
