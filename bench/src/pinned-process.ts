import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { childEnvironment } from "./config";

export interface PinnedProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly stop: () => Promise<void>;
}

export interface PinnedProcessOptions {
  /** One, or a list as taskset takes it; any where undefined. */
  readonly core: number | string | undefined;
  /** What follows `node`. */
  readonly args: readonly string[];
  /** Whether it talks to us over IPC, as our own processes do. */
  readonly ipc: boolean;
  /** Beside what all children are given. */
  readonly env?: Readonly<Record<string, string>>;
}

const maxStderrChars = 4_000;

/** Starts Node on one core. What it writes to stderr is shown if it ends before it is told to. */
export function startPinned({ core, args, ipc, env }: PinnedProcessOptions): PinnedProcess {
  const node = [process.execPath, ...args];
  const pinned = core === undefined ? node : ["taskset", "--cpu-list", String(core), ...node];
  const child = spawn(pinned[0] ?? "", pinned.slice(1), {
    env: { ...childEnvironment, ...env },
    stdio: ["ignore", "ignore", "pipe", ...(ipc ? ["ipc" as const] : [])],
  });
  child.once("error", () => undefined); // told by the missing pid
  if (child.pid === undefined) throw new Error("taskset does not start: the benchmark needs Linux with util-linux.");
  // However this process ends, unless it is killed itself.
  const kill = (): boolean => child.kill("SIGKILL");
  process.once("exit", kill);
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr = `${stderr}${chunk.toString()}`.slice(-maxStderrChars)));
  let stopping = false;
  const exited = once(child, "exit").then(() => {
    process.off("exit", kill);
    if (!stopping) process.stderr.write(`A process has ended: node ${args.join(" ")}\n${stderr}\n`);
  });
  return {
    child,
    pid: child.pid,
    stop: async () => {
      stopping = true;
      kill(); // nothing it holds is worth waiting for
      await exited;
    },
  };
}
