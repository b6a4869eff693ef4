import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { CompressionTypes, Kafka, KafkaJSProtocolError, logLevel, Partitioners, type Producer } from "kafkajs";
import { withAdmin } from "./admin";
import { type EventRecord } from "./event-record";

/** The connection of one process to Kafka: what it publishes with, and what consumers are made from. */
export interface MessageBus {
  readonly kafka: Kafka;
  readonly clientId: string;
  /**
   * Publishes in order with acks = all through an idempotent producer.
   * @throws RefusedByBrokerError where the broker will not have one of them, anything else while it does not answer; either
   *   way some may have been published, and none may be counted as such
   */
  publish(records: readonly EventRecord[]): Promise<void>;
  /** Publishes a message as it is, headers and all. @throws as `publish` */
  publishAsIs(topic: string, message: RawMessage): Promise<void>;
  /**
   * Publishes an event into every partition of its topic.
   * @param toRecord makes it, for so many of them
   * @throws as `publish`
   */
  publishEverywhere(topic: string, toRecord: (partitions: number) => EventRecord): Promise<void>;
  /** Rejects while no broker answers. */
  ping(): Promise<void>;
  stop(): Promise<void>;
}

/** The broker answers that it will not have a record, and will not when it is sent again. */
export class RefusedByBrokerError extends Error {}

export interface RawMessage {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | string>;
  /** Where the key should not decide. */
  readonly partition?: number;
}

const partitions = 6;
// Half of what a broker takes at once by default: what a batch's headers add is not counted exactly.
const maxBatchBytes = 512 * 1_024;
const headerBytes = 250;
const refusals = new Set([
  "MESSAGE_TOO_LARGE",
  "RECORD_LIST_TOO_LARGE",
  "INVALID_TIMESTAMP",
  "INVALID_TOPIC_EXCEPTION",
  "TOPIC_AUTHORIZATION_FAILED",
  "UNSUPPORTED_FOR_MESSAGE_FORMAT",
  "POLICY_VIOLATION",
]);

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
      // A producer that failed may be left with a dead connection, or counting less than the broker does: what it sends next
      // under a number that the broker knows is dropped as sent before. The next try makes a new one.
      if (connected === attempt) {
        connected = undefined;
        void attempt.then((producer) => producer.disconnect()).catch(() => undefined);
      }
      throw isRefusal(error) ? new RefusedByBrokerError(`the broker answers ${error.type}`, { cause: error }) : error;
    }
  }

  return {
    kafka,
    clientId: options.clientId,
    publish: (records) =>
      withProducer(async (producer) => {
        for (const batch of toBatches(records)) {
          const topicMessages = [...groupByTopic(batch)].map(([topic, messages]) => ({ topic, messages }));
          await producer.sendBatch({ acks: -1, compression: CompressionTypes.None, topicMessages });
        }
      }),
    publishAsIs: (topic, message) =>
      withProducer(async (producer) => {
        await producer.send({ acks: -1, topic, messages: [message] });
      }),
    publishEverywhere: (topic, toRecord) =>
      withProducer(async (producer) => {
        const partitions = await readPartitions(kafka, topic);
        const message = toMessage(toRecord(partitions.length));
        const messages = partitions.map((partition) => ({ ...message, partition }));
        await producer.send({ acks: -1, topic, messages });
      }),
    ping: () => withProducer(() => Promise.resolve()),
    stop: async () => {
      stopped = true;
      const producer = await connected?.catch(() => undefined);
      await Promise.race([producer?.disconnect(), sleep(2_000, undefined, { ref: false })]);
    },
  };
}

/** Where the messages of a topic go that a group gave up. */
export function deadLetterTopicOf(topic: string): string {
  return `${topic}.dead-letter`;
}

function isRefusal(error: unknown): error is KafkaJSProtocolError {
  return error instanceof KafkaJSProtocolError && refusals.has(error.type);
}

/** In batches that a broker takes, whichever partitions they fall into. */
function toBatches(records: readonly EventRecord[]): EventRecord[][] {
  const batches: EventRecord[][] = [];
  let bytes = maxBatchBytes;
  for (const record of records) {
    const recordBytes = Buffer.byteLength(record.payload) + headerBytes;
    if (bytes + recordBytes > maxBatchBytes) {
      batches.push([]);
      bytes = 0;
    }
    batches.at(-1)?.push(record);
    bytes += recordBytes;
  }
  return batches;
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

function createTopics(kafka: Kafka, topics: readonly string[]): Promise<void> {
  return withAdmin(kafka, async (admin) => {
    const existing = new Set(await admin.listTopics());
    const missing = topics
      .flatMap((topic) => [topic, deadLetterTopicOf(topic)])
      .filter((topic) => !existing.has(topic));
    if (missing.length > 0) {
      await admin.createTopics({ topics: missing.map((topic) => ({ topic, numPartitions: partitions })) });
    }
  });
}

function readPartitions(kafka: Kafka, topic: string): Promise<number[]> {
  return withAdmin(kafka, async (admin) => {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return topics.flatMap(({ partitions }) => partitions.map(({ partitionId }) => partitionId));
  });
}
