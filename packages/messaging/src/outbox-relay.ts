import { setTimeout as sleep } from "node:timers/promises";
import { type Logger, observeGauges } from "@shop/telemetry";
import { backoffMs } from "./backoff";
import { type EventRecord } from "./event-record";
import { type MessageBus } from "./message-bus";
import { createOutboxPublisher } from "./outbox-publisher";
import { type OutboxSource } from "./outbox-source";

const batchSize = 500;
// After events, the next look is taken so much later: what comes meanwhile goes in one batch. Each look that finds nothing
// makes the next come later, up to the poll that a lost wake-up costs.
const shortestPauseMs = 50;
const pauseGrowth = 4;
const pollMs = 1_000;
const stopLimitMs = 2_000;

const gauges = {
  "shop.outbox.waiting": { description: "Events that are not published, of all instances together", unit: "{event}" },
  "shop.outbox.oldest_age": { description: "How long the oldest of them has waited", unit: "s" },
  "shop.outbox.refused_keys": {
    description: "Keys behind an event that the broker refuses to this instance",
    unit: "{key}",
  },
};

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
  const publisher = createOutboxPublisher({ bus, log });
  let stopped = false;
  let woken = false;
  let endPause: (why: "WAKE_UP" | "STOP") => void = () => undefined;

  source.onWake(() => {
    woken = true;
    endPause("WAKE_UP");
  });

  async function pause(ms: number, { wakeable }: { wakeable: boolean }): Promise<void> {
    if (stopped || (wakeable && woken)) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      endPause = (why) => {
        if (why === "WAKE_UP" && !wakeable) return;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** @returns how many were found */
  async function relayBatch(): Promise<number> {
    woken = false;
    const items = await source.claim(batchSize, publisher.refusedKeys());
    if (items.length > 0) await source.markPublished(await publisher.publish(items));
    return items.length;
  }

  async function run(): Promise<void> {
    let failures = 0;
    let pauseMs = shortestPauseMs;
    while (!stopped) {
      try {
        const found = await relayBatch();
        failures = 0;
        pauseMs = found > 0 ? shortestPauseMs : Math.min(pauseMs * pauseGrowth, pollMs);
        if (found < batchSize) await pause(pauseMs, { wakeable: found === 0 });
      } catch (error) {
        failures++;
        const retryInMs = backoffMs(failures);
        log.warn({ err: error, retryInMs }, "the outbox waits: its events could not be published");
        await source.release().catch(() => undefined);
        // A wake-up must not cut this short: every new event would else knock at a broker that is down.
        await pause(retryInMs, { wakeable: false });
      }
    }
  }

  const withdraw = observeGauges(gauges, async () => {
    const { waiting, oldestAt } = await source.backlog();
    const attributes = { service: bus.clientId };
    const ageMs = oldestAt === null ? 0 : Math.max(0, Date.now() - oldestAt.getTime());
    return [
      { gauge: "shop.outbox.waiting", value: waiting, attributes },
      { gauge: "shop.outbox.oldest_age", value: ageMs / 1_000, attributes },
      { gauge: "shop.outbox.refused_keys", value: publisher.refusedKeys().length, attributes },
    ];
  });
  const running = run();
  return {
    stop: async () => {
      withdraw();
      stopped = true;
      endPause("STOP");
      // What hangs in a publish is given up: it is published again by whoever claims it next.
      await Promise.race([running, sleep(stopLimitMs, undefined, { ref: false })]);
      await source.stop();
    },
  };
}
