// The real Prisma client of a service, on a database of its own, because what an error looks like is Prisma's to say.
import { createTestDatabase, type TestDatabase } from "@shop/local/testing";
import { type GateState, startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { PrismaClient } from "../../../subgraphs/comment/src/generated/prisma/client";
import { createClientOptions, inTransaction, isDatabaseOutage, isUniqueViolation } from "../src";

const log = createLogger("postgres-test");
log.level = "silent";

let database: TestDatabase;
let gate: TcpGate;
let db: PrismaClient;

beforeAll(async () => {
  database = await createTestDatabase("comment");
  gate = await startTcpGate(database.url);
  db = new PrismaClient(createClientOptions({ url: gate.url, log }));
});

afterAll(async () => {
  await db.$disconnect();
  await gate.stop();
  await database.drop();
});

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => null,
    (error: unknown) => error,
  );

const ask = () =>
  Promise.all([
    failureOf(db.inboxEvent.findMany()),
    failureOf(db.$queryRaw`SELECT event_id FROM inbox`),
    failureOf(db.$executeRaw`DELETE FROM inbox WHERE event_id = 'none'`),
    failureOf(inTransaction(db, (tx) => tx.$queryRaw`SELECT event_id FROM inbox`)),
  ]);

it.each(["cut", "frozen"] satisfies GateState[])(
  "knows an outage while the way to the database is %s, raw queries and transactions included",
  async (state) => {
    const none = [null, null, null, null];
    expect(await ask()).toEqual(none);
    gate.set(state);
    const failures = await ask();
    gate.set("open");
    expect(failures.map(isDatabaseOutage)).toEqual([true, true, true, true]);
    expect(await ask()).toEqual(none);
  },
);

const many = (count: number) =>
  Promise.all(Array.from({ length: count }, () => failureOf(inTransaction(db, (tx) => tx.$queryRaw`SELECT 1`))));

it("runs many transactions in turn, and lets none of them wait out a database that is silent", async () => {
  expect(await many(400)).toEqual(Array.from({ length: 400 }, () => null));
  gate.set("frozen");
  const failures = await many(100);
  gate.set("open");
  expect(failures.every(isDatabaseOutage)).toBe(true);
  expect(await many(100)).toEqual(Array.from({ length: 100 }, () => null));
});

it("refuses more than can wait, as an outage", async () => {
  const failures = (await many(1_000)).filter((failure) => failure !== null);
  expect(failures.length).toBeGreaterThan(0);
  expect(failures.every(isDatabaseOutage)).toBe(true);
});

it.each([
  ["ended the connection", () => db.$queryRaw`SELECT pg_terminate_backend(pg_backend_pid())::text`],
  ["cut the statement off", () => db.$queryRaw`SELECT pg_sleep(10)::text`],
])("knows an outage where the server %s", async (_what, ask) => {
  expect(isDatabaseOutage(await failureOf(ask()))).toBe(true);
});

it("takes no mistake for an outage", async () => {
  const failure = await failureOf(db.$queryRaw`SELECT 1 / 0`);
  expect(failure).toBeInstanceOf(Error);
  expect(isDatabaseOutage(failure)).toBe(false);
  expect(isUniqueViolation(failure)).toBe(false);
});

it("knows a value that must be unique and is not, however it was written", async () => {
  await db.inboxEvent.create({ data: { eventId: "evt_unique" } });
  const failures = await Promise.all([
    failureOf(db.inboxEvent.create({ data: { eventId: "evt_unique" } })),
    failureOf(db.$executeRaw`INSERT INTO inbox (event_id) VALUES ('evt_unique')`),
  ]);
  expect(failures.map(isUniqueViolation)).toEqual([true, true]);
  expect(failures.map(isDatabaseOutage)).toEqual([false, false]);
});

it("runs the work of a transaction again that met another one", async () => {
  await db.inboxEvent.createMany({ data: [{ eventId: "evt_a" }, { eventId: "evt_b" }] });
  let runs = 0;
  const bothHoldOne = createBarrier(2);
  const lockInTurn = (first: string, second: string) =>
    inTransaction(db, async (tx) => {
      runs++;
      await tx.$queryRaw`SELECT 1 FROM inbox WHERE event_id = ${first} FOR UPDATE`;
      await bothHoldOne();
      await tx.$queryRaw`SELECT 1 FROM inbox WHERE event_id = ${second} FOR UPDATE`;
      return first;
    });
  expect(await Promise.all([lockInTurn("evt_a", "evt_b"), lockInTurn("evt_b", "evt_a")])).toEqual(["evt_a", "evt_b"]);
  expect(runs).toBe(3);
});

it("gives back what the work itself throws, without another run", async () => {
  let runs = 0;
  const work = (): Promise<never> => {
    runs++;
    return Promise.reject(new Error("a mistake"));
  };
  await expect(inTransaction(db, work)).rejects.toThrow("a mistake");
  expect(runs).toBe(1);
});

/** Holds its callers until so many have come; whoever comes later passes. */
function createBarrier(count: number): () => Promise<void> {
  let missing = count;
  let letPass: () => void = () => undefined;
  const allCame = new Promise<void>((resolve) => {
    letPass = resolve;
  });
  return () => {
    if (--missing <= 0) letPass();
    return allCame;
  };
}

it("has what is asked again and again parsed once, and nothing else", async () => {
  const kept = await db.$transaction(async (tx) => {
    for (let length = 1; length <= 20; length++) {
      await tx.inboxEvent.findMany({ where: { eventId: { in: Array.from({ length }, (_, n) => `evt_${n}`) } } });
      await tx.inboxEvent.count();
    }
    return tx.$queryRaw<{ statement: string }[]>`SELECT statement FROM pg_prepared_statements`;
  });
  expect(kept.filter(({ statement }) => statement.includes("COUNT"))).toHaveLength(1);
  expect(kept.filter(({ statement }) => statement.includes(" IN ("))).toEqual([]);
});
