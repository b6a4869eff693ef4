import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { type StandInOptions, type StartStandIn } from "../stand-in";

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
export const startRedisBinary: StartStandIn = async (options) => {
  const { host, dataDir, log } = options;
  mkdirSync(dataDir, { recursive: true });
  const pidFile = join(dataDir, "redis.pid");
  await endOrphan(pidFile);

  const port = options.port === 0 ? await findFreePort(host) : options.port;
  const server = spawn(command, toArguments({ ...options, port }, pidFile), { stdio: ["ignore", "pipe", "pipe"] });
  const lastLines: string[] = [];
  const ended = new Promise<string>((resolve) => {
    server.once("error", (error) => resolve(error.message));
    server.once("close", (code, signal) => resolve(`${command} ended (${signal ?? code ?? "unknown"})`));
  });
  await Promise.race([
    readyIn(server, lastLines),
    ended.then((reason) => Promise.reject(new Error([`${reason}:`, ...lastLines].join("\n")))),
  ]);
  log.info({ port, pid: server.pid }, "the redis-server of this machine is up");

  let stopping = false;
  void ended.then((reason) => {
    // Nothing of this process can go on without it: let whoever watches over this process start both anew.
    if (!stopping) throw new Error([`${reason} by itself:`, ...lastLines].join("\n"));
  });
  return {
    port,
    stop: async () => {
      stopping = true;
      server.kill("SIGTERM");
      await ended;
    },
  };
};

function toArguments({ host, port, dataDir }: Pick<StandInOptions, "host" | "port" | "dataDir">, pidFile: string) {
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

/** Resolves once the server takes connections; keeps the last lines that it writes, then and later. */
function readyIn(server: ChildProcess, lastLines: string[]): Promise<void> {
  return new Promise((resolve) => {
    for (const stream of [server.stdout, server.stderr]) {
      if (stream === null) continue;
      createInterface(stream).on("line", (line) => {
        lastLines.push(line);
        if (lastLines.length > keptLines) lastLines.shift();
        if (line.includes("Ready to accept connections")) resolve();
      });
    }
  });
}

/** A server outlives a parent that was killed, and would go on writing to the same files: it is ended first. */
async function endOrphan(pidFile: string): Promise<void> {
  const pid = readPid(pidFile);
  if (pid === undefined || !isRedisServer(pid)) return;
  process.kill(pid, "SIGTERM");
  while (isRedisServer(pid)) await delay(50);
}

function readPid(pidFile: string): number | undefined {
  try {
    return Number.parseInt(readFileSync(pidFile, "utf8"), 10) || undefined;
  } catch {
    return undefined;
  }
}

/** The number may have gone to another process since. */
function isRedisServer(pid: number): boolean {
  const { status, stdout } = spawnSync("ps", ["-o", "args=", "-p", String(pid)], { encoding: "utf8" });
  return status === 0 && stdout.includes(command);
}

async function findFreePort(host: string): Promise<number> {
  const probe = createServer().listen(0, host);
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
