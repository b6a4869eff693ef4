import { createHmac, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "@shop/subgraph-server/testing";
import fc from "fast-check";
import { type Books, createBooks } from "./books";
import { type FaultShop, someone, startFaultShop } from "./fault-shop";
import { figure, report } from "./figures";
import { takeSeed } from "./seed";
import { openStores, type Stores } from "./stores";

const webhookSecret = "a-webhook-secret-for-fault-tests";
const restMs = 45_000;

const staff = someone("STAFF");

let shop: FaultShop<"payments">;
let stores: Stores;
let books: Books;
const received = new Map<string, number>();
beforeAll(async () => {
  const env = { PAYMENTS_SANDBOX_WEBHOOK_SECRET: webhookSecret, PAYMENT_PROVIDER_TIMEOUT_MS: "1000" };
  shop = await startFaultShop({ env, gates: ["payments"] });
  stores = await openStores(shop.env);
  books = createBooks(shop, stores);
}, 120_000);
afterAll(async () => {
  await stores.close();
  await shop.stop();
});
afterEach(async () => {
  await books.untilAtRest(restMs);
  expect(await books.audit(received)).toEqual([]);
});

async function addProduct(stock: number): Promise<string> {
  const id = await shop.addProduct({ stock });
  received.set(id, stock);
  return id;
}

function outcomeOf(order: Awaited<ReturnType<FaultShop["order"]>>): string {
  return [order?.status, ...(order?.payments.map(({ status }) => status) ?? [])].join(", ");
}

async function eventsOf(orderId: string): Promise<string[]> {
  const { rows } = await stores.sql.query<{ type: string }>(
    "SELECT type FROM outbox WHERE key = $1 AND topic = 'order.v1' ORDER BY position",
    [orderId],
  );
  return rows.map(({ type }) => type);
}

/** Ten orders that are being paid. How the provider settles it is not known before its gate is opened. */
async function payTenUnsettled() {
  for (;;) {
    const kettle = await addProduct(10);
    const orders = await Promise.all(Array.from({ length: 10 }, () => shop.placed(someone(), { [kettle]: 1 })));
    await Promise.all(orders.map(({ id }) => shop.pay(staff, id, "tok_pending")));
    shop.gates.payments.set("cut");
    const { rows } = await stores.sql.query(
      `SELECT 1 FROM transactions t JOIN payments p ON p.id = payment_id
        WHERE order_id = ANY($1) AND kind = 'AUTHORIZE' AND t.status = 'PENDING'`,
      [orders.map(({ id }) => id)],
    );
    if (rows.length === orders.length) return { kettle, orders };
    shop.gates.payments.set("open"); // the machine was slower than the provider, which takes a second
  }
}

const paidOnce = ["placed", "paid", "payment-captured"];

it("pays for no stock that lapsed and went to others while the payment ran, and for all that could be had again", async () => {
  const { kettle, orders } = await payTenUnsettled();
  await stores.lapseHolds();
  await Promise.all(Array.from({ length: 4 }, () => shop.placed(someone(), { [kettle]: 1 })));
  shop.gates.payments.set("open");
  await books.untilAtRest(restMs);

  const outcomes = await Promise.all(orders.map(async ({ id }) => outcomeOf(await shop.order(id))));
  expect(outcomes.filter((outcome) => outcome === "PAID, CAPTURED")).toHaveLength(6);
  expect(outcomes.filter((outcome) => outcome === "AWAITING_PAYMENT, VOIDED")).toHaveLength(4);
});

it("charges once where the provider charges and answers too late", async () => {
  const kettle = await addProduct(10);
  const orders = await Promise.all(Array.from({ length: 5 }, () => shop.placed(someone(), { [kettle]: 1 })));
  const before = (await shop.charges()).length;
  await Promise.all(orders.map(({ id }) => shop.pay(staff, id, "tok_timeout_then_ok")));
  await books.untilAtRest(restMs);
  expect((await shop.charges()).length - before).toBe(orders.length);
  for (const { id } of orders) {
    expect(outcomeOf(await shop.order(id))).toBe("PAID, CAPTURED");
    expect(await eventsOf(id)).toEqual(paidOnce);
  }
});

it.each(["tok_ok", "tok_pending"])(
  "captures once, whenever, however often and in whatever order webhooks come (%s)",
  async (token) => {
    const kettle = await addProduct(10);
    const ada = someone();
    async function payUnderFire(): Promise<string> {
      const { id } = await shop.placed(ada, { [kettle]: 1 });
      const paying = shop.pay(ada, id, token);
      const seen = new Set<string>();
      while (seen.size < 2) {
        const { rows } = await stores.sql.query<{ id: string; kind: string }>(
          "SELECT t.id, lower(kind::text) AS kind FROM transactions t JOIN payments p ON p.id = payment_id WHERE order_id = $1",
          [id],
        );
        // The newest first: what tells of a capture overtakes what tells of its authorization.
        const tenOfEach = rows.toReversed().flatMap((row) => Array<typeof row>(10).fill(row));
        await Promise.all(tenOfEach.map(({ id: key, kind }) => tell({ type: `${kind}.succeeded`, key })));
        for (const row of rows) seen.add(row.id);
      }
      await paying;
      return id;
    }
    const ids = await Promise.all(Array.from({ length: figure({ short: 3, full: 10 }) }, payUnderFire));
    await books.untilAtRest(restMs);
    for (const id of ids) {
      expect(outcomeOf(await shop.order(id))).toBe("PAID, CAPTURED");
      expect(await eventsOf(id)).toEqual(paidOnce);
    }
  },
);

async function tell(event: { type: string; key: string }): Promise<void> {
  const body = JSON.stringify({ id: randomUUID(), ...event });
  const atMs = Date.now();
  const signature = createHmac("sha256", webhookSecret).update(`${atMs}.${body}`).digest("hex");
  const { status } = await fetch(`${shop.orderUrl}/v1/payment-webhooks/sandbox`, {
    method: "POST",
    headers: { "content-type": "application/json", "sandbox-signature": `t=${atMs},v1=${signature}` },
    body,
  });
  expect(status).toBe(204);
}

it("lets either paying or cancelling win, with money, stock and order to match", async () => {
  const races = figure({ short: 20, full: 100 });
  const kettle = await addProduct(races);
  // When the customer thinks again, in hundredths of the time that a payment takes.
  const moments = fc.sample(fc.nat(120), { seed: takeSeed("pay against cancel"), numRuns: races });
  const ada = someone();
  const winners = { PAID: 0, CANCELLED: 0 };
  let refunded = 0;
  let paymentMs = 50;
  async function race(): Promise<void> {
    for (let moment = moments.pop(); moment !== undefined; moment = moments.pop()) {
      const { id } = await shop.placed(ada, { [kettle]: 1 });
      const startedAt = performance.now();
      const [paid, cancelled] = await Promise.all([
        shop.pay(ada, id).finally(() => (paymentMs = performance.now() - startedAt)),
        sleep((moment / 100) * paymentMs).then(() => shop.cancel(ada, id)),
      ]);
      const order = await eventually(
        () => shop.order(id),
        (now) => now?.status !== "AWAITING_PAYMENT",
      );
      const status = order?.status as keyof typeof winners;
      winners[status]++;
      if (status === "CANCELLED" && paid.order?.status === "PAID") refunded++;
      // Who won was told so, and who lost was told why.
      expect(cancelled.errors.length === 0).toBe(status === "CANCELLED");
      if (status === "PAID") expect(paid.errors).toEqual([]);
    }
  }
  await Promise.all(Array.from({ length: 4 }, race));
  report(
    `pay against cancel: ${winners.PAID} times the payment won, ${winners.CANCELLED} times the cancellation, ${refunded} of them after it was paid`,
  );
  expect(winners.PAID + winners.CANCELLED).toBe(races);
});
