import { createLogger, flushTelemetry, type Logger } from "@shop/telemetry";

/** A started service: `stop` refuses new work, finishes what runs and closes what was opened. */
export interface RunningProcess {
  stop(): Promise<void>;
}

const drainLimitMs = 14_000;

/**
 * Runs a service as this process: starts it, ends it on SIGTERM or SIGINT (exit 0 once it has drained, 1 if it does not
 * within 14 s), and ends with 1 and one log line on a failed start or an error nobody caught.
 */
export function runProcess(name: string, start: (log: Logger) => Promise<RunningProcess>): void {
  const log = createLogger(name);
  const fail = (error: unknown): never => {
    log.fatal({ err: error }, `${name} ends on an error`);
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);

  const started = start(log);
  started.catch(fail);

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => fail(new Error(`${name} did not drain within ${drainLimitMs} ms`)), drainLimitMs).unref();
    started
      .then((running) => running.stop())
      .then(flushTelemetry)
      .then(() => process.exit(0), fail);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Started by the supervisor: if that is killed, nothing else would end this process.
  if (process.channel !== undefined) process.on("disconnect", stop);
}
