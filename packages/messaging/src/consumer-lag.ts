import { type Figure, observeGauges } from "@shop/telemetry";
import { withAdmin } from "./admin";
import { type MessageBus } from "./message-bus";

const gauges = {
  "shop.consumer.lag": { description: "Messages of a partition that the group has not done with", unit: "{message}" },
};

/**
 * Tells how far a group is behind in each partition of its topics, whichever member reads it: each tells the same, and none
 * goes on telling of a partition that has moved to another.
 * @returns what ends it
 */
export function observeConsumerLag(options: {
  bus: MessageBus;
  groupId: string;
  topics: readonly string[];
}): () => void {
  return observeGauges(gauges, () => readLags(options));
}

function readLags(options: {
  bus: MessageBus;
  groupId: string;
  topics: readonly string[];
}): Promise<Figure<"shop.consumer.lag">[]> {
  const { bus, groupId, topics } = options;
  return withAdmin(bus.kafka, async (admin) => {
    const done = new Map<string, number>();
    for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics: [...topics] })) {
      for (const { partition, offset } of partitions) done.set(`${topic}/${partition}`, Number(offset));
    }
    const figures: Figure<"shop.consumer.lag">[] = [];
    for (const topic of topics) {
      for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
        // What a topic has forgotten is not behind; a group that has done nothing yet has no offset, or -1.
        const next = Math.max(done.get(`${topic}/${partition}`) ?? 0, Number(low));
        const attributes = { group: groupId, topic, partition };
        figures.push({ gauge: "shop.consumer.lag", value: Number(high) - next, attributes });
      }
    }
    return figures;
  });
}
