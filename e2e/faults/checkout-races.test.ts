import { randomUUID } from "node:crypto";
import { type OrderPayload } from "./checkout";
import { type FaultShop, someone, startFaultShop } from "./fault-shop";
import { figure, report } from "./figures";

let shop: FaultShop;
beforeAll(async () => {
  shop = await startFaultShop();
}, 60_000);
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
  const answered = payloads.filter(({ errors }) => errors.length === 0);
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
    shop.place(eve, { [kettle]: 2 }, key),
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
