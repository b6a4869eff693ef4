import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** The broker under test: one that was named in the environment, or a stand-in of the suite's own. */
export interface BrokerUnderTest {
  /** host:port */
  readonly address: string;
  end(): Promise<void>;
}

export interface BrokerProcess extends BrokerUnderTest {
  readonly port: number;
  /** Waits for a line in the log with all of these words in it. */
  logged(...words: string[]): Promise<void>;
  /** SIGKILL: as a crash. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
}

/** host:port of a real broker to run against, in place of the stand-in. */
export const givenBroker = process.env["CONFORMANCE_KAFKA"];

/** Starts the stand-in as a process of its own; port 0 takes a free one. */
export async function startBrokerProcess(dataDir: string, port = 0): Promise<BrokerProcess> {
  const child = fork(join(__dirname, "kafka-child.ts"), [String(port), dataDir], {
    execArgv: ["--import", "tsx"],
    silent: true,
  });
  let log = "";
  child.stdout?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  const exited = once(child, "exit") as Promise<[number | null]>;
  const started = (once(child, "message") as Promise<[{ port: number }]>).then(([message]) => message.port);
  const actualPort = await Promise.race([started, exited.then(() => undefined)]);
  if (actualPort === undefined) throw new Error(`the broker did not start:\n${log}`);

  async function endWith(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code;
  }

  return {
    address: `127.0.0.1:${actualPort}`,
    port: actualPort,
    async logged(...words) {
      const isThere = () => log.split("\n").some((line) => words.every((word) => line.includes(word)));
      while (!isThere()) await wait(20);
    },
    async kill() {
      await endWith("SIGKILL");
    },
    stop: () => endWith("SIGTERM"),
    async end() {
      await endWith("SIGTERM");
    },
  };
}

/** A data folder that is removed when the test file ends. */
export function createDataFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "kafka-conformance-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The broker that CONFORMANCE_KAFKA names, or else the stand-in on a free port with an empty data folder. */
export async function startBrokerUnderTest(): Promise<BrokerUnderTest> {
  if (givenBroker !== undefined) return { address: givenBroker, end: () => Promise.resolve() };
  const folder = createDataFolder();
  const broker = await startBrokerProcess(folder.path);
  return {
    address: broker.address,
    async end() {
      await broker.end();
      folder.remove();
    },
  };
}
