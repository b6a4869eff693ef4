import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { startTestHeartbeat } from "@shop/auth/testing";
import { createId } from "@shop/ids";
import { testStores } from "@shop/local/testing";
import { eventually } from "@shop/subgraph-server/testing";
import * as documents from "./documents";
import { startProcess } from "./order-process";
import { type OrderAnswer, placement, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let heartbeat: ReturnType<typeof startTestHeartbeat>;
beforeAll(async () => {
  heartbeat = startTestHeartbeat(testStores().kafkaBrokers);
  shop = await startShop({ resumeAfterMs: 500 }, startProcess);
}, 60_000);
afterAll(async () => {
  await shop.stop();
  await heartbeat.stop();
});

/** Repeats a call as a client does whose connection broke: the same input, the same key. */
async function untilAnswered<T extends { errors: { code: string }[] }>(call: () => Promise<T>): Promise<T> {
  for (;;) {
    const answer = await call().catch(() => null);
    if (answer !== null && !answer.errors.some(({ code }) => code === "IDEMPOTENCY_IN_PROGRESS")) return answer;
    await sleep(50);
  }
}

it("pays every order once, and leaves none undone, through a kill -9 at any moment", async () => {
  const kettle = createId("prd");
  const checkouts = 24;
  shop.inventory.add(kettle, { stock: 100, priceMinor: 700 });
  const ada = someone();

  async function checkOut(): Promise<string> {
    const place = { input: placement({ [kettle]: 1 }) };
    type Placed = { order: OrderAnswer | null; errors: { code: string }[] };
    const { order } = await untilAnswered(() => shop.mutate<Placed>(documents.placeOrder, place, ada));
    const id = order?.id ?? "";
    await untilStatus(id, "AWAITING_PAYMENT");
    const key = randomUUID();
    await untilAnswered(() => shop.pay(ada, id, "tok_ok", key));
    return id;
  }
  async function untilStatus(id: string, status: string): Promise<void> {
    await eventually(
      () => shop.order(ada, id).catch(() => null),
      (order) => order?.status === status,
    );
  }

  const running = Promise.all(Array.from({ length: checkouts }, checkOut));
  for (const afterMs of [150, 400, 700]) {
    await sleep(afterMs);
    await shop.restart();
  }
  const ids = await running;
  // What a kill left behind is taken up when its lease ends: that time is over now.
  await shop.sql.query("UPDATE transactions SET attend_at = now() WHERE status = 'PENDING'");
  await Promise.all(ids.map((id) => untilStatus(id, "PAID")));

  expect(new Set(ids).size).toBe(checkouts);
  expect(await shop.charges()).toEqual(
    Array.from(
      { length: checkouts },
      () => expect.objectContaining({ state: "captured", amountMinor: 700 }) as unknown,
    ),
  );
  expect(shop.inventory.available(kettle)).toBe(100 - checkouts);
  for (const id of ids) expect(await shop.events(id)).toEqual(["placed", "paid", "payment-captured"]);
  await eventually(
    async () => (await shop.sql.query("SELECT 1 FROM outbox WHERE published_at IS NULL")).rowCount,
    (unpublished) => unpublished === 0,
  );
}, 120_000);
