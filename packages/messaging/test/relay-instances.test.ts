import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { testStores } from "@shop/local/testing";
import { eventually, numbered, startTestOutbox, type TestOutbox } from "./harness";

let outbox: TestOutbox;
beforeEach(async () => {
  outbox = await startTestOutbox();
});
afterEach(() => outbox.stop());

function startRelayProcess(): ChildProcess {
  const script = join(__dirname, "relay-process.mjs");
  const child = spawn(process.execPath, [script, outbox.databaseUrl, ...testStores().kafkaBrokers], {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, LOG_LEVEL: "fatal" },
  });
  outbox.onStop(() => kill(child));
  return child;
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

/** How many shards each session with the database has, the most first. */
async function shares(): Promise<number[]> {
  const { rows } = await outbox.sql.query<{ shards: number }>(
    `SELECT count(*)::int AS shards FROM pg_locks
      WHERE locktype = 'advisory' AND mode = 'ExclusiveLock'
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      GROUP BY pid ORDER BY shards DESC`,
  );
  return rows.map(({ shards }) => shards);
}

it("shares the shards out among its instances, and those of a killed one among the rest", async () => {
  const until = (expected: number[]) => eventually(shares, (now) => String(now) === String(expected));
  const first = startRelayProcess();
  await until([16]);
  startRelayProcess();
  await until([8, 8]);
  startRelayProcess();
  await until([6, 6, 4]);
  await kill(first);
  await until([8, 8]);
}, 60_000);

it("publishes all, each key's events in their order, with an instance killed in the middle and one that joins", async () => {
  const names = numbered(12);
  const reader = outbox.read();
  const [killed] = [startRelayProcess(), startRelayProcess()];
  await eventually(shares, ({ length }) => length === 2);
  const rounds = numbered(60);
  for (const title of rounds) {
    await outbox.sql.query("BEGIN");
    await outbox.append(...names.map((name) => ({ name, title })));
    await outbox.sql.query("COMMIT");
    if (title === "20") await kill(killed);
    if (title === "30") startRelayProcess();
  }
  await reader.until(names.length * rounds.length);
  for (const name of names) expect(reader.titles(name)).toEqual(rounds);
}, 60_000);
