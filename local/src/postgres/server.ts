import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { endLeftover } from "../leftover";
import { type ProcessEnd, type StartedProcess } from "../managed-process";
import { freePorts } from "../ports";
import { type StandIn, type StandInOptions } from "../stand-in";
import { findPostgresBinaries, homeOfCluster, type PostgresBinaries } from "./binaries";

/** The superuser of the cluster: on loopback alone, and for development. */
export const postgresUser = "postgres";
export const postgresPassword = "postgres";

const startLimitMs = 20_000;

/**
 * Starts a real PostgreSQL with the programs that npm brought: a cluster in `dataDir` (or see homeOfCluster), made at the first
 * start.
 * @throws with the end of its log where it does not come up
 */
export async function startPostgres(options: StandInOptions): Promise<StandIn & StartedProcess> {
  const home = homeOfCluster(options.dataDir);
  const binaries = findPostgresBinaries(home);
  mkdirSync(home, { recursive: true });
  const cluster = join(home, "cluster");
  if (!existsSync(cluster)) makeCluster(cluster, binaries);

  await endLeftover(join(cluster, "postmaster.pid"), cluster, "SIGINT");

  const port = options.port === 0 ? ((await freePorts(options.host, 1))[0] ?? 0) : options.port;
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    const server = run(binaries, cluster, options.host, port);
    const failure = await Promise.race([
      server.ended.then(({ tail }) => tail),
      untilReady(options.host, port, deadline),
    ]);
    if (failure === undefined) return server;
    server.child.kill("SIGQUIT");
    // After a kill -9 its last workers may hold on to the shared memory for a moment.
    if (!failure.includes("shared memory") || Date.now() > deadline) {
      throw new Error(`PostgreSQL did not start:\n${failure}`);
    }
    await sleep(250);
  }
}

/** In a folder of its own that is renamed when complete: a kill halfway leaves no cluster that cannot start. */
function makeCluster(cluster: string, { initdb, runAs }: PostgresBinaries): void {
  const making = `${cluster}.making`;
  const passwordFile = `${cluster}.password`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making);
  writeFileSync(passwordFile, postgresPassword);
  if (runAs.uid !== undefined && runAs.gid !== undefined) {
    for (const path of [making, passwordFile]) chownSync(path, runAs.uid, runAs.gid);
  }
  const args = ["--pgdata", making, "--username", postgresUser, "--pwfile", passwordFile, "--auth", "scram-sha-256"];
  const { status, stderr, error } = spawnSync(
    initdb,
    [...args, "--encoding", "UTF8", "--locale", "C", "--no-sync", "--no-instructions"],
    { ...runAs, cwd: making, encoding: "utf8" },
  );
  rmSync(passwordFile);
  if (status !== 0) throw new Error(`PostgreSQL's initdb failed: ${error?.message ?? stderr}`);
  renameSync(making, cluster);
}

function run({ postgres, runAs }: PostgresBinaries, cluster: string, host: string, port: number) {
  const settings = {
    listen_addresses: host,
    port,
    unix_socket_directories: "",
    max_connections: 120,
    shared_buffers: "32MB",
    jit: "off",
    timezone: "UTC",
  };
  const flags = Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const child = spawn(postgres, ["-D", cluster, ...flags], {
    ...runAs,
    cwd: cluster,
    stdio: ["ignore", "ignore", "pipe"],
  });
  let tail = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    tail = (tail + text).slice(-4_000);
  });
  const ended = new Promise<ProcessEnd>((resolve) => {
    child.once("error", (error) => resolve({ code: null, tail: error.message }));
    child.once("exit", (code) => resolve({ code, tail }));
  });
  return { child, port, pid: child.pid ?? 0, ended, stop: () => stop(child, ended) };
}

/** A fast shutdown: transactions that run are rolled back, what is committed is on disk. */
async function stop(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.kill("SIGINT");
  await ended;
}

/** @returns undefined once it answers, or what it last said when the deadline passes */
async function untilReady(host: string, port: number, deadline: number): Promise<string | undefined> {
  for (;;) {
    const client = new Client({ host, port, user: postgresUser, password: postgresPassword, database: "postgres" });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return undefined;
    } catch (error) {
      if (Date.now() > deadline) return String(error);
      await sleep(30);
    }
  }
}
