import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { chownSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { type StandIn, type StandInOptions } from "../stand-in";
import { findPostgresBinaries, type PostgresBinaries } from "./binaries";

/** The superuser of the cluster: on loopback alone, and for development. */
export const postgresUser = "postgres";
export const postgresPassword = "postgres";

const startLimitMs = 20_000;

export interface PostgresStandIn extends StandIn {
  readonly pid: number;
  /** Resolves with the end of its log when the server ends, asked to or not. */
  readonly ended: Promise<string>;
}

/**
 * Starts a real PostgreSQL with the programs that npm brought: a cluster in `dataDir`, made at the first start.
 * @throws with the end of its log where it does not come up
 */
export async function startPostgres(options: StandInOptions): Promise<PostgresStandIn> {
  const binaries = findPostgresBinaries(options.dataDir);
  mkdirSync(options.dataDir, { recursive: true });
  const cluster = join(options.dataDir, "cluster");
  if (!existsSync(cluster)) makeCluster(cluster, binaries);

  const port = options.port === 0 ? await freePort(options.host) : options.port;
  const deadline = Date.now() + startLimitMs;
  for (;;) {
    const server = run(binaries, cluster, options.host, port);
    const failure = await Promise.race([server.ended, untilReady(options.host, port, deadline)]);
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
  const ended = new Promise<string>((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("exit", () => resolve(tail));
  });
  return { child, port, pid: child.pid ?? 0, ended, stop: () => stop(child, ended) };
}

/** A fast shutdown: transactions that run are rolled back, what is committed is on disk. */
async function stop(child: ChildProcess, ended: Promise<string>): Promise<void> {
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

function freePort(host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, host, () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

/** Makes a database where it is missing. */
export async function createDatabase(serverUrl: string, name: string, template = "template1"): Promise<void> {
  const client = new Client({ connectionString: serverUrl });
  await client.connect();
  try {
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [name]);
    if (rowCount === 0) {
      await client.query(
        `CREATE DATABASE ${client.escapeIdentifier(name)} TEMPLATE ${client.escapeIdentifier(template)}`,
      );
    }
  } finally {
    await client.end();
  }
}
