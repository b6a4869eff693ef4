import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { Client } from "pg";
import { homeOfCluster } from "../src/postgres/binaries";
import { postgresPassword, postgresUser, startPostgres } from "../src/postgres/server";

const host = "127.0.0.1";
const log = createLogger("test", () => undefined);
const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** @param mode of the folder above it */
function newDataDir(mode = 0o755): string {
  const parent = mkdtempSync(join(tmpdir(), "shop-postgres-"));
  chmodSync(parent, mode);
  const dataDir = join(parent, "postgres");
  folders.push(parent, homeOfCluster(dataDir));
  return dataDir;
}

async function query(port: number, text: string): Promise<unknown[]> {
  const client = new Client({ host, port, user: postgresUser, password: postgresPassword, database: "postgres" });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<{ answer: unknown }>(text)).rows.map(({ answer }) => answer);
  } finally {
    await client.end();
  }
}

it("keeps its data over a stop and over a kill", async () => {
  const options = { host, port: 0, dataDir: newDataDir(), log };
  const first = await startPostgres(options);
  await query(first.port, "CREATE TABLE kept AS SELECT 1 AS answer");
  await first.stop();
  const second = await startPostgres(options);
  await query(second.port, "INSERT INTO kept VALUES (2)");
  process.kill(second.pid, "SIGKILL");
  await second.ended;
  const third = await startPostgres(options);
  expect(await query(third.port, "SELECT answer FROM kept ORDER BY answer")).toEqual([1, 2]);
  await third.stop();
});

it("ends a server that a killed parent left behind on the same data", async () => {
  const options = { host, port: 0, dataDir: newDataDir(), log };
  const first = await startPostgres(options);
  const second = await startPostgres(options);
  await first.ended;
  expect(await query(second.port, "SELECT 1 AS answer")).toEqual([1]);
  await second.stop();
});

it("starts for root too, in a folder that nobody else may enter, and whatever the umask", async () => {
  const before = process.umask(0o077);
  try {
    const server = await startPostgres({ host, port: 0, dataDir: newDataDir(0o700), log });
    expect(await query(server.port, "SELECT 1 AS answer")).toEqual([1]);
    await server.stop();
  } finally {
    process.umask(before);
  }
});

it("tells its last lines when it does not start", async () => {
  const options = { host, port: 0, dataDir: newDataDir(), log };
  await (await startPostgres(options)).stop();
  writeFileSync(join(homeOfCluster(options.dataDir), "cluster", "PG_VERSION"), "14\n");
  await expect(startPostgres(options)).rejects.toThrow("initialized by PostgreSQL version 14");
});

it("ends a start that is under way", async () => {
  const options = { host, port: 0, dataDir: newDataDir(), log };
  await expect(startPostgres(options, AbortSignal.abort())).rejects.toThrow("aborted");
  await (await startPostgres(options)).stop(); // nothing holds on to its data
});
