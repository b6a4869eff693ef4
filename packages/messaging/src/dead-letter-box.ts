import { type KafkaMessage } from "kafkajs";
import { deadLetterHeader } from "./dead-letter";
import { textHeaders } from "./event-handler";
import { deadLetterTopicOf, type MessageBus } from "./message-bus";
import { readToEnd } from "./read-to-end";

/** A message that could not be handled, as it came, where it was read, and who gave it up. */
export interface DeadLetter {
  /** topic/partition/offset. */
  readonly origin: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  /** The value was too large to come along: it lies at the origin. */
  readonly isValueLeft: boolean;
  /** Those that it came with. */
  readonly headers: Readonly<Record<string, string>>;
  /** Each group once. */
  readonly givenUp: readonly GivenUp[];
  /** When it was last published to its topic again; null if it never was. */
  readonly retriedAt: Date | null;
}

export interface GivenUp {
  readonly group: string;
  readonly reason: string;
  readonly at: Date;
}

export type RetryOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: "VALUE_LEFT" };

export interface DeadLetterBox {
  /** All of these topics, in the order of their origins, those that were retried included. */
  list(topics: readonly string[]): Promise<DeadLetter[]>;
  /**
   * Publishes a letter to its topic again, with its own key, value and headers, and notes that. Every group of the topic
   * reads it: those that have handled it know its event-id. What still cannot be handled becomes another letter.
   */
  retry(letter: DeadLetter): Promise<RetryOutcome>;
}

/** What the dead-letter topics hold. That one was retried is noted in the same topic, and so for as long as it. */
export function createDeadLetterBox(bus: MessageBus): DeadLetterBox {
  return {
    list: async (topics) => {
      await bus.ping(); // makes the topics
      const letters = new Map<string, DeadLetter>();
      const retries = new Map<string, Date>();
      await readToEnd(bus, topics.map(deadLetterTopicOf), ({ message }) => {
        const headers = textHeaders(message.headers);
        const at = new Date(Number(message.timestamp));
        const retried = headers[deadLetterHeader.retried];
        if (retried !== undefined) {
          retries.set(retried, at);
          return;
        }
        const letter = toLetter(message, headers, at);
        const { givenUp: before = [] } = letters.get(letter.origin) ?? {};
        const again = letter.givenUp.filter(({ group }) => before.every((one) => one.group !== group));
        letters.set(letter.origin, { ...letter, givenUp: [...before, ...again] });
      });
      return [...letters.values()]
        .map((letter) => ({ ...letter, retriedAt: retries.get(letter.origin) ?? null }))
        .sort(byOrigin);
    },

    retry: async ({ topic, partition, origin, key, value, headers, isValueLeft }) => {
      if (isValueLeft) return { ok: false, reason: "VALUE_LEFT" };
      // Without a key nothing else tells where it belongs.
      await bus.publishAsIs(topic, { key, value, headers, ...(key === null && { partition }) });
      // After it: a kill in between leaves one that is retried twice, and known by its event-id the second time.
      const note = { [deadLetterHeader.retried]: origin };
      await bus.publishAsIs(deadLetterTopicOf(topic), { key, value: null, headers: note });
      return { ok: true };
    },
  };
}

function toLetter({ key, value }: KafkaMessage, headers: Record<string, string>, at: Date): DeadLetter {
  const {
    [deadLetterHeader.topic]: topic = "",
    [deadLetterHeader.partition]: partition = "0",
    [deadLetterHeader.offset]: offset = "0",
    [deadLetterHeader.group]: group = "",
    [deadLetterHeader.reason]: reason = "",
    [deadLetterHeader.valueLeft]: valueLeft,
    ...own
  } = headers;
  return {
    origin: `${topic}/${partition}/${offset}`,
    topic,
    partition: Number(partition),
    offset: BigInt(offset),
    key,
    value,
    isValueLeft: valueLeft !== undefined,
    headers: own,
    givenUp: [{ group, reason, at }],
    retriedAt: null,
  };
}

function byOrigin(one: DeadLetter, other: DeadLetter): number {
  return one.topic.localeCompare(other.topic) || one.partition - other.partition || Number(one.offset - other.offset);
}
