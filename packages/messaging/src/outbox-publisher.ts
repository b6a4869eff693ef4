import { beginSpan, type Logger, type TraceSpan } from "@shop/telemetry";
import { messageAttributes } from "./event-handler";
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

  async function publishBatch<Item extends EventRecord>(items: readonly Item[]): Promise<Item[]> {
    try {
      await bus.publish(items);
      return [...items];
    } catch (error) {
      if (error instanceof RefusedByBrokerError) return publishOneByOne(items);
      throw error;
    }
  }

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
      const traced = items.map(toTraced);
      try {
        const published = new Set(await publishBatch(traced.map(({ record }) => record)));
        for (const { record, span } of traced) if (!published.has(record)) span?.fail("refused");
        return traced.flatMap(({ item, record }) => (published.has(record) ? [item] : []));
      } catch (error) {
        for (const { span } of traced) span?.fail("unpublished");
        throw error;
      } finally {
        for (const { span } of traced) span?.end();
      }
    },
    refusedKeys: () => {
      for (const [key, until] of refusedUntil) if (until <= Date.now()) refusedUntil.delete(key);
      return [...refusedUntil.keys()];
    },
  };
}

/** A batch is of many traces: each event goes on in its own, and its readers after this step of it. */
function toTraced<Item extends EventRecord>(
  item: Item,
): { item: Item; record: EventRecord; span?: TraceSpan | undefined } {
  const { topic, traceparent } = item;
  if (traceparent === null) return { item, record: item };
  const span = beginSpan(`publish ${topic}`, {
    kind: "PRODUCER",
    traceparent,
    attributes: messageAttributes(item),
  });
  return { item, record: { ...item, traceparent: span?.traceparent ?? traceparent }, span };
}
