import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePorts } from "../src/ports";
import { type StandInKind } from "../src/stand-in-kinds";

/** A stand-in as a process of its own, which a test may kill. */
export interface StandInProcess {
  readonly port: number;
  readonly pid: number;
  /** Waits for a line in the log with all of these words in it. */
  logged(...words: string[]): Promise<void>;
  /** SIGKILL: as a crash. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
}

// As `npm start` runs it: built.
const script = join(__dirname, "../dist/run-stand-in.js");
const host = "127.0.0.1";

/** @param options what the kind needs beside; `port` 0 (the default) takes a free one */
export async function startStandIn(
  kind: StandInKind,
  dataDir: string,
  options: { port?: number; [name: string]: unknown } = {},
): Promise<StandInProcess> {
  const child = fork(script, [kind, JSON.stringify({ host, port: 0, dataDir, ...options })], {
    execArgv: ["--disable-warning=ExperimentalWarning"],
    silent: true,
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  }
  const exited = once(child, "exit") as Promise<[number | null]>;
  const started = (once(child, "message") as Promise<[{ port: number }]>).then(([message]) => message.port);
  const port = await Promise.race([started, exited.then(() => undefined)]);
  if (port === undefined) throw new Error(`the ${kind} stand-in did not start:\n${log}`);

  async function endWith(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code;
  }
  return {
    port,
    pid: child.pid ?? 0,
    logged: async (...words) => {
      const isThere = () => log.split("\n").some((line) => words.every((word) => line.includes(word)));
      while (!isThere()) await wait(20);
    },
    kill: async () => {
      await endWith("SIGKILL");
    },
    stop: () => endWith("SIGTERM"),
  };
}

/** A port to start on again after an end: meanwhile no outgoing connection is given it, as it may be with any that is free. */
export async function lastingPort(): Promise<number> {
  const [port = 0] = await freePorts(host, 1);
  return port;
}

/** An empty data folder, to be removed when the test file ends. */
export function createDataFolder(): { path: string; remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), "conformance-"));
  const path = join(home, "data");
  mkdirSync(path);
  return { path, remove: () => rmSync(home, { recursive: true, force: true }) };
}
