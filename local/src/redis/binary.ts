import { spawn, spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { endLeftover } from "../leftover";
import { type ProcessEnd, type StartedProcess } from "../managed-process";
import { freePorts } from "../ports";
import { type StandIn, type StandInOptions } from "../stand-in";

const command = "redis-server";
const keptLines = 20;

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
  const pidFile = join(dataDir, "redis.pid");
  await endLeftover(pidFile, command, "SIGTERM");

  const server = spawn(command, toArguments({ ...options, port }, pidFile), {
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const lastLines: string[] = [];
  const ended = new Promise<ProcessEnd>((resolve) => {
    server.once("error", (error) => resolve({ code: null, tail: error.message }));
    server.once("close", (code) => resolve({ code, tail: lastLines.join("\n") }));
  });
  const ready = new Promise<void>((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      createInterface(stream).on("line", (line) => {
        lastLines.push(line);
        if (lastLines.length > keptLines) lastLines.shift();
        if (line.includes("Ready to accept connections")) resolve();
      });
    }
  });
  const failure = await Promise.race([ready, ended]);
  if (failure !== undefined) throw new Error(`${command} ended (${String(failure.code)}):\n${failure.tail}`);
  return {
    port,
    pid: server.pid ?? 0,
    ended,
    stop: async () => {
      server.kill("SIGTERM");
      await ended;
    },
  };
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
