import { type ReceivedMessage, textHeaders } from "./event-handler";
import { deadLetterTopicOf, type MessageBus, type RawMessage, RefusedByBrokerError } from "./message-bus";

/** What a dead letter has beside the headers that it came with. */
export const deadLetterHeader = {
  reason: "dead-letter-reason",
  group: "dead-letter-group",
  topic: "dead-letter-topic",
  partition: "dead-letter-partition",
  offset: "dead-letter-offset",
  /** On one whose value was too large to come along. */
  valueLeft: "dead-letter-value-left",
  /** On a note that the letters of this place (topic/partition/offset) were published to their topic again. */
  retried: "dead-letter-retried",
} as const;

/**
 * Publishes a message that a group gave up, as it came, with the reason and the place where it was read. It is there twice
 * where it was given up twice (it is read again after a kill): topic, partition, offset and group tell that it is the same.
 */
export async function publishDeadLetter(
  bus: MessageBus,
  { topic, partition, message }: ReceivedMessage,
  { groupId, reason }: { groupId: string; reason: string },
): Promise<void> {
  const letter: RawMessage = {
    key: message.key,
    value: message.value,
    headers: {
      ...textHeaders(message.headers),
      [deadLetterHeader.reason]: reason,
      [deadLetterHeader.group]: groupId,
      [deadLetterHeader.topic]: topic,
      [deadLetterHeader.partition]: String(partition),
      [deadLetterHeader.offset]: message.offset,
    },
  };
  try {
    await bus.publishAsIs(deadLetterTopicOf(topic), letter);
  } catch (error) {
    if (!(error instanceof RefusedByBrokerError)) throw error;
    // With these headers it is larger than a broker takes. Without its value it still says where that lies.
    const headers = { ...letter.headers, [deadLetterHeader.valueLeft]: "true" };
    await bus.publishAsIs(deadLetterTopicOf(topic), { ...letter, headers, value: null });
  }
}
