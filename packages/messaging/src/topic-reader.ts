import { randomUUID } from "node:crypto";
import { type Topic } from "@shop/event-contracts";
import { type Logger } from "@shop/telemetry";
import { withAdmin } from "./admin";
import { createDispatch, type EventHandler, type ReceivedMessage } from "./event-handler";
import { type OffsetStore } from "./group-member";
import { keepMembership } from "./membership";
import { type MessageBus } from "./message-bus";

/**
 * Reads a topic for this process alone, whoever else reads it, from a moment on: for what every process must know, and keeps
 * no longer than it runs. It waits for a broker that is down, and after a crash of the client goes on where it was. What it
 * cannot handle it passes over.
 * @param options.handlers they are not asked again what they have failed at
 */
export function startTopicReader(options: {
  bus: MessageBus;
  topic: Topic;
  since: Date;
  handlers: readonly EventHandler[];
  log: Logger;
}): { stop(): Promise<void> } {
  const { bus, topic, since, log } = options;
  const dispatch = createDispatch(options.handlers, { traced: false });
  const next = new Map<number, bigint>();

  let starts: Promise<Map<number, bigint>> | undefined;
  async function findStarts(): Promise<Map<number, bigint>> {
    const found = await withAdmin(bus.kafka, (admin) => admin.fetchTopicOffsetsByTimestamp(topic, since.getTime()));
    return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }
  const offsets: OffsetStore = {
    load: async (_topic, partition) => {
      const known = next.get(partition);
      if (known !== undefined) return known;
      starts ??= findStarts();
      starts.catch(() => (starts = undefined));
      return (await starts).get(partition);
    },
    save: (_topic, partition, offset) => {
      next.set(partition, offset);
      return Promise.resolve();
    },
  };

  async function attempt(received: ReceivedMessage): Promise<{ done: true }> {
    const { partition, message } = received;
    await dispatch(received).catch((error: unknown) => {
      log.error({ err: error, topic, partition, offset: message.offset }, "a message was passed over");
    });
    await offsets.save(topic, partition, BigInt(message.offset) + 1n);
    return { done: true };
  }

  const membership = keepMembership({
    // Kafka's clients read in groups; nobody else is in this one.
    groupId: `${bus.clientId}-${randomUUID()}`,
    topics: [topic],
    commits: false,
    ...{ bus, attempt, offsets, log },
  });
  return { stop: () => membership.leave() };
}
