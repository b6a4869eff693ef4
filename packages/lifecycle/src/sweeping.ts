import { type Logger } from "@shop/telemetry";

/** Sweeps again and again until it is stopped; a store that does not answer only delays it. */
export function startSweeping(sweep: () => Promise<void>, intervalMs: number, log: Logger): { stop(): Promise<void> } {
  let running = Promise.resolve();
  let busy = false;
  const timer = setInterval(() => {
    if (busy) return;
    busy = true;
    running = sweep()
      .catch((error: unknown) => log.warn({ err: error }, "a sweep waits for its store"))
      .finally(() => {
        busy = false;
      });
  }, intervalMs);
  return {
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
