import { type Logger } from "@shop/telemetry";
import { backoffMs } from "./backoff";
import { type ReceivedMessage, UnprocessableEventError } from "./event-handler";

/** Either the message is done with, handled or given up, or it is to be tried again. */
export type Attempt = { done: true } | { done: false; retryInMs: number };

/** About 25 s: longer than what passes by itself takes (a conflict of writes, the election of a primary, a deploy). */
const triesOfPoison = 12;

/**
 * Tries each message of a partition until it is done. It waits for a store that is down as long as that takes; where no
 * outage is to blame it is given up after some seconds, for it would stop the partition for ever.
 * @param options.process does all that a message asks for, and must be safe to repeat
 */
export function createEventAttempts(options: {
  process: (received: ReceivedMessage) => Promise<void>;
  isOutage: (error: unknown) => boolean;
  giveUp: (received: ReceivedMessage, reason: string) => Promise<void>;
  /** After either of them. */
  saveOffset: (received: ReceivedMessage) => Promise<void>;
  log: Logger;
}): (received: ReceivedMessage) => Promise<Attempt> {
  const { process, isOutage, giveUp, saveOffset, log } = options;
  /** Of each partition the message that failed last: how often, and how often of itself. */
  const failing = new Map<string, { offset: string; failures: number; ownFailures: number }>();

  return async (received) => {
    const { topic, partition, message } = received;
    const { offset } = message;
    const place = `${topic}/${partition}`;
    const before = failing.get(place);
    const past = before?.offset === offset ? before : { offset, failures: 0, ownFailures: 0 };
    let { ownFailures } = past;
    try {
      await process(received).catch(async (error: unknown) => {
        const unprocessable = error instanceof UnprocessableEventError;
        if (!unprocessable && isOutage(error)) throw error;
        ownFailures++;
        if (!unprocessable && ownFailures < triesOfPoison) throw error;
        const message = error instanceof Error ? error.message : String(error);
        const reason = unprocessable ? message : `it failed ${ownFailures} times: ${message}`;
        log.error({ err: error, topic, partition, offset, reason }, "event given up");
        await giveUp(received, reason);
      });
      await saveOffset(received);
      failing.delete(place);
      return { done: true };
    } catch (error) {
      const failures = past.failures + 1;
      failing.set(place, { offset, failures, ownFailures });
      const retryInMs = backoffMs(failures);
      log.warn({ err: error, topic, partition, offset, retryInMs }, "an event waits");
      return { done: false, retryInMs };
    }
  };
}
