import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { type Books, createBooks } from "./books";
import { auditEvents } from "./event-audit";
import { type EventTape, startEventTape } from "./event-tape";
import { type FaultShop, someone, startFaultShop } from "./fault-shop";
import { figure, report } from "./figures";
import { createKiller } from "./killer";
import { untilAnswered } from "./persistent-client";
import { takeSeed } from "./seed";
import { openStores, type Stores } from "./stores";

let shop: FaultShop;
let stores: Stores;
let books: Books;
let tape: EventTape;
beforeAll(async () => {
  const resumeAfterMs = figure({ short: 3_000, full: 10_000 });
  shop = await startFaultShop({ env: { ORDER_RESUME_AFTER_MS: `${resumeAfterMs}` } });
  stores = await openStores(shop.env);
  books = createBooks(shop, stores);
  tape = startEventTape(shop.env);
}, 120_000);
afterAll(async () => {
  await tape.stop();
  await stores.close();
  await shop.stop();
});

const received = new Map<string, number>();
async function addProducts(count: number, stock: number): Promise<string[]> {
  const ids = await Promise.all(Array.from({ length: count }, () => shop.addProduct({ stock })));
  for (const id of ids) received.set(id, stock);
  return ids;
}

const seconds = (ms: number): string => (ms / 1_000).toFixed(1);

it("is right again after a kill -9 of order and of product at any moment of a checkout", async () => {
  const checkouts = figure({ short: 16, full: 100 });
  const buyersAtOnce = 8;
  const kill = fc.record({
    victim: fc.constantFrom("order", "product"),
    at: fc.nat(checkouts - buyersAtOnce), // the number of the checkout that has just begun
    afterMs: fc.nat(400),
  });
  const kills = fc.sample(kill, { seed: takeSeed("kills"), numRuns: figure({ short: 2, full: 16 }) });
  const productIds = await addProducts(3, checkouts * 2);
  const killer = createKiller(shop.processes);

  /** Two products of three, in either order; every fifth customer thinks again. @returns the order's id */
  async function checkOut(number: number): Promise<string> {
    for (const { victim, at, afterMs } of kills) if (at === number) void killer.restart(victim, afterMs);
    const ada = someone();
    const lines = { [productIds[number % 3] ?? ""]: 1, [productIds[(number + 1) % 3] ?? ""]: 1 };
    const [placeKey, payKey, cancelKey] = [randomUUID(), randomUUID(), randomUUID()];
    const { order } = await untilAnswered(() => shop.place(ada, lines, placeKey));
    const id = order?.id ?? "";
    await untilAnswered(async () => {
      if ((await shop.order(id))?.status === "PENDING") throw new Error(`order ${id} is PENDING`);
      return { errors: [] };
    });
    await untilAnswered(() => shop.pay(ada, id, "tok_ok", payKey));
    if (number % 5 === 0) {
      await untilAnswered(async () => {
        const answer = await shop.cancel(ada, id, cancelKey);
        if (answer.errors.some(({ code }) => code === "PAYMENT_PENDING")) throw new Error(`order ${id} is being paid`);
        return answer;
      });
    }
    return id;
  }

  let next = 0;
  const ids: string[] = [];
  async function buy(): Promise<void> {
    while (next < checkouts) ids.push(await checkOut(next++));
  }
  await Promise.all(Array.from({ length: buyersAtOnce }, buy));
  await killer.settled();
  const restMs = await books.untilAtRest(60_000);
  report(`${checkouts} checkouts through ${kills.length} kills: at rest ${seconds(restMs)} s after the last`);

  expect(await books.audit(received)).toEqual([]);
  const statuses = await Promise.all(ids.map(async (id) => (await shop.order(id))?.status));
  expect(statuses.filter((status) => status === "PAID")).toHaveLength(checkouts - Math.ceil(checkouts / 5));
  expect(statuses.filter((status) => status === "CANCELLED")).toHaveLength(Math.ceil(checkouts / 5));
  expect(await auditEvents(tape, stores)).toEqual([]);
}, 290_000);

it("goes on selling at full speed without its broker, and tells of all of it afterwards", async () => {
  const productIds = await addProducts(5, 100_000);
  let begun = 0;

  /** @returns complete checkouts a second */
  async function sellFor(ms: number): Promise<number> {
    let sold = 0;
    const startedAt = performance.now();
    async function buy(): Promise<void> {
      while (performance.now() - startedAt < ms) {
        const ada = someone();
        const { order } = await shop.place(ada, { [productIds[begun++ % 5] ?? ""]: 1 });
        const paid = await shop.pay(ada, order?.id ?? "");
        if (paid.order?.status === "PAID") sold++;
      }
    }
    await Promise.all(Array.from({ length: 4 }, buy));
    return (sold * 1_000) / (performance.now() - startedAt);
  }

  await sellFor(figure({ short: 500, full: 5_000 })); // what is compiled and connected at first use
  const before = await sellFor(figure({ short: 2_000, full: 10_000 }));
  const seenBefore = tape.events.size;
  await shop.processes.kafka.kill();
  const during = await sellFor(figure({ short: 5_000, full: 60_000 }));
  await shop.processes.kafka.start();
  const drainMs = await books.untilAtRest(60_000);

  expect(await auditEvents(tape, stores)).toEqual([]);
  expect(await books.audit(received)).toEqual([]);
  report(
    `checkouts a second: ${before.toFixed(1)} before, ${during.toFixed(1)} without a broker (× ${(during / before).toFixed(2)}); ` +
      `${tape.events.size - seenBefore} events were out ${seconds(drainMs)} s after its return`,
  );
  // Generous: the machine has other things to do, and in a few seconds perhaps more of them during the outage than before.
  expect(during / before).toBeGreaterThan(figure({ short: 0.2, full: 0.5 }));
}, 240_000);
