import { createBooks } from "./books";
import { auditEvents } from "./event-audit";
import { startEventTape } from "./event-tape";
import { type FaultShop, someone, startFaultShop } from "./fault-shop";
import { figure, report } from "./figures";
import { openStores, type Stores } from "./stores";

let shop: FaultShop;
let stores: Stores;
beforeAll(async () => {
  shop = await startFaultShop();
  stores = await openStores(shop.env);
}, 60_000);
afterAll(async () => {
  await stores.close();
  await shop.stop();
});

const buyersAtOnce = 4;

it("goes on selling at full speed without its broker, and tells of all of it afterwards", async () => {
  const received = new Map<string, number>();
  for (let n = 0; n < 5; n++) received.set(await shop.addProduct({ stock: 100_000 }), 100_000);
  const productIds = [...received.keys()];
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
    await Promise.all(Array.from({ length: buyersAtOnce }, buy));
    return (sold * 1_000) / (performance.now() - startedAt);
  }

  await sellFor(figure({ short: 500, full: 5_000 })); // what is compiled and connected at first use
  const before = await sellFor(figure({ short: 2_000, full: 10_000 }));
  await shop.processes.kafka.kill();
  const during = await sellFor(figure({ short: 5_000, full: 60_000 }));
  await shop.processes.kafka.start();

  const books = createBooks(shop, stores);
  const drainMs = await books.untilAtRest(60_000);
  const tape = startEventTape(shop.env);
  try {
    expect(await auditEvents(tape, stores)).toEqual([]);
    report(
      `checkouts a second: ${before.toFixed(1)} before, ${during.toFixed(1)} without a broker (× ${(during / before).toFixed(2)}); ` +
        `${tape.events.size} events, ${tape.count() - tape.events.size} came twice, out ${(drainMs / 1_000).toFixed(1)} s after its return`,
    );
  } finally {
    await tape.stop();
  }
  expect(await books.audit(received)).toEqual([]);
  // Generous: the machine has other things to do, and no more of them during the outage than before it.
  expect(during / before).toBeGreaterThan(0.5);
}, 240_000);
