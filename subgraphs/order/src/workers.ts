import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";

export interface Worker {
  /** Looks for work now rather than at the next turn. */
  wake(): void;
  /** Ends after the turn that runs. */
  stop(): Promise<void>;
}

/**
 * Does a batch of work again and again until it is stopped, at once after a batch that found some. What fails is tried
 * at the next turn.
 * @param options.batch returns how much it found
 */
export function startWorker(options: {
  name: string;
  intervalMs: number;
  batch: () => Promise<number>;
  log: Logger;
}): Worker {
  const { log } = options;
  let stopped = false;
  let pause = new AbortController();

  async function run(): Promise<void> {
    while (!stopped) {
      pause = new AbortController();
      const found = await options.batch().catch((error: unknown) => {
        log.warn({ err: error }, `${options.name} failed and is tried again`);
        return 0;
      });
      if (found > 0) continue;
      await sleep(options.intervalMs, undefined, { signal: pause.signal }).catch(() => undefined);
    }
  }

  const running = run();
  return {
    wake: () => pause.abort(),
    stop: async () => {
      stopped = true;
      pause.abort();
      await running;
    },
  };
}
