import { randomUUID } from "node:crypto";
import { type EachMessagePayload } from "kafkajs";
import { type MessageBus } from "./message-bus";

/**
 * Reads all that some topics hold now, each partition from its beginning, and leaves nothing behind at the broker.
 * @throws where the broker does not answer
 */
export async function readToEnd(
  { kafka, clientId }: MessageBus,
  topics: readonly string[],
  onMessage: (received: EachMessagePayload) => void,
): Promise<void> {
  const groupId = `${clientId}-${randomUUID()}`;
  const admin = kafka.admin();
  const consumer = kafka.consumer({ groupId, allowAutoTopicCreation: false, maxWaitTimeInMs: 100 });
  await admin.connect();
  try {
    /** The last offset of each partition that is not read to its end yet. */
    const lastOffsets = new Map<string, bigint>();
    for (const topic of topics) {
      for (const { partition, low, high } of await admin.fetchTopicOffsets(topic)) {
        if (BigInt(high) > BigInt(low)) lastOffsets.set(`${topic}/${partition}`, BigInt(high) - 1n);
      }
    }
    if (lastOffsets.size === 0) return;
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics], fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => reject(payload.error));
      const eachMessage = (received: EachMessagePayload): Promise<void> => {
        const place = `${received.topic}/${received.partition}`;
        const last = lastOffsets.get(place);
        if (last === undefined) return Promise.resolve(); // it came since
        if (BigInt(received.message.offset) <= last) onMessage(received);
        if (BigInt(received.message.offset) >= last) lastOffsets.delete(place);
        if (lastOffsets.size === 0) resolve();
        return Promise.resolve();
      };
      consumer.run({ autoCommit: false, eachMessage }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
    await admin.deleteGroups([groupId]).catch(() => undefined); // none where nothing was read
    await admin.disconnect();
  }
}
