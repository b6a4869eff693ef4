import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type Collection, type Connection, createConnection } from "mongoose";
import { type ProductDocument } from "../src/product-model";
import { type AdjustmentDocument } from "../src/store";
import { type Seen, startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
let database: Connection;
let ledger: Collection<AdjustmentDocument>;
beforeAll(async () => {
  shop = await startCatalogue();
  database = await createConnection(shop.config.mongoUrl).asPromise();
  ledger = database.collection<AdjustmentDocument>("stock_adjustments");
});
afterAll(async () => {
  await database.close();
  await shop.stop();
});

const adjusting = `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) {
  product { available stock } adjustment { id delta reason availableAfter createdAt } errors { code message path } } }`;

const adjust = (
  productId: string,
  delta: number,
  idempotencyKey = createId("evt"),
  reason = "delivery",
): Promise<Seen> => shop.staff(adjusting, { input: { productId, delta, reason, idempotencyKey } });

it("counts units in and out", async () => {
  const id = await shop.addProduct({ initialStock: 5 });
  expect(await adjust(id, 7)).toMatchObject({
    product: { available: 12, stock: 12 },
    adjustment: { delta: 7, reason: "delivery", availableAfter: 12 },
    errors: [],
  });
  expect((await adjust(id, -12)).product).toEqual({ available: 0, stock: 0 });
});

it("takes out nothing that is held, and never more than there is", async () => {
  const id = await shop.addProduct({ initialStock: 5 });
  await shop.inventory.reserve({ orderId: createId("ord"), lines: [{ productId: id, quantity: 3 }], holdMs: 60_000n });
  const refused = await adjust(id, -3);
  expect(refused).toMatchObject({ adjustment: null, product: { available: 2, stock: 5 } });
  expect(refused.errors).toMatchObject([{ code: "INSUFFICIENT_STOCK", path: ["input", "delta"] }]);
  expect((await adjust(id, -2)).product).toEqual({ available: 0, stock: 3 });
});

it("makes one adjustment of many calls with one key, at once or later", async () => {
  const id = await shop.addProduct({ initialStock: 0 });
  const key = createId("evt");
  const payloads = await Promise.all(Array.from({ length: 10 }, () => adjust(id, 4, key)));
  expect(new Set(payloads.map(({ adjustment }) => adjustment.id)).size).toBe(1);
  await adjust(id, 1);
  const again = await adjust(id, 4, key);
  expect(again).toMatchObject({ product: { available: 5 }, adjustment: { availableAfter: 4 } });
  expect((await adjust(id, 5, key)).errors).toMatchObject([{ code: "IDEMPOTENCY_KEY_REUSED" }]);
});

it("gives a refusal again, whatever has come in meanwhile", async () => {
  const id = await shop.addProduct({ initialStock: 0 });
  const key = createId("evt");
  const first = await adjust(id, -1, key);
  await adjust(id, 10);
  expect((await adjust(id, -1, key)).errors).toEqual(first.errors);
  expect(await shop.available(id)).toBe(10);
});

it("loses none of many adjustments and reservations at once", async () => {
  const id = await shop.addProduct({ initialStock: 20 });
  await Promise.all([
    ...Array.from({ length: 10 }, () => adjust(id, 2)),
    ...Array.from({ length: 20 }, () =>
      shop.inventory.reserve({ orderId: createId("ord"), lines: [{ productId: id, quantity: 1 }], holdMs: 60_000n }),
    ),
  ]);
  expect((await adjust(id, 1)).product).toEqual({ available: 21, stock: 41 });
});

it.each([
  [{ delta: 0 }, "INVALID_INPUT", ["input", "delta"]],
  [{ delta: 1_000_001 }, "INVALID_INPUT", ["input", "delta"]],
  [{ delta: 1_000_000_000 }, "INVALID_INPUT", ["input", "delta"]],
  [{ delta: -1_000_000_000 }, "INVALID_INPUT", ["input", "delta"]],
  [{ delta: -1 }, "INSUFFICIENT_STOCK", ["input", "delta"]],
  [{ reason: " " }, "INVALID_INPUT", ["input", "reason"]],
  [{ reason: "x".repeat(501) }, "INVALID_INPUT", ["input", "reason"]],
  [{ reason: "a\u0000b" }, "INVALID_INPUT", ["input", "reason"]],
  [{ reason: "a\nb" }, "INVALID_INPUT", ["input", "reason"]],
  [{ reason: "half of a pair: \ud83d" }, "INVALID_INPUT", ["input", "reason"]],
  [{ idempotencyKey: "" }, "INVALID_INPUT", ["input", "idempotencyKey"]],
  [{ idempotencyKey: "a\u0007" }, "INVALID_INPUT", ["input", "idempotencyKey"]],
  [{ idempotencyKey: "k".repeat(129) }, "INVALID_INPUT", ["input", "idempotencyKey"]],
  [{ productId: "prd_none" }, "NOT_FOUND", ["input", "productId"]],
])("refuses %j", async (bad, code, path) => {
  const productId = await shop.addProduct();
  const input = { productId, delta: 1, reason: "count", idempotencyKey: createId("evt"), ...bad };
  expect((await shop.staff(adjusting, { input })).errors).toMatchObject([{ code, path }]);
  expect(await shop.available(productId)).toBe(0);
});

it("refuses more than a product can have", async () => {
  const id = await shop.addProduct({ initialStock: 1_000_000_000 });
  const refused = await adjust(id, 1);
  expect(refused).toMatchObject({ adjustment: null, errors: [{ code: "INVALID_INPUT", path: ["input", "delta"] }] });
  expect(await shop.available(id)).toBe(1_000_000_000);
});

it.each([
  ["CUSTOMER", "FORBIDDEN"],
  [null, "UNAUTHENTICATED"],
] as const)("is not for %s", async (role, code) => {
  const productId = await shop.addProduct();
  const input = { productId, delta: 1, reason: "count", idempotencyKey: createId("evt") };
  const { errors } = await shop.ask(adjusting, { input }, role);
  expect(errors).toMatchObject([{ extensions: { code } }]);
  expect(await shop.available(productId)).toBe(0);
});

it("notes who changed what, why and when", async () => {
  const id = await shop.addProduct({ initialStock: 1 });
  await adjust(id, 3, undefined, "found behind the shelf");
  expect(await ledger.find({ productId: id }).toArray()).toMatchObject([
    {
      actorId: "usr_STAFF",
      delta: 3,
      reason: "found behind the shelf",
      state: "APPLIED",
      availableAfter: 4,
      createdAt: expect.any(Date) as Date,
    },
  ]);
});

it.each(["before", "after"])("finishes once what was killed %s the product had it", async (when) => {
  const id = await shop.addProduct({ initialStock: 1 });
  const key = createId("evt");
  const { adjustment } = await adjust(id, 4, key);
  // As a kill left it, a minute ago; the ledger last, for the service looks at what is PENDING now and then.
  if (when === "before") {
    await database
      .collection<ProductDocument>("products")
      .updateOne({ _id: id }, { $set: { adjustments: [] }, $inc: { stock: -4, available: -4 } });
  }
  await ledger.updateOne(
    { _id: adjustment.id },
    { $set: { state: "PENDING", availableAfter: null, createdAt: new Date(Date.now() - 60_000) } },
  );
  await eventually(
    () => ledger.findOne({ _id: adjustment.id }),
    (entry) => entry?.state === "APPLIED",
  );
  expect(await shop.available(id)).toBe(5);
  expect(await adjust(id, 4, key)).toMatchObject({ adjustment: { id: adjustment.id, availableAfter: 5 } });
});
