import { observeGauges } from "@shop/telemetry";
import { type Place } from "./group-member";
import { type MessageBus } from "./message-bus";

const gauges = {
  "consumer.lag": {
    description: "Messages that the group has not done with, of the partitions read here",
    unit: "{message}",
  },
};

/**
 * Tells, of each partition that this member of a group reads, how far it is behind: so the members' figures together are
 * the group's.
 * @returns what ends it
 */
export function observeConsumerLag(options: {
  bus: MessageBus;
  groupId: string;
  assigned: () => readonly Place[];
}): () => void {
  const { bus, groupId, assigned } = options;
  return observeGauges(gauges, async () => {
    const places = assigned();
    if (places.length === 0) return [];
    const lags = await readLags(bus, groupId, [...new Set(places.map(({ topic }) => topic))]);
    return places.map(({ topic, partition }) => ({
      gauge: "consumer.lag",
      value: lags.get(`${topic}/${partition}`) ?? 0,
      attributes: { group: groupId, topic, partition },
    }));
  });
}

/** By topic/partition. What lies before the beginning of a partition, as topics forget, is behind nobody. */
async function readLags(bus: MessageBus, groupId: string, topics: string[]): Promise<Map<string, number>> {
  const admin = bus.kafka.admin();
  await admin.connect();
  try {
    const committed = new Map<string, number>();
    for (const { topic, partitions } of await admin.fetchOffsets({ groupId, topics })) {
      for (const { partition, offset } of partitions) committed.set(`${topic}/${partition}`, Number(offset));
    }
    const lags = new Map<string, number>();
    for (const topic of topics) {
      for (const { partition, high, low } of await admin.fetchTopicOffsets(topic)) {
        const place = `${topic}/${partition}`;
        lags.set(place, Number(high) - Math.max(committed.get(place) ?? 0, Number(low)));
      }
    }
    return lags;
  } finally {
    await admin.disconnect();
  }
}
