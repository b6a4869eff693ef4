import { createLogger, flushTelemetry, type Logger, metricsText } from "@shop/telemetry";
import { type Readiness } from "./health";
import { startOperationsServer } from "./operations-server";

/** A started service: `stop` refuses new work, finishes what runs and closes what was opened. */
export interface RunningProcess {
  /** Told at the operations port; without it, it is ready once it has started. */
  readonly readiness?: () => Promise<Readiness>;
  stop(): Promise<void>;
}

const stopLimitMs = 14_000;
const ready: Readiness = { isReady: true, status: "ok", checks: {} };
const starting: Readiness = { isReady: false, status: "starting", checks: {} };
const draining: Readiness = { isReady: false, status: "draining", checks: {} };

/**
 * Runs a service as this process: starts it, ends it on SIGTERM or SIGINT (exit 0 once it has drained, or at once while it
 * waits for its stores; 1 if it does not within 14 s), and ends with 1 and one log line on a failed start or an error nobody
 * caught.
 * @param start its signal aborts when the process is asked to end, also before it has started
 * @param operations where its operations port is, which answers from the first moment to the last; without it there is none
 */
export function runProcess(
  name: string,
  start: (log: Logger, signal: AbortSignal) => Promise<RunningProcess>,
  operations?: { readonly host: string; readonly port: number },
): void {
  const log = createLogger(name);
  const fail = (error: unknown): never => {
    log.fatal({ err: error }, `${name} ends on an error`);
    process.exit(1);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);

  const stopping = new AbortController();
  const { signal } = stopping;
  let running: RunningProcess | undefined;

  async function readiness(): Promise<Readiness> {
    if (signal.aborted) return draining;
    if (running === undefined) return starting;
    return (await running.readiness?.()) ?? ready;
  }

  async function run(): Promise<RunningProcess> {
    if (operations !== undefined) {
      const { port } = await startOperationsServer({ ...operations, readiness, metricsText });
      log.info({ operationsPort: port }, `${name} tells of itself`);
    }
    running = await start(log, signal);
    return running;
  }

  async function end(started: Promise<RunningProcess>): Promise<void> {
    const toStop = await started.catch(() => undefined); // it has given up waiting for its stores
    await toStop?.stop();
    await flushTelemetry();
    process.exit(0);
  }

  const started = run();
  started.catch((error: unknown) => {
    if (!signal.aborted) fail(error);
  });

  const stop = (): void => {
    if (signal.aborted) return; // asked again, it goes on finishing what runs
    stopping.abort();
    setTimeout(() => fail(new Error(`${name} did not drain within ${stopLimitMs} ms`)), stopLimitMs).unref();
    end(started).catch(fail);
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  // Started by the supervisor: if that is killed, nothing else would end this process.
  if (process.channel !== undefined) process.on("disconnect", stop);
}
