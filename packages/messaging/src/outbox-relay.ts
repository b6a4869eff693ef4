import { inSpan, type Logger } from "@shop/telemetry";
import { type EventRecord } from "./event-record";
import { type MessageBus } from "./message-bus";

/**
 * Where a publisher's events wait. A source hands out only keys that no other instance hands out at the same time, in
 * the order in which their changes were made.
 */
export interface OutboxSource<Item extends EventRecord = EventRecord> {
  /** The oldest unpublished events of the keys that this instance relays, at most `limit`. */
  claim(limit: number): Promise<Item[]>;
  /** Never hands these out again. */
  markPublished(items: readonly Item[]): Promise<void>;
  /** Calls back when there may be something new; only a wake-up, missing one costs a second. */
  onWake(callback: () => void): void;
  stop(): Promise<void>;
}

const batchSize = 500;
const pollMs = 1_000;
const longestBackoffMs = 5_000;

/**
 * Publishes a source's events, at least once each and in order per key, until it is stopped. A broker or store that does
 * not answer only delays them.
 */
export function createOutboxRelay<Item extends EventRecord>(options: {
  source: OutboxSource<Item>;
  bus: MessageBus;
  log: Logger;
}): { stop(): Promise<void> } {
  const { source, bus, log } = options;
  const stopping = new AbortController();
  const stopped = (): boolean => stopping.signal.aborted;
  let woken = false;
  let endPause: (() => void) | undefined;

  source.onWake(() => {
    woken = true;
    endPause?.();
  });

  function pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        endPause = undefined;
        resolve();
      };
      const timer = setTimeout(end, ms);
      endPause = end;
    });
  }

  function takeWakeUp(): boolean {
    const seen = woken;
    woken = false;
    return seen;
  }

  /** @returns whether there may be more at once */
  async function relayBatch(): Promise<boolean> {
    const items = await source.claim(batchSize);
    const first = items[0];
    if (first === undefined) return false;
    const traceparent = first.traceparent ?? undefined;
    await inSpan("outbox relay", { kind: "PRODUCER", traceparent }, () => bus.publish(items));
    await source.markPublished(items);
    return items.length === batchSize;
  }

  async function run(): Promise<void> {
    let backoffMs = 100;
    while (!stopped()) {
      try {
        const more = await relayBatch();
        backoffMs = 100;
        if (!more && !takeWakeUp()) await pause(pollMs);
      } catch (error) {
        log.warn({ err: error, retryInMs: backoffMs }, "the outbox waits: its events could not be published");
        // A wake-up must not cut this short: every new event would else knock at a broker that is down.
        const until = Date.now() + backoffMs;
        while (!stopped() && Date.now() < until) await pause(until - Date.now());
        backoffMs = Math.min(backoffMs * 2, longestBackoffMs);
      }
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      endPause?.();
      await running;
      await source.stop();
    },
  };
}
