import { createCounter, type Tally } from "@shop/telemetry";

/** What a group has done with messages of one topic, counted. */
export interface TopicTallies {
  readonly handled: Tally;
  /** Tried and put off: each time. */
  readonly putOff: Tally;
  readonly deadLetters: Tally;
}

/** Counts, from zero on, what a group does with the messages of its topics. */
export function tallyTopics(groupId: string, topics: readonly string[]): ReadonlyMap<string, TopicTallies> {
  const attempts = createCounter("shop.consumer.attempts", {
    description: "Messages that a group tried to handle, by what came of it",
    unit: "{message}",
  });
  const deadLetters = createCounter("shop.consumer.dead_letters", {
    description: "Messages that a group gave up",
    unit: "{message}",
  });
  return new Map(
    topics.map((topic) => {
      const attributes = { group: groupId, topic };
      return [
        topic,
        {
          handled: attempts.of({ ...attributes, outcome: "done" }),
          putOff: attempts.of({ ...attributes, outcome: "put_off" }),
          deadLetters: deadLetters.of(attributes),
        },
      ];
    }),
  );
}
