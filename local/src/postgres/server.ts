import { spawn, spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { messageOf } from "../failure";
import { endLeftover } from "../leftover";
import { manageChild, type StartedProcess } from "../managed-process";
import { freePorts } from "../ports";
import { whenReady } from "../readiness";
import { type StandIn, type StandInOptions } from "../stand-in";
import { findPostgresBinaries, homeOfCluster, type PostgresBinaries } from "./binaries";

/** The superuser of the cluster: on loopback alone, and for development. */
export const postgresUser = "postgres";
export const postgresPassword = "postgres";

const startLimitMs = 20_000;
const connectLimitMs = 3_000;

/**
 * Starts a real PostgreSQL with the programs that npm brought: a cluster in `dataDir` (or see homeOfCluster), made at the
 * first start.
 * @param signal ends a start that is under way
 * @throws with the end of its log where it does not come up
 */
export async function startPostgres(options: StandInOptions, signal?: AbortSignal): Promise<StandIn & StartedProcess> {
  const home = homeOfCluster(options.dataDir);
  const binaries = findPostgresBinaries(home);
  mkdirSync(home, { recursive: true });
  if (binaries.runAs.uid !== undefined) chmodSync(home, 0o755); // it is entered by who runs them, whatever the umask
  const cluster = clusterIn(home);
  if (!existsSync(cluster)) makeCluster(cluster, binaries);
  await endLeftoverPostgres(options.dataDir);

  const port = options.port === 0 ? ((await freePorts(options.host, 1))[0] ?? 0) : options.port;
  for (const deadline = Date.now() + startLimitMs; ;) {
    const wait = (over: AbortSignal): Promise<string | undefined> => untilReady(options.host, port, deadline, over);
    try {
      return { ...(await whenReady(run(binaries, cluster, options.host, port), { wait, signal })), port };
    } catch (error) {
      signal?.throwIfAborted();
      // After a kill -9 its last workers may hold on to the shared memory for a moment.
      if (!messageOf(error).includes("pre-existing shared memory") || Date.now() > deadline) throw error;
      await sleep(250);
    }
  }
}

/** Ends the server of this data that outlived a supervisor which was killed. */
export async function endLeftoverPostgres(dataDir: string): Promise<void> {
  const cluster = clusterIn(homeOfCluster(dataDir));
  await endLeftover(join(cluster, "postmaster.pid"), cluster, "SIGINT");
}

function clusterIn(home: string): string {
  return join(home, "cluster");
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

function run({ postgres, runAs }: PostgresBinaries, cluster: string, host: string, port: number): StartedProcess {
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
    detached: true, // Ctrl-C is the supervisor's to pass on, when the services have ended
  });
  // A fast shutdown: transactions that run are rolled back, what is committed is on disk.
  return manageChild(child, { endSignal: "SIGINT" });
}

/** @returns undefined once it answers, or what it last said when the deadline passes */
async function untilReady(
  host: string,
  port: number,
  deadline: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const login = { user: postgresUser, password: postgresPassword, database: "postgres" };
  for (;;) {
    const client = new Client({ host, port, ...login, connectionTimeoutMillis: connectLimitMs });
    client.on("error", () => undefined);
    try {
      await client.connect();
      await client.end();
      return undefined;
    } catch (error) {
      if (Date.now() > deadline || signal.aborted) return messageOf(error);
      await sleep(30);
    }
  }
}
