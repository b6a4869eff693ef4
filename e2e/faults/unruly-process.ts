import { type StartedProcess } from "@shop/local/processes";

/** A store or a service that can be made to fail in every way that a process does. */
export interface UnrulyProcess {
  /** kill -9. @returns when it is gone */
  kill(): Promise<void>;
  /** Starts it again, at the same address and on the same data. @returns when it is ready */
  start(): Promise<void>;
  /** Stops it in its tracks, its connections open (SIGSTOP); of postgres only the process that takes connections. */
  freeze(): void;
  thaw(): void;
  /** Asks it to end, and waits until it has. @throws where it had died unasked */
  stop(): Promise<void>;
}

/** @param start as it is started each time; resolves when it is ready */
export async function startUnrulyProcess(name: string, start: () => Promise<StartedProcess>): Promise<UnrulyProcess> {
  let running: StartedProcess | undefined;
  let death: string | undefined;

  async function begin(): Promise<void> {
    const started = await start();
    running = started;
    void started.ended.then(({ tail }) => {
      if (running === started) death = `${name} died. The end of its log:\n${tail}`;
    });
  }
  /** From here on its end is no death. */
  function take(): StartedProcess | undefined {
    const taken = running;
    running = undefined;
    return taken;
  }
  const signal = (name: NodeJS.Signals): void => {
    if (running !== undefined) process.kill(running.pid, name);
  };

  await begin();
  return {
    start: begin,
    kill: async () => {
      const killed = take();
      if (killed === undefined) return;
      process.kill(killed.pid, "SIGKILL");
      await killed.ended;
    },
    freeze: () => signal("SIGSTOP"),
    thaw: () => signal("SIGCONT"),
    stop: async () => {
      if (death !== undefined) throw new Error(death);
      signal("SIGCONT"); // a frozen one would not hear the request
      await take()?.stop();
    },
  };
}

/** For several that were begun or ended together: each is waited for before one is told of. @throws the first failure */
export function throwFirst(outcomes: readonly PromiseSettledResult<unknown>[]): void {
  for (const outcome of outcomes) if (outcome.status === "rejected") throw outcome.reason;
}
