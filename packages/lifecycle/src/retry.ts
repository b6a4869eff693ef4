import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/**
 * Tries until a dependency answers, with growing delays, telling the log each time: a service that starts before its
 * stores waits for them and never gives up silently.
 * @param signal ends the waiting between two attempts: the promise then rejects
 */
export async function retryUntilReady<T>(
  what: string,
  attempt: () => Promise<T>,
  log: Logger,
  signal?: AbortSignal,
): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await attempt();
    } catch (error) {
      log.warn({ err: error, retryInMs: delayMs }, `waiting for ${what}`);
      await sleep(delayMs, undefined, { signal });
    }
  }
}
