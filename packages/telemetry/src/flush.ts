const flushers: (() => Promise<void>)[] = [];

/** Registers what must be sent before the process ends. */
export function onFlush(flush: () => Promise<void>): void {
  flushers.push(flush);
}

/** Sends what telemetry still holds; an exporter that cannot be reached does not hold up the end of a process. */
export async function flushTelemetry(): Promise<void> {
  await Promise.allSettled(flushers.map((flush) => flush()));
}
