import { setTimeout as sleep } from "node:timers/promises";

const flushers: (() => Promise<void>)[] = [];
const limitMs = 2_000;

/** Registers what must be sent before the process ends. */
export function onFlush(flush: () => Promise<void>): void {
  flushers.push(flush);
}

/** Sends what telemetry still holds; who takes it that cannot be reached does not hold up the end of a process. */
export async function flushTelemetry(): Promise<void> {
  const flushed = Promise.allSettled(flushers.map((flush) => flush()));
  await Promise.race([flushed, sleep(limitMs, undefined, { ref: false })]);
}
