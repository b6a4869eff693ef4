import { setTimeout as sleep } from "node:timers/promises";
import { type EventDefinition } from "@shop/event-contracts";
import { type Logger } from "@shop/telemetry";
import { backoffMs } from "./backoff";
import { toEventRecord } from "./event-record";
import { type MessageBus } from "./message-bus";
import { type OutboxSource } from "./outbox-source";

const stopLimitMs = 2_000;

/**
 * Tells the readers of a topic, in each of its partitions, up to when all that was committed lies before. Whatever keeps an
 * event in the outbox, of whichever instance, keeps that moment back; any instance may tell, and all may.
 */
export function startOutboxHeartbeat(options: {
  source: Pick<OutboxSource, "backlog">;
  bus: MessageBus;
  event: EventDefinition<{ upTo: string; partitions: number }>;
  intervalMs: number;
  log: Logger;
}): { stop(): Promise<void> } {
  const { source, bus, event, log } = options;
  const stopping = new AbortController();
  const { signal } = stopping;

  async function beat(): Promise<void> {
    const askedAt = new Date(); // before the look: what is committed during it may not be seen
    const { oldestAt } = await source.backlog();
    const upTo = (oldestAt !== null && oldestAt < askedAt ? oldestAt : askedAt).toISOString();
    await bus.publishEverywhere(event.topic, (partitions) => toEventRecord(event, { upTo, partitions }));
  }

  async function run(): Promise<void> {
    let failures = 0;
    while (!signal.aborted) {
      try {
        await beat();
        failures = 0;
      } catch (error) {
        failures++;
        log.warn({ err: error }, "nobody can be told how far the outbox is published");
      }
      const pauseMs = failures === 0 ? options.intervalMs : backoffMs(failures);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    stop: async () => {
      stopping.abort();
      await Promise.race([running, sleep(stopLimitMs, undefined, { ref: false })]);
    },
  };
}
