import { setTimeout as sleep } from "node:timers/promises";
import { type EachBatchPayload } from "kafkajs";
import { type Attempt } from "./event-attempts";
import { type ReceivedMessage } from "./event-handler";
import { type MessageBus } from "./message-bus";

/** For a reader that keeps its offsets with its data rather than in Kafka. */
export interface OffsetStore {
  /** The next offset to read, or undefined where nothing of the partition was read yet. */
  load(topic: string, partition: number): Promise<bigint | undefined>;
  /** After all effects of the messages before `next` stand. */
  save(topic: string, partition: number, next: bigint): Promise<void>;
}

const heartbeatMs = 2_000;
/** New partitions are found as fast. */
const metadataMaxAgeMs = 30_000;

export interface GroupMember {
  /** Whether it is a working member of its group. */
  isJoined(): boolean;
  /** Reads every partition again from where the offset store stands; where that cannot be told, this life ends. */
  rewind(): Promise<void>;
  /** Reads until the client crashes, or is told to leave. @throws where it cannot join */
  read(): Promise<void>;
  leave(): Promise<void>;
}

/**
 * One life of a Kafka client as a member of a group. Each partition's messages are tried in their order; one that has to
 * wait pauses its partition alone, and while the client pauses it keeps its membership.
 * @param options.onCrash is told why a reading ended that nobody asked to end
 */
export function createGroupMember(options: {
  bus: MessageBus;
  groupId: string;
  topics: readonly string[];
  attempt: (received: ReceivedMessage) => Promise<Attempt>;
  offsets: OffsetStore | undefined;
  /** Whether Kafka keeps the group's offsets. It forgets a group that has none when its last member is gone. */
  commits: boolean;
  onJoined: () => void;
  onCrash: (error: unknown) => void;
}): GroupMember {
  const { bus, groupId, attempt, offsets } = options;
  const commitOptions = options.commits ? { autoCommitInterval: 1_000 } : { autoCommit: false };
  const leaving = new AbortController();
  const { signal } = leaving;
  let assigned: { topic: string; partition: number }[] | undefined;
  let rewinding = 0;
  let giveUp: (error: unknown) => void = () => undefined;
  const consumer = bus.kafka.consumer({
    groupId,
    sessionTimeout: 10_000,
    heartbeatInterval: heartbeatMs,
    rebalanceTimeout: 15_000,
    maxWaitTimeInMs: 500,
    metadataMaxAge: metadataMaxAgeMs,
    allowAutoTopicCreation: false,
    retry: { retries: 2, restartOnFailure: () => Promise.resolve(false) },
  });

  async function eachBatch(payload: EachBatchPayload): Promise<void> {
    const { topic, partition, messages } = payload.batch;
    for (const message of messages) {
      // What is left of the batch was not resolved: it is read again, by whoever has the partition then.
      if (signal.aborted || !payload.isRunning() || payload.isStale() || rewinding > 0) return;
      const outcome = await whileHeartbeats(payload, () => attempt({ topic, partition, message }));
      if (!outcome.done) {
        const resume = payload.pause();
        void sleep(outcome.retryInMs, undefined, { signal, ref: false }).then(resume, () => undefined);
        return;
      }
      payload.resolveOffset(message.offset);
      await payload.commitOffsetsIfNecessary();
      await payload.heartbeat();
    }
  }

  /** One message may be long in work: a product that many people watch. */
  async function whileHeartbeats<T>(payload: EachBatchPayload, work: () => Promise<T>): Promise<T> {
    const beat = (): void => void payload.heartbeat().catch(() => undefined); // the next after the work tells
    const timer = setInterval(beat, heartbeatMs);
    return work().finally(() => clearInterval(timer));
  }

  /** Nothing is read meanwhile: what Kafka holds may be ahead of the store, or behind it. */
  async function rewind(): Promise<void> {
    if (offsets === undefined || assigned === undefined) return;
    const places = assigned;
    const pausable = places.map(({ topic, partition }) => ({ topic, partitions: [partition] }));
    rewinding++;
    try {
      consumer.pause(pausable);
      const next = await Promise.all(places.map(({ topic, partition }) => offsets.load(topic, partition)));
      places.forEach((place, index) => {
        consumer.seek({ ...place, offset: String(next[index] ?? 0n) });
      });
      if (rewinding === 1) consumer.resume(pausable);
    } catch (error) {
      giveUp(error); // the store does not answer, or the client has crashed meanwhile
    } finally {
      rewinding--;
    }
  }

  return {
    isJoined: () => assigned !== undefined,
    rewind,
    read: async () => {
      const ended = new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve());
        giveUp = (error) => {
          if (!signal.aborted) options.onCrash(error);
          resolve();
        };
      });
      consumer.on(consumer.events.CRASH, ({ payload }) => giveUp(payload.error));
      consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
        if (signal.aborted) return; // it was told to leave while it joined
        assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
          partitions.map((partition) => ({ topic, partition })),
        );
        options.onJoined();
        void rewind();
      });
      const steps = [
        () => bus.ping(), // makes the topics
        () => consumer.connect(),
        () => consumer.subscribe({ topics: [...options.topics], fromBeginning: true }),
        () => consumer.run({ eachBatch, eachBatchAutoResolve: false, ...commitOptions }),
      ];
      for (const step of steps) {
        await step();
        if (signal.aborted) return;
      }
      await ended;
    },
    leave: () => {
      leaving.abort();
      assigned = undefined;
      return consumer.disconnect();
    },
  };
}
