import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { endLeftover } from "../leftover";
import { manageChild, type StartedProcess } from "../managed-process";
import { freePorts } from "../ports";
import { type StandIn, type StandInOptions } from "../stand-in";

const command = "redis-server";

/** The command that starts the Redis server of this machine, or undefined if none is on its PATH. */
export function findRedisServer(): string | undefined {
  return spawnSync(command, ["--version"]).status === 0 ? command : undefined;
}

/**
 * Runs the machine's own Redis server, with every write synced to disk before it is acknowledged.
 * @throws when there is none, or it does not start: with the last lines it wrote
 */
export async function startRedisBinary(options: StandInOptions): Promise<StandIn & StartedProcess> {
  const { dataDir } = options;
  const port = options.port === 0 ? ((await freePorts(options.host, 1))[0] ?? 0) : options.port;
  mkdirSync(dataDir, { recursive: true });
  const pidFile = pidFileIn(dataDir);
  await endLeftoverRedis(dataDir);

  const child = spawn(command, toArguments({ ...options, port }, pidFile), {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  let ready = (): void => undefined;
  const isReady = new Promise<void>((resolve) => (ready = resolve));
  const onLine = (line: string): void => {
    if (line.includes("Ready to accept connections")) ready();
  };
  const server = manageChild(child, { endSignal: "SIGTERM", onLine });
  const failure = await Promise.race([isReady, server.ended]);
  if (failure !== undefined) throw new Error(`${command} ended:\n${failure.tail}`);
  return { ...server, port };
}

/** Ends the server of this data that outlived a supervisor which was killed. */
export function endLeftoverRedis(dataDir: string): Promise<void> {
  return endLeftover(pidFileIn(dataDir), command, "SIGTERM");
}

function pidFileIn(dataDir: string): string {
  return join(dataDir, "redis.pid");
}

function toArguments({ host, port, dataDir }: StandInOptions, pidFile: string): string[] {
  const settings = {
    bind: host,
    "protected-mode": "yes",
    port: String(port),
    dir: dataDir,
    pidfile: pidFile,
    appendonly: "yes",
    appendfsync: "always",
    save: "",
  };
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]);
}
