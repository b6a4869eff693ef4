import { spawn, type ChildProcess } from "node:child_process";
import { type Readable } from "node:stream";

/** How a process ended. */
export interface ProcessEnd {
  /** Its exit code; null where a signal ended it or it did not start at all. */
  readonly code: number | null;
  /** The end of its log. */
  readonly tail: string;
}

/** A started process of ours or of a store's: the supervisor needs no more of it. */
export interface StartedProcess {
  readonly pid: number;
  /** Resolves when it ends, asked to or not. */
  readonly ended: Promise<ProcessEnd>;
  /** Asks it to end and waits until it has. */
  stop(): Promise<void>;
}

export interface NodeProcessOptions {
  readonly name: string;
  readonly script: string;
  readonly args?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Where each line of its log goes. */
  readonly onLine: (line: string) => void;
  /** What V8's old generation may grow to; 512 where it is left out. */
  readonly maxHeapMb?: number | undefined;
}

const tailLines = 20;
// The services' own limit is 14 s; then there is nothing left to hope for.
const killAfterMs = 15_000;
const lastWordsMs = 1_000;
// A dozen processes share one machine here: V8 is told to keep its young generations small (all of it idles at 1.0 GB then).
// Smaller still, or --optimize-for-size, saves 150 MB and costs a third more CPU under load.
const smallHeap = (maxMb = 512): string[] => ["--max-semi-space-size=8", `--max-old-space-size=${maxMb}`];
const telemetry = require.resolve("@shop/telemetry/preload");

/** Starts a script of ours with telemetry preloaded. It ends by itself when this process is gone (its channel closes). */
export function startNodeProcess(options: NodeProcessOptions): StartedProcess {
  const flags = ["--disable-warning=ExperimentalWarning", ...smallHeap(options.maxHeapMb), "--require", telemetry];
  const child = spawn(process.execPath, [...flags, options.script, ...(options.args ?? [])], {
    env: { ...options.env, OTEL_SERVICE_NAME: options.name },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Ctrl-C reaches the whole foreground group; the order in which things end is the supervisor's to decide.
    detached: true,
  });
  return manageChild(child, { endSignal: "SIGTERM", onLine: options.onLine });
}

/**
 * A child process as a supervisor needs it.
 * @param options.endSignal asks it to end; what does not within 15 s is killed
 * @param options.onLine takes each line of its log
 */
export function manageChild(
  child: ChildProcess,
  options: { endSignal: NodeJS.Signals; onLine?: (line: string) => void },
): StartedProcess {
  const tail: string[] = [];
  const onLine = (line: string): void => {
    tail.push(line);
    if (tail.length > tailLines) tail.shift();
    options.onLine?.(line);
  };
  readLines(child.stdout, onLine);
  readLines(child.stderr, onLine);
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.on("error", (error) => resolve({ code: null, tail: error.message }));
    const resolveWith = (code: number | null, signal: NodeJS.Signals | null): void => {
      const reason = `(ended with ${signal === null ? `exit code ${String(code)}` : signal})`;
      resolve({ code, tail: [...tail, reason].join("\n") });
    };
    child.once("close", resolveWith);
    // What it started may hold its streams open for longer.
    child.once("exit", (code, signal) => setTimeout(resolveWith, lastWordsMs, code, signal).unref());
  });
  const stop = async (): Promise<void> => {
    child.kill(options.endSignal);
    const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMs);
    await ended;
    clearTimeout(timer);
  };
  return { pid: child.pid ?? 0, ended, stop };
}

function readLines(stream: Readable | null, onLine: (line: string) => void): void {
  let rest = "";
  const take = (lines: string[]): void => lines.filter((line) => line !== "").forEach(onLine);
  stream?.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    take(lines);
  });
  stream?.once("end", () => take([rest]));
}
