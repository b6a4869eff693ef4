import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/** Where a store is and whose it is. */
export interface S3Target {
  /** http://host:port */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export interface S3Process {
  readonly target: S3Target;
  readonly port: number;
  /** Waits for a line in the log with all of these words in it. */
  logged(...words: string[]): Promise<void>;
  /** SIGKILL: as a crash. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
}

/** A real server to run against, in place of the stand-in. */
export const givenS3 = parseTarget(process.env["CONFORMANCE_S3"]);

/** @param text http://accessKey:secretKey@host:port */
function parseTarget(text: string | undefined): S3Target | undefined {
  if (text === undefined) return undefined;
  const { origin, username, password } = new URL(text);
  return { endpoint: origin, accessKey: decodeURIComponent(username), secretKey: decodeURIComponent(password) };
}

/** Starts the stand-in as a process of its own; port 0 takes a free one. */
export async function startS3Process(dataDir: string, port = 0): Promise<S3Process> {
  const [accessKey, secretKey] = ["conformance", "conformance-secret"];
  const child = fork(join(__dirname, "s3-child.ts"), [String(port), dataDir, accessKey, secretKey], {
    execArgv: ["--import", "tsx"],
    silent: true,
  });
  let log = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => (log += chunk.toString()));
  }
  const exited = once(child, "exit") as Promise<[number | null]>;
  const started = (once(child, "message") as Promise<[{ port: number }]>).then(([message]) => message.port);
  const actualPort = await Promise.race([started, exited.then(() => undefined)]);
  if (actualPort === undefined) throw new Error(`the server did not start:\n${log}`);

  async function endWith(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code;
  }
  return {
    target: { endpoint: `http://127.0.0.1:${actualPort}`, accessKey, secretKey },
    port: actualPort,
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

/** A data folder that is removed when the test file ends. */
export function createDataFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "s3-conformance-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The server that CONFORMANCE_S3 names, or else the stand-in on a free port with an empty data folder. */
export async function startS3UnderTest(): Promise<{ target: S3Target; end: () => Promise<void> }> {
  if (givenS3 !== undefined) return { target: givenS3, end: () => Promise.resolve() };
  const folder = createDataFolder();
  const server = await startS3Process(folder.path);
  return {
    target: server.target,
    end: async () => {
      await server.stop();
      folder.remove();
    },
  };
}
