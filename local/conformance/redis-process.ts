import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface RedisProcess {
  readonly url: string;
  readonly port: number;
  /** SIGKILL: as a crash. */
  kill(): Promise<void>;
  /** SIGTERM. @returns the exit code */
  stop(): Promise<number | null>;
}

/** redis://host:port of a real server to run against, in place of the stand-in. */
export const givenRedis = process.env["CONFORMANCE_REDIS"];

/** Starts the stand-in as a process of its own; port 0 takes a free one. */
export async function startRedisProcess(dataDir: string, port = 0): Promise<RedisProcess> {
  const child = fork(join(__dirname, "redis-child.ts"), [String(port), dataDir], {
    execArgv: ["--import", "tsx"],
    silent: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
  }
  const exited = once(child, "exit") as Promise<[number | null]>;
  const started = (once(child, "message") as Promise<[{ port: number }]>).then(([message]) => message.port);
  const actualPort = await Promise.race([started, exited.then(() => undefined)]);
  if (actualPort === undefined) throw new Error(`the server did not start:\n${output}`);

  async function endWith(signal: "SIGTERM" | "SIGKILL"): Promise<number | null> {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    const [code] = await exited;
    return code;
  }
  return {
    url: `redis://127.0.0.1:${actualPort}`,
    port: actualPort,
    kill: async () => {
      await endWith("SIGKILL");
    },
    stop: () => endWith("SIGTERM"),
  };
}

export function createDataFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), "redis-conformance-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** The server that CONFORMANCE_REDIS names, or else the stand-in on a free port with an empty data folder. */
export async function startRedisUnderTest(): Promise<{ url: string; end: () => Promise<void> }> {
  if (givenRedis !== undefined) return { url: givenRedis, end: () => Promise.resolve() };
  const folder = createDataFolder();
  const server = await startRedisProcess(folder.path);
  return {
    url: server.url,
    end: async () => {
      await server.stop();
      folder.remove();
    },
  };
}
