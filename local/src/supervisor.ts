import { setTimeout as sleep } from "node:timers/promises";
import { type Logger } from "@shop/telemetry";
import { messageOf } from "./failure";
import { type StartedProcess } from "./managed-process";

/** How a process is started, at first and again after it died. */
export interface Supervised {
  readonly name: string;
  /** A store outlives the services at the end. */
  readonly isStore: boolean;
  /**
   * Resolves when it is ready.
   * @param signal ends a start that is under way
   * @throws where it does not get there, and has ended then
   */
  start(signal: AbortSignal): Promise<StartedProcess>;
}

export interface Supervisor {
  /** Starts it and keeps it running. @throws where it does not come up the first time */
  supervise(supervised: Supervised): Promise<void>;
  /**
   * Ends one, so that someone may run a copy of his own.
   * @returns when it has ended: starts it again; undefined where no such process is kept running now
   */
  release(name: string): Promise<(() => void) | undefined>;
  /** Ends the services, then the stores; a start that is under way too. */
  stop(): Promise<void>;
}

/** A process for as long as it is kept running. */
interface Run {
  readonly supervised: Supervised;
  readonly end: () => Promise<void>;
}

const firstDelayMs = 250;
const longestDelayMs = 10_000;
const steadyAfterMs = 30_000;

/** Keeps processes running: one that dies is named in the log with the end of its own, and restarted with back-off. */
export function createSupervisor({ log }: { log: Logger }): Supervisor {
  const runs = new Map<string, Run>();
  let stopping = false;

  /** @returns its first start; unless `retried`, nothing follows where that fails */
  function run(supervised: Supervised, { retried }: { retried: boolean }): Promise<StartedProcess> {
    const ending = new AbortController();
    const first = supervised.start(ending.signal);
    first.catch(() => {
      if (!retried) ending.abort();
    });
    const over = keepRunning(supervised, first, ending.signal);
    const end = (): Promise<void> => {
      ending.abort();
      return over;
    };
    runs.set(supervised.name, { supervised, end });
    return first;
  }

  async function keepRunning(
    supervised: Supervised,
    first: Promise<StartedProcess>,
    signal: AbortSignal,
  ): Promise<void> {
    let delayMs = firstDelayMs;
    for (let starting = first; ; starting = supervised.start(signal)) {
      const startedAt = Date.now();
      const problem = await whyItEnded(starting, signal);
      if (signal.aborted) return;
      if (Date.now() - startedAt > steadyAfterMs) delayMs = firstDelayMs;
      log.error(`${supervised.name} ${problem}\n${supervised.name} is started again in ${delayMs} ms.`);
      if (!(await pause(delayMs, signal))) return;
      delayMs = Math.min(delayMs * 2, longestDelayMs);
    }
  }

  async function endAll(wanted: (supervised: Supervised) => boolean): Promise<void> {
    const ended = [...runs.values()].filter(({ supervised }) => wanted(supervised)).map(({ end }) => end());
    await Promise.all(ended);
  }

  return {
    supervise: async (supervised) => {
      await run(supervised, { retried: false });
    },
    release: async (name) => {
      const released = runs.get(name);
      if (released === undefined || stopping) return undefined;
      runs.delete(name);
      await released.end();
      return () => {
        if (!stopping) run(released.supervised, { retried: true }).catch(() => undefined);
      };
    },
    stop: async () => {
      stopping = true;
      // Services first: they finish their work on the stores.
      await endAll(({ isStore }) => !isStore);
      await endAll(({ isStore }) => isStore);
    },
  };
}

/** Waits for the end of a process, or ends it on the signal. */
async function whyItEnded(starting: Promise<StartedProcess>, signal: AbortSignal): Promise<string> {
  try {
    const started = await starting;
    const stop = (): void => void started.stop();
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const { tail } = await started.ended;
    signal.removeEventListener("abort", stop);
    return `died. The end of its log:\n${tail}`;
  } catch (error) {
    return `could not be started: ${messageOf(error)}`;
  }
}

/** @returns false where the signal ended it early */
function pause(ms: number, signal: AbortSignal): Promise<boolean> {
  return sleep(ms, true, { signal }).catch(() => false);
}
