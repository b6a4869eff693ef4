import { inSpan, type Logger } from "@shop/telemetry";
import { type EventRecord } from "./event-record";
import { type MessageBus, RefusedByBrokerError } from "./message-bus";

export interface OutboxPublisher {
  /**
   * Publishes events in their order, but for those that the broker refuses, and for what follows one under the same key.
   * @returns the published ones
   * @throws where the broker does not answer: any of them may have been published then, or none
   */
  publish<Item extends EventRecord>(items: readonly Item[]): Promise<Item[]>;
  /** The keys that wait behind an event that the broker refused. Each is tried again after a minute. */
  refusedKeys(): string[];
}

const refusedForMs = 60_000;

/**
 * Publishes so that an event that the broker will not have (it is too large, its topic forbids it) holds up its own key
 * and no other. It is in the log once a minute and in the metrics, until somebody mends it: dropped, or overtaken by what
 * follows, it would leave readers wrong for ever.
 */
export function createOutboxPublisher({ bus, log }: { bus: MessageBus; log: Logger }): OutboxPublisher {
  const refusedUntil = new Map<string, number>();

  async function publishOneByOne<Item extends EventRecord>(items: readonly Item[]): Promise<Item[]> {
    const published: Item[] = [];
    for (const item of items) {
      if (refusedUntil.has(item.key)) continue;
      try {
        await bus.publish([item]);
        published.push(item);
      } catch (error) {
        if (!(error instanceof RefusedByBrokerError)) throw error;
        const { eventId, topic, type, key } = item;
        log.error({ err: error, eventId, topic, type, key }, "the broker refuses an event, and its key waits");
        refusedUntil.set(key, Date.now() + refusedForMs);
      }
    }
    return published;
  }

  return {
    publish: async (items) => {
      const traceparent = items[0]?.traceparent ?? undefined;
      return inSpan("outbox relay", { kind: "PRODUCER", traceparent }, async () => {
        try {
          await bus.publish(items);
          return [...items];
        } catch (error) {
          if (error instanceof RefusedByBrokerError) return publishOneByOne(items);
          throw error;
        }
      });
    },
    refusedKeys: () => {
      for (const [key, until] of refusedUntil) if (until <= Date.now()) refusedUntil.delete(key);
      return [...refusedUntil.keys()];
    },
  };
}
