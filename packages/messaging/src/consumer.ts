import { type Logger } from "@shop/telemetry";
import { observeConsumerLag } from "./consumer-lag";
import { tallyTopics } from "./consumer-metrics";
import { publishDeadLetter } from "./dead-letter";
import { createEventAttempts } from "./event-attempts";
import { createDispatch, type EventHandler } from "./event-handler";
import { type OffsetStore } from "./group-member";
import { keepMembership } from "./membership";
import { type MessageBus } from "./message-bus";

export interface Consumer {
  /** Rejects while the consumer is not a working member of its group. */
  ping(): Promise<void>;
  /** Reads every partition again from where the offset store stands (it was restored, for instance). */
  rewind(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Reads topics as a member of a group until it is stopped, from the beginning where the group is new: each message at least
 * once, those of one key in their order.
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
  const tallies = tallyTopics(groupId, topics);
  const tryToHandle = createEventAttempts({
    process: createDispatch(handlers),
    isOutage: options.isOutage,
    giveUp: async (received, reason) => {
      await publishDeadLetter(bus, received, { groupId, reason });
      tallies.get(received.topic)?.deadLetters.add();
    },
    saveOffset: async ({ topic, partition, message }) => {
      await offsets?.save(topic, partition, BigInt(message.offset) + 1n);
    },
    log,
  });
  const attempt: typeof tryToHandle = async (received) => {
    const outcome = await tryToHandle(received);
    const tally = tallies.get(received.topic);
    (outcome.done ? tally?.handled : tally?.putOff)?.add();
    return outcome;
  };
  const withdraw = observeConsumerLag({ bus, groupId, topics });
  const membership = keepMembership({ bus, groupId, topics, attempt, offsets, commits: true, log });
  return {
    ping: () =>
      membership.member()?.isJoined() === true
        ? Promise.resolve()
        : Promise.reject(new Error("not a member of the group")),
    rewind: async () => {
      await membership.member()?.rewind();
    },
    stop: async () => {
      withdraw();
      await membership.leave();
    },
  };
}
