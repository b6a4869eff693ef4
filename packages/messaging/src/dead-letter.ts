import { type ReceivedMessage, textHeaders } from "./event-handler";
import { type DeadLetter, type MessageBus, RefusedByBrokerError } from "./message-bus";

/**
 * Publishes a message that a group gave up, as it came, with the reason and the place where it was read. It is there twice
 * where it was given up twice (it is read again after a kill): topic, partition, offset and group tell that it is the same.
 */
export async function publishDeadLetter(
  bus: MessageBus,
  { topic, partition, message }: ReceivedMessage,
  { groupId, reason }: { groupId: string; reason: string },
): Promise<void> {
  const letter: DeadLetter = {
    key: message.key,
    value: message.value,
    headers: {
      ...textHeaders(message.headers),
      "dead-letter-reason": reason,
      "dead-letter-group": groupId,
      "dead-letter-topic": topic,
      "dead-letter-partition": String(partition),
      "dead-letter-offset": message.offset,
    },
  };
  try {
    await bus.publishDeadLetter(topic, letter);
  } catch (error) {
    if (!(error instanceof RefusedByBrokerError)) throw error;
    // With these headers it is larger than a broker takes. Without its value it still says where that lies.
    await bus.publishDeadLetter(topic, { ...letter, value: null });
  }
}
