import { randomUUID } from "node:crypto";
import { startTcpGate, type TcpGate, eventually } from "@shop/subgraph-server/testing";
import { testStores } from "@shop/local/testing";
import { createLogger } from "@shop/telemetry";
import { Redis } from "ioredis";
import { createTryCounter, type TryCounter } from "../src/try-counter";
import { type Bucket, type Delays } from "../src/try-rules";

const log = createLogger("try-counter-test");
log.level = "silent";
const long: Delays = { free: 3, firstMs: 60_000, maxMs: 600_000, forgetMs: 3_600_000 };
const unlimited = { free: 1_000 };
const bucket = (delays: Partial<Delays> = {}): Bucket => ({ key: randomUUID(), delays: { ...long, ...delays } });

describe.each(["in Redis", "in the process"])("tries counted %s", (where) => {
  const redis = new Redis(testStores().redisUrl);
  let counter: TryCounter;
  let aheadMs = 0;
  beforeAll(async () => {
    counter = createTryCounter({ redisUrl: where === "in Redis" ? testStores().redisUrl : undefined, log });
    if (where === "in Redis") await untilShared(counter);
    else
      jest
        .spyOn(Date, "now")
        .mockImplementation(() => Math.round(performance.timeOrigin + performance.now() + aheadMs));
  });
  afterAll(() => {
    jest.restoreAllMocks();
    counter.close();
    redis.disconnect();
  });

  /** As if so much time had passed since the last try. */
  async function pass(ms: number, ...buckets: Bucket[]): Promise<void> {
    aheadMs += ms;
    if (where === "in Redis") for (const { key } of buckets) await redis.hincrby(`user:{tries}:${key}`, "lastAt", -ms);
  }

  it("let some go at once, of a hundred at the same time", async () => {
    const own = bucket();
    const told = await Promise.all(Array.from({ length: 100 }, () => counter.begin({ own })));
    expect(told.filter((waitMs) => waitMs === 0)).toHaveLength(3);
    for (const waitMs of told.filter((wait) => wait > 0)) expect(waitMs).toBeLessThanOrEqual(60_000);
  });

  it("make each wait twice as long as the one before, up to a limit", async () => {
    const own = bucket();
    for (let n = 0; n < 3; n += 1) expect(await counter.begin({ own })).toBe(0);
    for (const waitMs of [60_000, 120_000, 240_000, 480_000, 600_000, 600_000]) {
      const told = await counter.begin({ own });
      expect(told).toBeLessThanOrEqual(waitMs);
      expect(told).toBeGreaterThan(waitMs - 30_000);
      await pass(told, own);
      expect(await counter.begin({ own })).toBe(0);
    }
  });

  it("are forgotten one by one", async () => {
    const own = bucket();
    for (let n = 0; n < 3; n += 1) expect(await counter.begin({ own })).toBe(0);
    await pass(2 * long.forgetMs, own);
    expect([await counter.begin({ own }), await counter.begin({ own })]).toEqual([0, 0]);
    expect(await counter.begin({ own })).toBeGreaterThan(0);
  });

  it("delay all who share a bucket, and let nobody else wait", async () => {
    const shared = bucket();
    for (let n = 0; n < 3; n += 1)
      expect(await counter.begin({ own: bucket(), others: { shared, target: bucket(unlimited) } })).toBe(0);
    expect(await counter.begin({ own: bucket(), others: { shared, target: bucket(unlimited) } })).toBeGreaterThan(0);
    expect(await counter.begin({ own: bucket(), others: { shared: bucket(), target: bucket(unlimited) } })).toBe(0);
  });

  it("make somebody new at a target wait once, for what they were told, whoever else tries there meanwhile", async () => {
    const target = bucket();
    const at = (own: Bucket) => ({ own, others: { shared: bucket(unlimited), target } });
    const attack = () => counter.begin(at(bucket()));
    for (let n = 0; n < 3; n += 1) expect(await attack()).toBe(0);
    const [owner, attackers] = [bucket(), Array.from({ length: 9 }, () => bucket())];
    expect(await counter.begin(at(owner))).toBeGreaterThan(30_000);
    for (const own of attackers) expect(await counter.begin(at(own))).toBeGreaterThan(30_000);
    await pass(60_000, owner, target, ...attackers);
    for (const own of attackers) expect(await counter.begin(at(own))).toBe(0);
    expect(await attack()).toBeGreaterThan(500_000);
    expect(await counter.begin(at(owner))).toBe(0);
    expect(await counter.begin(at(owner))).toBeGreaterThan(500_000);
  });

  it("are taken back and forgotten where they were none", async () => {
    const [own, shared] = [bucket(), bucket()];
    const both = { own, others: { shared, target: bucket(unlimited) } };
    for (let n = 0; n < 3; n += 1) expect(await counter.begin(both)).toBe(0);
    await counter.takeBack([own, shared]);
    expect(await counter.begin(both)).toBe(0);
    expect(await counter.begin(both)).toBeGreaterThan(0);
    await counter.forget(own);
    expect(await counter.begin({ own })).toBe(0);
    expect(await counter.begin({ own: bucket(), others: { shared, target: bucket(unlimited) } })).toBeGreaterThan(0);
  });

  it("remembers what it is told to", async () => {
    const [known, unknown] = [randomUUID(), randomUUID()];
    await counter.remember(known, 60_000);
    expect([await counter.isRemembered(known), await counter.isRemembered(unknown)]).toEqual([true, false]);
  });
});

/** What another process counted is known here. */
async function untilShared(counter: TryCounter): Promise<void> {
  const other = createTryCounter({ redisUrl: testStores().redisUrl, log });
  await eventually(
    async () => {
      const own = bucket({ free: 1 });
      await other.begin({ own });
      return counter.begin({ own });
    },
    (waitMs) => waitMs > 0,
  );
  other.close();
}

describe("without Redis", () => {
  let gate: TcpGate;
  let counter: TryCounter;
  beforeAll(async () => {
    gate = await startTcpGate(testStores().redisUrl);
    counter = createTryCounter({ redisUrl: gate.url, log });
  });
  afterAll(async () => {
    counter.close();
    await gate.stop();
  });

  it.each(["cut", "frozen"] as const)(
    "tries go on and are counted here while it is %s, and there again",
    async (state) => {
      await untilShared(counter);
      gate.set(state);
      const own = bucket();
      const told = await Promise.all(Array.from({ length: 20 }, () => counter.begin({ own })));
      expect(told.filter((waitMs) => waitMs === 0)).toHaveLength(3);
      gate.set("open");
      await untilShared(counter);
    },
  );
});
