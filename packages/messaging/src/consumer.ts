import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { backoffMs } from "./backoff";
import { observeConsumerLag } from "./consumer-lag";
import { publishDeadLetter } from "./dead-letter";
import { createEventAttempts } from "./event-attempts";
import { createDispatch, type EventHandler } from "./event-handler";
import { createGroupMember, type GroupMember, type OffsetStore } from "./group-member";
import { type MessageBus } from "./message-bus";

export interface Consumer {
  /** Rejects while the consumer is not a working member of its group. */
  ping(): Promise<void>;
  /** Reads every partition again from where the offset store stands (it was restored, for instance). */
  rewind(): Promise<void>;
  stop(): Promise<void>;
}

const stopLimitMs = 5_000;

/**
 * Reads topics as a member of a group until it is stopped, from the beginning where the group is new: each message at least
 * once, those of one key in their order. Joining waits for a broker that is down, and is begun anew after a crash of the
 * client.
 * @param options.isOutage tells what a handler throws while its store is down, and is worth any wait, from what is the
 *   event's own fault, and makes it a dead letter after some tries
 */
export function startConsumer(options: {
  bus: MessageBus;
  groupId: string;
  handlers: readonly EventHandler[];
  isOutage: (error: unknown) => boolean;
  offsets?: OffsetStore;
  log: Logger;
}): Consumer {
  const { bus, groupId, handlers, offsets, log } = options;
  const topics = [...new Set(handlers.map(({ event }) => event.topic))];
  const stopping = new AbortController();
  const { signal } = stopping;
  let member: GroupMember | undefined;
  const attempt = createEventAttempts({
    process: createDispatch(handlers),
    isOutage: options.isOutage,
    giveUp: (received, reason) => publishDeadLetter(bus, received, { groupId, reason }),
    saveOffset: async ({ topic, partition, message }) => {
      await offsets?.save(topic, partition, BigInt(message.offset) + 1n);
    },
    log,
  });

  async function keepReading(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      member = createGroupMember({
        bus,
        groupId,
        topics,
        attempt,
        offsets,
        onJoined: () => {
          failures = 0;
        },
        onCrash: (error) => log.warn({ err: error, groupId }, "the consumer crashed"),
      });
      await member.read().catch((error: unknown) => {
        log.warn({ err: error, groupId }, "the consumer could not join its group");
      });
      await member.leave().catch(() => undefined);
      failures++;
      await sleep(backoffMs(failures), undefined, { signal }).catch(() => undefined);
    }
  }

  const withdraw = observeConsumerLag({ bus, groupId, topics });
  const reading = keepReading();
  return {
    ping: () =>
      member?.isJoined() === true ? Promise.resolve() : Promise.reject(new Error("not a member of the group")),
    rewind: async () => {
      await member?.rewind();
    },
    stop: async () => {
      withdraw();
      stopping.abort();
      const left = Promise.all([member?.leave().catch(() => undefined), reading]);
      await Promise.race([left, sleep(stopLimitMs, undefined, { ref: false })]);
    },
  };
}
