// Whatever happens to a shop, in whatever order and at once: when it is at rest again, its books agree.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
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

let shop: FaultShop<"payments" | "inventory">;
let stores: Stores;
let books: Books;
let tape: EventTape;
const received = new Map<string, number>();
beforeAll(async () => {
  const env = { PAYMENT_PROVIDER_TIMEOUT_MS: "700", INVENTORY_TIMEOUT_MS: "700" };
  shop = await startFaultShop({ env, gates: ["payments", "inventory"] });
  stores = await openStores(shop.env);
  books = createBooks(shop, stores);
  tape = startEventTape(shop.env);
}, 120_000);
afterAll(async () => {
  await tape.stop();
  await stores.close();
  await shop.stop();
});

const productCount = 3;
const initialStock = 12;

const nth = fc.nat(30); // an order or a product, counted round
const fewUnits = fc.integer({ min: 1, max: 3 });
const tokens = ["tok_ok", "tok_ok", "tok_ok", "tok_pending", "tok_timeout_then_ok", "tok_declined"] as const;
const act = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ act: fc.constant("place"), first: nth, second: nth, units: fewUnits } as const),
  },
  {
    weight: 8,
    arbitrary: fc.record({ act: fc.constant("pay"), order: nth, token: fc.constantFrom(...tokens) } as const),
  },
  { weight: 3, arbitrary: fc.record({ act: fc.constantFrom("cancel", "ship", "deliver"), order: nth } as const) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant("refund"),
      order: nth,
      percent: fc.integer({ min: 1, max: 110 }),
    } as const),
  },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("adjust"), product: nth, delta: fc.integer({ min: -6, max: 6 }) } as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("kill"),
      victim: fc.constantFrom("order", "product", "payments"),
    } as const),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      act: fc.constant("freeze"),
      victim: fc.constantFrom("order", "product", "payments"),
    } as const),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constantFrom("lapse", "lapse", "lapse", "expire") } as const) },
  {
    weight: 2,
    arbitrary: fc.record({ act: fc.constant("lose answers"), of: fc.constantFrom("payments", "inventory") } as const),
  },
);
type Act = typeof act extends fc.Arbitrary<infer One> ? One : never;

/** What happens at once, time after time. */
const history = fc.array(fc.array(act, { minLength: 1, maxLength: 6 }), { minLength: 10, maxLength: 16 });

it("is right at the end of every history", async () => {
  const numRuns = figure({ short: 1, full: 8 });
  const property = fc.asyncProperty(history, async (steps) => {
    await live(steps);
    await books.untilAtRest(60_000, () => stores.endLeases());
    expect(await books.audit(received)).toEqual([]);
  });
  // One is not made shorter: its moments do not come again.
  await fc.assert(property, { seed: takeSeed("histories"), numRuns, endOnFailure: true });
  expect(await auditEvents(tape, stores)).toEqual([]);
  const { rows } = await stores.sql.query("SELECT status, count(*)::int FROM orders GROUP BY status ORDER BY status");
  report(`${numRuns} histories, and the orders in them: ${JSON.stringify(rows)}`);
}, 280_000);

/** Calls are made once and may be lost; only the staff insist on what they count in and out. */
async function live(steps: readonly (readonly Act[])[]): Promise<void> {
  const ada = someone();
  const orderIds: string[] = [];
  const productIds: string[] = [];
  for (let n = 0; n < productCount; n++) {
    const id = await shop.addProduct({ stock: initialStock });
    received.set(id, initialStock);
    productIds.push(id);
  }
  const killer = createKiller(shop.processes);
  const product = (n: number): string => productIds[n % productCount] ?? "";
  const order = (n: number): string => orderIds[n % orderIds.length] ?? "";

  async function perform(one: Act): Promise<unknown> {
    switch (one.act) {
      case "place": {
        const placed = await shop.place(ada, { [product(one.first)]: one.units, [product(one.second)]: one.units });
        return placed.order !== null && orderIds.push(placed.order.id);
      }
      case "pay":
        return shop.pay(ada, order(one.order), one.token);
      case "cancel":
        return shop.cancel(ada, order(one.order));
      case "ship":
        return shop.ship(order(one.order));
      case "deliver":
        return shop.deliver(order(one.order));
      case "refund": {
        const [payment] = (await shop.order(order(one.order)))?.payments ?? [];
        return payment && shop.refund(payment.id, one.percent * 20);
      }
      case "adjust": {
        const key = randomUUID();
        const { errors } = await untilAnswered(() => shop.adjust(product(one.product), one.delta, key));
        if (errors.length > 0) return;
        return received.set(product(one.product), (received.get(product(one.product)) ?? 0) + one.delta);
      }
      case "kill":
        return killer.restart(one.victim);
      case "freeze": {
        const victim = shop.processes[one.victim];
        victim.freeze();
        await sleep(1_000); // longer than anybody waits for its answer
        victim.thaw();
        return;
      }
      case "lapse":
        return stores.lapseHolds();
      case "expire":
        return stores.expireOrders();
      case "lose answers": {
        const gate = shop.gates[one.of];
        gate.set("cut");
        return setTimeout(() => gate.set("open"), 150);
      }
    }
  }

  for (const step of steps) {
    await Promise.allSettled(step.map(perform));
    await killer.settled();
  }
}
