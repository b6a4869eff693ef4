// Migrations of a database that others work with: none holds them up, and a killed one is gone on with.
import { once } from "node:events";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { type Client } from "pg";
import { readMigrations } from "../src/folder";
import { applyMigrations } from "../src/migrate";
import { createEmptyDatabase, type EmptyDatabase, until } from "./database";

jest.setTimeout(120_000); // on a machine that has much else to do

const migrations = readMigrations("order");
const names = migrations.map(({ name }) => name);
// The next one changes the triggers of the orders' timeline, the one after makes an index on the outbox.
const next = "20261122183000_departures";
const before = migrations.filter(({ name }) => name < next);
const afterThat = names.slice(before.length);

let database: EmptyDatabase;
let other: Client;
let onlooker: Client;
beforeEach(async () => {
  database = await createEmptyDatabase();
  await applyMigrations("order", database.url, { migrations: before });
  other = await database.session();
  onlooker = await database.session();
});
afterEach(async () => {
  await Promise.all([other.end(), onlooker.end()]);
  await database.drop();
});

/** Until somebody waits for a lock with a statement that has this in it. @returns the waiter's process id */
async function waiter(text: string): Promise<number> {
  let pid: number | undefined;
  await until(async () => {
    const { rows } = await onlooker.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
        AND position($1 in query) > 0`,
      [text],
    );
    return (pid = rows[0]?.pid) !== undefined;
  });
  return pid ?? 0;
}

async function applied(): Promise<string[]> {
  const { rows } = await onlooker.query<{ name: string }>(
    "SELECT migration_name AS name FROM _prisma_migrations WHERE rolled_back_at IS NULL ORDER BY migration_name",
  );
  return rows.map(({ name }) => name);
}

/** `npm run migrate -- order`, killed with SIGKILL as soon as it waits with such a statement. */
async function killApplierAt(text: string): Promise<number> {
  const env = { ...process.env, ORDER_DATABASE_URL: database.url };
  const applier = spawn(process.execPath, [join(__dirname, "../dist/apply.js"), "order"], { env, stdio: "ignore" });
  const pid = await waiter(text);
  applier.kill("SIGKILL");
  await once(applier, "exit");
  return pid;
}

it("gives up a table in use again and again, so that its readers get their turn, and does its work when it is free", async () => {
  await other.query(`BEGIN; LOCK TABLE "order_timeline" IN ACCESS SHARE MODE`);
  const refused: string[] = [];
  const done = applyMigrations("order", database.url, { onBusy: (reason) => refused.push(reason) });
  await waiter("order_timeline_append_only");
  // Behind the migration that waits, and let through by its giving up: `other` still holds its lock.
  await onlooker.query(`SELECT count(*) FROM "order_timeline"`);
  await until(() => Promise.resolve(refused.length > 0));
  await other.query("COMMIT");
  expect(await done).toEqual(afterThat);
  expect(refused[0]).toBe(`${next}: a table is in use`);
});

it("ends where a table stays in use, with nothing done and nothing to be mended", async () => {
  await other.query(`BEGIN; LOCK TABLE "order_timeline" IN ACCESS SHARE MODE`);
  await expect(applyMigrations("order", database.url, { patienceMs: 1 })).rejects.toThrow(
    `${next}: a table is in use. Nothing of it was done`,
  );
  await other.query("COMMIT");
  expect(await applyMigrations("order", database.url)).toEqual(afterThat);
});

it("goes on after an applier that was killed within a migration", async () => {
  await other.query(`BEGIN; LOCK TABLE "order_timeline" IN ACCESS SHARE MODE`);
  await killApplierAt("order_timeline_append_only");
  const refused: string[] = [];
  const done = applyMigrations("order", database.url, { onBusy: (reason) => refused.push(reason) });
  await until(() => Promise.resolve(refused.length > 0));
  // The killed one's statement may still run in the database, and end well or not.
  await other.query("COMMIT");
  await done;
  expect(await applied()).toEqual(names);
});

it("makes anew an index that a killed applier left half made", async () => {
  await other.query(`BEGIN; LOCK TABLE "outbox" IN ROW EXCLUSIVE MODE`);
  const backend = await killApplierAt("outbox_personal");
  await onlooker.query("SELECT pg_terminate_backend($1)", [backend]);
  await other.query("COMMIT");
  const isValid = `SELECT indisvalid FROM pg_index WHERE indexrelid = '"outbox_personal"'::regclass`;
  expect((await onlooker.query(isValid)).rows).toEqual([{ indisvalid: false }]);
  expect(await applyMigrations("order", database.url)).toEqual(["20261122183001_personal_events"]);
  expect((await onlooker.query(isValid)).rows).toEqual([{ indisvalid: true }]);
  expect(await applied()).toEqual(names);
});

it("lets others write while it makes an index", async () => {
  await other.query(`BEGIN; LOCK TABLE "outbox" IN ROW EXCLUSIVE MODE`);
  const done = applyMigrations("order", database.url);
  await waiter("outbox_personal");
  await onlooker.query(
    `INSERT INTO "outbox" ("event_id", "topic", "type", "key", "shard", "payload", "occurred_at")
      VALUES ('1', 'order.v1', 'placed', 'o1', 0, '{}', now())`,
  );
  await other.query("COMMIT");
  expect(await done).toContain("20261122183001_personal_events");
});

it("waits for Prisma's own applier, which holds its own lock", async () => {
  await other.query("SELECT pg_advisory_lock(72707369)");
  const refused: string[] = [];
  const done = applyMigrations("order", database.url, { onBusy: (reason) => refused.push(reason) });
  await until(() => Promise.resolve(refused.length > 0));
  await other.query("SELECT pg_advisory_unlock(72707369)");
  expect(await done).toEqual(afterThat);
  expect(refused[0]).toBe("another applier is at it");
});
