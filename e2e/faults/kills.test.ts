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
  shop = await startFaultShop();
  stores = await openStores(shop.env);
  books = createBooks(shop, stores);
  tape = startEventTape(shop.env);
}, 60_000);
afterAll(async () => {
  await tape.stop();
  await stores.close();
  await shop.stop();
});

const buyersAtOnce = 8;

it("is right again after a kill -9 of order and of product at any moment of a checkout", async () => {
  const checkouts = figure({ short: 20, full: 100 });
  const kill = fc.record({
    victim: fc.constantFrom("order", "product"),
    at: fc.nat(checkouts - buyersAtOnce), // the number of the checkout that has just begun
    afterMs: fc.nat(400),
  });
  const kills = fc.sample(kill, { seed: takeSeed("kills"), numRuns: figure({ short: 4, full: 16 }) });
  const received = new Map<string, number>();
  for (let n = 0; n < 3; n++) received.set(await shop.addProduct({ stock: checkouts * 2 }), checkouts * 2);
  const productIds = [...received.keys()];

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
  report(
    `${checkouts} checkouts through ${kills.length} kills: at rest ${(restMs / 1_000).toFixed(1)} s after the last`,
  );

  expect(await books.audit(received)).toEqual([]);
  const statuses = await Promise.all(ids.map(async (id) => (await shop.order(id))?.status));
  expect(statuses.filter((status) => status === "PAID")).toHaveLength(checkouts - Math.ceil(checkouts / 5));
  expect(statuses.filter((status) => status === "CANCELLED")).toHaveLength(Math.ceil(checkouts / 5));
  expect(await auditEvents(tape, stores)).toEqual([]);
}, 290_000);
