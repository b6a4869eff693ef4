import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";

const firstDelayMs = 100;
const longestDelayMs = 5_000;

/**
 * Tries until a dependency answers, with growing delays, telling the log each time: a service that starts before its
 * stores waits for them and never gives up silently.
 * @param signal ends the waiting, also for an attempt that is under way
 * @throws an AbortError then
 */
export async function retryUntilReady<T>(
  what: string,
  attempt: () => Promise<T>,
  log: Logger,
  signal?: AbortSignal,
): Promise<T> {
  for (let delayMs = firstDelayMs; ; delayMs = Math.min(delayMs * 2, longestDelayMs)) {
    try {
      return await unlessAborted(attempt, signal);
    } catch (error) {
      if (signal?.aborted === true) throw error;
      log.warn({ err: error, retryInMs: delayMs }, `waiting for ${what}`);
      await sleep(delayMs, undefined, { signal });
    }
  }
}

function unlessAborted<T>(attempt: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return attempt();
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      const error = new Error("the wait was called off", { cause: signal.reason });
      reject(Object.assign(error, { name: "AbortError" })); // as timers/promises has it
    };
    if (signal.aborted) {
      abort();
      return;
    }
    signal.addEventListener("abort", abort, { once: true });
    attempt()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", abort));
  });
}
