import { figure, report } from "./figures";
import { type FaultShop, someone, startFaultShop } from "./fault-shop";

let shop: FaultShop;
beforeAll(async () => {
  shop = await startFaultShop();
}, 60_000);
afterAll(() => shop.stop());

it("sells what there is, and not one more, however many come at once", async () => {
  const units = figure({ short: 10, full: 50 });
  const buyers = units * 4;
  const kettle = await shop.addProduct({ stock: units });

  const startedAt = performance.now();
  const answers = await Promise.all(Array.from({ length: buyers }, () => shop.place(someone(), { [kettle]: 1 })));
  const tookMs = performance.now() - startedAt;
  report(`${buyers} buyers at once for ${units} units: ${(tookMs / 1_000).toFixed(1)} s (under 10 s is wanted)`);

  const statuses = answers.map(({ order }) => order?.status);
  expect(statuses.filter((status) => status === "AWAITING_PAYMENT")).toHaveLength(units);
  expect(await shop.stockOf(kettle)).toEqual({ available: 0, stock: units });
});
