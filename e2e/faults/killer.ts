import { setTimeout as sleep } from "node:timers/promises";
import { type UnrulyProcess } from "./unruly-process";

export interface Killer<Name extends string> {
  /** kill -9 after so long, and a start at once. A process that is being started is killed when it is ready. */
  restart(name: Name, afterMs?: number): Promise<void>;
  /** When all that were killed run again. */
  settled(): Promise<unknown>;
}

export function createKiller<Name extends string>(processes: Readonly<Record<Name, UnrulyProcess>>): Killer<Name> {
  const restarts = new Map<Name, Promise<void>>();
  return {
    restart: (name, afterMs = 0) => {
      const restarted = (restarts.get(name) ?? Promise.resolve()).then(async () => {
        await sleep(afterMs);
        await processes[name].kill();
        await processes[name].start();
      });
      restarts.set(name, restarted);
      return restarted;
    },
    settled: () => Promise.all(restarts.values()),
  };
}
