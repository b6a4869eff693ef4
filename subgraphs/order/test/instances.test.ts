// Several instances of the service on one database: what is left behind is taken up, by one of them.
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { startService, type Service } from "../src/service";
import { type OrderAnswer, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let others: Service[];
const kettle = createId("prd");
beforeAll(async () => {
  shop = await startShop({ resumeAfterMs: 100, workerIntervalMs: 50 });
  shop.inventory.add(kettle, { stock: 100, priceMinor: 1_000 });
  const log = createLogger("order-test");
  log.level = "silent";
  others = await Promise.all([1, 2].map(() => startService({ ...shop.config, port: 0 }, log)));
});
afterAll(async () => {
  await Promise.all(others.map((service) => service.stop()));
  await shop.stop();
});

const ada = someone();

async function orders(ids: readonly string[], status: string): Promise<OrderAnswer[]> {
  return eventually(
    async () => (await Promise.all(ids.map((id) => shop.order(ada, id)))) as OrderAnswer[],
    (found) => found.every((order) => order.status === status),
  );
}

it("settles each order that was left PENDING, once", async () => {
  shop.inventory.setDown(true);
  const placed = await Promise.all(Array.from({ length: 8 }, () => shop.place(ada, { [kettle]: 1 })));
  const ids = placed.map(({ order }) => order?.id ?? "");
  expect(placed.map(({ order }) => order?.status)).toEqual(ids.map(() => "PENDING"));
  shop.inventory.setDown(false);

  for (const order of await orders(ids, "AWAITING_PAYMENT")) {
    expect(order).toMatchObject({ version: 2, timeline: [{ status: "PENDING" }, { status: "AWAITING_PAYMENT" }] });
    expect(await shop.events(order.id)).toEqual(["placed"]);
  }
  expect(shop.inventory.available(kettle)).toBe(92);

  await shop.sql.query("UPDATE orders SET expires_at = now()");
  for (const order of await orders(ids, "EXPIRED")) {
    expect(order).toMatchObject({ version: 3, timeline: [{}, {}, { status: "EXPIRED" }] });
    expect(await shop.events(order.id)).toEqual(["placed", "expired"]);
  }
  await eventually(
    () => Promise.resolve(shop.inventory.available(kettle)),
    (available) => available === 100,
  );
}, 60_000);

it("settles each payment that was left PENDING, once", async () => {
  const placed = await Promise.all(Array.from({ length: 5 }, () => shop.placed(ada, { [kettle]: 1 })));
  shop.providerGate.set("frozen");
  const paid = await Promise.all(placed.map(({ id }) => shop.pay(ada, id)));
  expect(paid.map(({ payment }) => payment?.status)).toEqual(placed.map(() => "PENDING"));
  shop.providerGate.set("open");
  await shop.hurry();
  for (const order of await orders(
    placed.map(({ id }) => id),
    "PAID",
  )) {
    expect(await shop.events(order.id)).toEqual(["placed", "paid", "payment-captured"]);
  }
  const charges = await shop.charges();
  expect(charges).toHaveLength(placed.length);
  expect(charges.every(({ state }) => state === "captured")).toBe(true);
}, 60_000);
