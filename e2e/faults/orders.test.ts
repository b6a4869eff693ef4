import { randomUUID } from "node:crypto";
import { eventually } from "@shop/subgraph-server/testing";
import { Client } from "pg";
import { type OrderPayload } from "./checkout";
import { type FaultShop, someone, startFaultShop } from "./fault-shop";
import { figure, report } from "./figures";

let shop: FaultShop;
beforeAll(async () => {
  shop = await startFaultShop();
}, 120_000);
afterAll(() => shop.stop());

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index));

/** Orders that hold stock, and those that were refused it, when all are at rest. */
async function bySuccess(placed: readonly OrderPayload[]) {
  const payloads = await Promise.all(placed.map((payload) => shop.atRest(payload)));
  const held = payloads.flatMap(({ order }) => (order?.status === "AWAITING_PAYMENT" ? [order] : []));
  const refused = payloads.filter(({ order }) => order?.status === "REJECTED");
  return { held, refused };
}

it("sells what there is, and not one more, however many come at once", async () => {
  const units = figure({ short: 10, full: 50 });
  const buyers = 4 * units;
  const kettle = await shop.addProduct({ stock: units });

  const startedAt = performance.now();
  const payloads = await Promise.all(times(buyers, () => shop.place(someone(), { [kettle]: 1 })));
  const tookMs = performance.now() - startedAt;
  report(`${buyers} buyers at once for ${units} units: ${(tookMs / 1_000).toFixed(1)} s`);

  const { held, refused } = await bySuccess(payloads);
  expect(held).toHaveLength(units);
  expect(refused).toHaveLength(buyers - units);
  const path = ["input", "lines", "0", "quantity"];
  for (const { errors } of refused) expect(errors).toEqual([{ code: "INSUFFICIENT_STOCK", path, available: 0 }]);
  expect(await shop.stockOf(kettle)).toEqual({ available: 0, stock: units });
  expect(tookMs).toBeLessThan(30_000); // 10 s are wanted on two cores of one's own
}, 60_000);

it("holds all of an order or none of it, whichever way round it names its products", async () => {
  const pairs = figure({ short: 10, full: 100 });
  const [kettle, cups] = [await shop.addProduct({ stock: 1.5 * pairs }), await shop.addProduct({ stock: pairs })];
  const buyers = times(2 * pairs, (index) => ({
    person: someone(),
    lines: index % 2 === 0 ? { [kettle]: 1, [cups]: 1 } : { [cups]: 1, [kettle]: 1 },
  }));

  const { held, refused } = await bySuccess(
    await Promise.all(buyers.map(({ person, lines }) => shop.place(person, lines))),
  );
  expect(held).toHaveLength(pairs);
  expect(refused).toHaveLength(pairs);
  expect(await shop.stockOf(kettle)).toEqual({ available: 0.5 * pairs, stock: 1.5 * pairs });
  expect(await shop.stockOf(cups)).toEqual({ available: 0, stock: pairs });

  const half = pairs / 2;
  const staff = someone("STAFF");
  await Promise.all(held.map(({ id }, index) => (index < half ? shop.pay(staff, id) : shop.cancel(staff, id))));
  const over = await Promise.all(held.map(({ id }) => shop.order(id)));
  expect(over.map((order) => order?.status)).toEqual(held.map((_, index) => (index < half ? "PAID" : "CANCELLED")));
  expect(await shop.stockOf(kettle)).toEqual({ available: 1.5 * pairs - half, stock: 1.5 * pairs - half });
  expect(await shop.stockOf(cups)).toEqual({ available: pairs - half, stock: pairs - half });
}, 120_000);

it("makes one order of one key, however often and however close together it is sent", async () => {
  const kettle = await shop.addProduct({ stock: 10 });
  const [ada, eve] = [someone(), someone()];
  const key = randomUUID();

  const payloads = await Promise.all(times(50, () => shop.place(ada, { [kettle]: 1 }, key)));
  const taken = payloads.filter(({ errors }) => errors.length === 0);
  const answered = await Promise.all(taken.map((payload) => shop.atRest(payload)));
  const running = payloads.filter(({ errors }) => errors.length > 0);
  const [id] = await shop.ordersOf(ada);
  for (const { order } of answered) expect(order).toMatchObject({ id, status: "AWAITING_PAYMENT" });
  for (const { errors } of running) {
    expect(errors).toEqual([{ code: "IDEMPOTENCY_IN_PROGRESS", path: ["input", "idempotencyKey"] }]);
  }
  expect(answered).not.toHaveLength(0);

  const [repeated, reused, another] = await Promise.all([
    shop.place(ada, { [kettle]: 1 }, key),
    shop.place(ada, { [kettle]: 2 }, key),
    shop.place(eve, { [kettle]: 2 }, key).then((payload) => shop.atRest(payload)),
  ]);
  expect(repeated).toMatchObject({ order: { id, status: "AWAITING_PAYMENT" }, errors: [] });
  expect(reused).toEqual({
    order: null,
    errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path: ["input", "idempotencyKey"] }],
  });
  expect(another).toMatchObject({ order: { status: "AWAITING_PAYMENT" }, errors: [] });
  expect(await shop.ordersOf(ada)).toEqual([id]);
  expect(await shop.ordersOf(eve)).toEqual([another.order?.id]);
  expect(await shop.stockOf(kettle)).toEqual({ available: 7, stock: 10 });
});

it("gives back no more than was paid, however many refunds are asked for at once", async () => {
  const kettle = await shop.addProduct({ stock: 10, priceMinor: 1_000 });
  for (let round = 0; round < figure({ short: 1, full: 5 }); round++) {
    const { payment } = await shop.paid(someone(), { [kettle]: 1 });
    const refunds = await Promise.all(Array.from({ length: 20 }, () => shop.refund(payment.id, 600)));

    const refused = refunds.filter(({ errors }) => errors.length > 0);
    expect(refused).toHaveLength(19);
    for (const { errors } of refused) {
      expect(errors).toEqual([{ code: "REFUND_EXCEEDS_PAYMENT", path: ["input", "amount"] }]);
    }
    expect(refunds.find(({ errors }) => errors.length === 0)?.payment).toMatchObject({
      status: "PARTIALLY_REFUNDED",
      refunded: { amountMinor: 600 },
    });
    expect(await shop.refund(payment.id)).toMatchObject({
      payment: { status: "REFUNDED", refunded: { amountMinor: 1_000 } },
      errors: [],
    });
    expect((await shop.charges()).at(-1)).toMatchObject({ state: "captured", refundedMinor: 1_000 });
  }
});

describe("an order that is", () => {
  const ada = someone();
  const changes = {
    pay: (id: string) => shop.pay(ada, id),
    cancel: (id: string) => shop.cancel(ada, id),
    ship: (id: string) => shop.ship(id),
    deliver: (id: string) => shop.deliver(id),
  };
  type Change = keyof typeof changes;

  async function placed(quantity = 1): Promise<string> {
    const kettle = await shop.addProduct({ stock: 1 });
    const { order } = await shop.atRest(await shop.place(ada, { [kettle]: quantity }));
    return order?.id ?? "";
  }
  async function changed(...made: Change[]): Promise<string> {
    const id = await placed();
    for (const change of made) await changes[change](id);
    return id;
  }
  async function expired(): Promise<string> {
    const id = await placed();
    const database = new Client({ connectionString: shop.env["ORDER_DATABASE_URL"] });
    await database.connect();
    await database.query("UPDATE orders SET expires_at = now() WHERE id = $1", [id]);
    await database.end();
    await eventually(
      () => shop.order(id),
      (order) => order?.status === "EXPIRED",
    );
    return id;
  }

  it.each([
    ["AWAITING_PAYMENT", placed, ["ship", "deliver"]],
    ["REJECTED", () => placed(2), ["pay", "cancel", "ship", "deliver"]],
    ["EXPIRED", expired, ["pay", "cancel", "ship", "deliver"]],
    ["CANCELLED", () => changed("cancel"), ["pay", "cancel", "ship", "deliver"]],
    ["PAID", () => changed("pay"), ["pay", "deliver"]],
    ["SHIPPED", () => changed("pay", "ship"), ["pay", "cancel"]],
    ["DELIVERED", () => changed("pay", "ship", "deliver"), ["pay", "cancel", "ship"]],
  ] as const)("%s refuses what does not follow", async (status, make, illegal) => {
    await expectRefused(status, await make(), illegal);
  });

  it("PENDING refuses everything", async () => {
    const kettle = await shop.addProduct({ stock: 1 });
    shop.processes.product.freeze();
    try {
      const { order } = await shop.place(ada, { [kettle]: 1 });
      await expectRefused("PENDING", order?.id ?? "", ["pay", "cancel", "ship", "deliver"]);
    } finally {
      shop.processes.product.thaw();
    }
  });

  async function expectRefused(status: string, id: string, illegal: readonly Change[]): Promise<void> {
    const before = await shop.order(id);
    expect(before?.status).toBe(status);
    const paid = ["PAID", "SHIPPED", "DELIVERED"].includes(status);
    for (const change of illegal) {
      const { order, errors } = await changes[change](id);
      const code = change === "pay" && paid ? "ALREADY_PAID" : "INVALID_TRANSITION";
      expect([change, errors]).toEqual([
        change,
        [{ code, path: [...(change === "pay" ? ["input", "orderId"] : ["id"])] }],
      ]);
      expect(order?.status).toBe(status);
    }
    expect(await shop.order(id)).toEqual(before);
  }
});
