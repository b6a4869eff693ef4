import { setTimeout as sleep } from "node:timers/promises";
import { type EventDefinition } from "@shop/event-contracts";
import { inSpan, type Logger } from "@shop/telemetry";
import { type EachMessagePayload, type IHeaders, type KafkaMessage } from "kafkajs";
import { type MessageBus } from "./message-bus";

export interface ReceivedEvent<Payload> {
  readonly eventId: string;
  readonly occurredAt: Date;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly payload: Payload;
}

/** Made by `handle`; one for each kind of event that a consumer reads. Others of its topics are passed over. */
export interface EventHandler {
  readonly event: EventDefinition<never>;
  readonly receive: (received: ReceivedEvent<unknown>) => Promise<void>;
}

/**
 * Ties a kind of event to what is done about it. The work must be idempotent by `eventId`: an event may come again.
 * It is tried again while it throws, and its partition waits; UnprocessableEventError gives the event up.
 */
export function handle<Payload>(
  event: EventDefinition<Payload>,
  work: (received: ReceivedEvent<Payload>) => Promise<void>,
): EventHandler {
  return {
    event: event as unknown as EventDefinition<never>,
    receive: async (received) => {
      const parsed = event.payload.safeParse(received.payload);
      if (!parsed.success) throw new UnprocessableEventError(`the payload does not fit ${event.topic} ${event.type}`);
      await work({ ...received, payload: parsed.data });
    },
  };
}

/** An event that can never be handled. It goes to the dead-letter topic, and its partition goes on. */
export class UnprocessableEventError extends Error {}

/** For a reader that keeps its offsets with its data rather than in Kafka. */
export interface OffsetStore {
  /** The next offset to read, or undefined where nothing of the partition was read yet. */
  load(topic: string, partition: number): Promise<bigint | undefined>;
  /** After all effects of the messages before `next` stand. */
  save(topic: string, partition: number, next: bigint): Promise<void>;
}

export interface Consumer {
  /** Rejects while the consumer is not a working member of its group. */
  ping(): Promise<void>;
  /** Reads every partition again from where the offset store stands (it was restored, for instance). */
  rewind(): Promise<void>;
  stop(): Promise<void>;
}

const longestBackoffMs = 5_000;

/**
 * Reads topics as a member of a group until it is stopped, from the beginning where the group is new. Joining waits for
 * a broker that is down, and is begun anew after a crash of the client.
 */
export function startConsumer(options: {
  bus: MessageBus;
  groupId: string;
  handlers: readonly EventHandler[];
  offsets?: OffsetStore;
  log: Logger;
}): Consumer {
  const { bus, log, offsets } = options;
  const byTopicAndType = new Map(options.handlers.map((one) => [`${one.event.topic} ${one.event.type}`, one]));
  const topics = [...new Set(options.handlers.map(({ event }) => event.topic))];
  let assigned: Record<string, number[]> = {};
  let running = false;
  const stopping = new AbortController();
  const { signal } = stopping;
  const stopped = (): boolean => signal.aborted;
  const untilStopped = new Promise<void>((resolve) => {
    signal.addEventListener("abort", () => resolve());
  });
  let leave: () => Promise<void> = () => Promise.resolve();
  let seekTo: (topic: string, partition: number, offset: bigint) => void = () => undefined;

  async function deliver(topic: string, partition: number, message: KafkaMessage): Promise<void> {
    const headers = textHeaders(message.headers);
    const handler = byTopicAndType.get(`${topic} ${headers["event-type"] ?? ""}`);
    if (handler === undefined && headers["event-type"] !== undefined) return;
    const eventId = headers["event-id"];
    if (handler === undefined || eventId === undefined) {
      throw new UnprocessableEventError("the headers event-type and event-id are missing");
    }
    await inSpan(`receive ${topic}`, { kind: "CONSUMER", traceparent: headers["traceparent"] }, () =>
      handler.receive({
        eventId,
        occurredAt: new Date(headers["event-time"] ?? Number(message.timestamp)),
        topic,
        partition,
        offset: BigInt(message.offset),
        payload: parseJson(message.value),
      }),
    );
  }

  async function eachMessage(batch: EachMessagePayload): Promise<void> {
    const { topic, partition, message } = batch;
    for (let backoffMs = 100; !stopped(); backoffMs = Math.min(backoffMs * 2, longestBackoffMs)) {
      try {
        await deliver(topic, partition, message).catch(async (error: unknown) => {
          if (!(error instanceof UnprocessableEventError)) throw error;
          log.error({ topic, partition, offset: message.offset, reason: error.message }, "event given up");
          await bus.publishDeadLetter(topic, {
            key: message.key,
            value: message.value,
            headers: {
              ...textHeaders(message.headers),
              "dead-letter-reason": error.message,
              "dead-letter-group": options.groupId,
              "dead-letter-topic": topic,
              "dead-letter-partition": String(partition),
              "dead-letter-offset": message.offset,
            },
          });
        });
        await offsets?.save(topic, partition, BigInt(message.offset) + 1n);
        return;
      } catch (error) {
        log.warn({ err: error, topic, partition, offset: message.offset, retryInMs: backoffMs }, "an event waits");
        await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
        await batch.heartbeat();
      }
    }
    throw new Error("stopped before the event was handled"); // so that its offset is not committed
  }

  async function seekToStored(): Promise<void> {
    for (const [topic, partitions] of Object.entries(assigned)) {
      for (const partition of partitions) {
        seekTo(topic, partition, (await offsets?.load(topic, partition)) ?? 0n);
      }
    }
  }

  /** Resolves when the client has crashed, or the consumer is stopped; at whatever step that comes. */
  async function readUntilCrash(onJoined: () => void): Promise<void> {
    const consumer = bus.kafka.consumer({
      groupId: options.groupId,
      sessionTimeout: 10_000,
      heartbeatInterval: 2_000,
      rebalanceTimeout: 15_000,
      maxWaitTimeInMs: 500,
      allowAutoTopicCreation: false,
      retry: { retries: 2, restartOnFailure: () => Promise.resolve(false) },
    });
    let giveUp: (error: unknown) => void = () => undefined;
    const givenUp = new Promise<void>((resolve) => {
      giveUp = (error) => {
        if (!stopped()) log.warn({ err: error, groupId: options.groupId }, "the consumer starts anew");
        resolve();
      };
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => giveUp(payload.error));
    leave = () => {
      running = false;
      return consumer.disconnect();
    };
    seekTo = (topic, partition, offset) => {
      consumer.seek({ topic, partition, offset: offset.toString() });
    };
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      assigned = payload.memberAssignment;
      running = true;
      onJoined();
      if (offsets !== undefined) seekToStored().catch(giveUp);
    });
    const steps = [
      () => bus.ping(), // makes the topics
      () => consumer.connect(),
      () => consumer.subscribe({ topics, fromBeginning: true }),
      () => consumer.run({ eachMessage }),
    ];
    for (const step of steps) {
      await step();
      if (stopped()) return;
    }
    await Promise.race([givenUp, untilStopped]);
  }

  async function keepReading(): Promise<void> {
    let backoffMs = 100;
    while (!stopped()) {
      try {
        await readUntilCrash(() => {
          backoffMs = 100;
        });
      } catch (error) {
        if (!stopped()) log.warn({ err: error, retryInMs: backoffMs }, "the consumer could not join its group");
      }
      await leave().catch(() => undefined);
      await sleep(backoffMs, undefined, { signal }).catch(() => undefined);
      backoffMs = Math.min(backoffMs * 2, longestBackoffMs);
    }
  }

  const reading = keepReading();
  return {
    ping: () => (running ? Promise.resolve() : Promise.reject(new Error("not a member of the group"))),
    rewind: seekToStored,
    stop: async () => {
      stopping.abort();
      const left = Promise.all([leave().catch(() => undefined), reading]);
      await Promise.race([left, sleep(5_000, undefined, { ref: false })]);
    },
  };
}

function textHeaders(headers: IHeaders | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}

function parseJson(value: Buffer | null): unknown {
  try {
    return JSON.parse(String(value));
  } catch {
    throw new UnprocessableEventError("the value is not JSON");
  }
}
