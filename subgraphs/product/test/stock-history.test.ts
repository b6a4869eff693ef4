// Whatever is done to stock, in any order and at once: available + reserved + sold = received.
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type Connection, createConnection } from "mongoose";
import { type ProductDocument } from "../src/product-model";
import { type AdjustmentDocument } from "../src/store";
import { type Seen, startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
/** Another instance on the same store; both sweep. */
let second: TestCatalogue;
let database: Connection;
beforeAll(async () => {
  shop = await startCatalogue({ holdSweepIntervalMs: 20 });
  second = await startCatalogue({ mongoUrl: shop.config.mongoUrl, holdSweepIntervalMs: 20 });
  database = await createConnection(shop.config.mongoUrl).asPromise();
});
afterAll(async () => {
  await database.close();
  await second.stopOnly();
  await shop.stop();
});

const anyInstance = (n: number): TestCatalogue => (n % 2 === 0 ? shop : second);
const adjust = (instance: TestCatalogue, productId: string, delta: number, idempotencyKey = createId("evt")) =>
  instance.staff(
    `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { adjustment { id availableAfter } errors { code } } }`,
    { input: { productId, delta, reason: "count", idempotencyKey } },
  );

const documentOf = async (productId: string): Promise<ProductDocument> => {
  const products = database.collection<ProductDocument>("products");
  const found = await products.findOne({ _id: productId });
  if (found === null) throw new Error(`there is no ${productId}`);
  return found;
};
const sum = (counts: number[]): number => counts.reduce((total, count) => total + count, 0);

/** Throws where the product's figures do not come to what the ledger says was received. */
async function checkSums(productId: string): Promise<{ available: number; reserved: number; sold: number }> {
  const ledger = database.collection<AdjustmentDocument>("stock_adjustments");
  const applied = await ledger.find({ productId, state: "APPLIED" }).toArray();
  const { available, stock, holds, creation, inStock } = await documentOf(productId);
  const received = creation.stock + sum(applied.map(({ delta }) => delta));
  const unitsIn = (...states: string[]): number =>
    sum(holds.filter(({ state }) => states.includes(state)).map(({ quantity }) => quantity));
  const reserved = unitsIn("HELD");
  const sold = unitsIn("COMMITTED", "SETTLED");
  expect({ sum: available + reserved + sold, onShelf: stock }).toEqual({
    sum: received,
    onShelf: available + reserved,
  });
  expect(available).toBeGreaterThanOrEqual(0);
  expect(inStock).toBe(available > 0); // by which lists are narrowed down
  expect(new Set(holds.map(({ orderId }) => orderId)).size).toBe(holds.length);
  return { available, reserved, sold };
}

it("gives 50 units to 50 of 200 that ask at once, and tells the others what is left", async () => {
  const id = await shop.addProduct({ initialStock: 50 });
  const lines = [{ productId: id, quantity: 1 }];
  const answers = await Promise.all(
    Array.from({ length: 200 }, (_, n) =>
      anyInstance(n).inventory.reserve({ orderId: createId("ord"), lines, holdMs: 600_000n }),
    ),
  );
  expect(answers.filter((answer) => answer.lines.length === 1)).toHaveLength(50);
  expect(answers.flatMap(({ shortages }) => shortages.map(({ available }) => available))).toEqual(
    Array<number>(150).fill(0),
  );
  expect(await checkSums(id)).toEqual({ available: 0, reserved: 50, sold: 0 });
});

it("never takes out by adjustments what reservations have, nor the other way round", async () => {
  const id = await shop.addProduct({ initialStock: 30 });
  const lines = [{ productId: id, quantity: 2 }];
  const counted: Promise<Seen>[] = Array.from({ length: 20 }, (_, n) => adjust(anyInstance(n), id, n < 15 ? -2 : 3));
  await Promise.all([
    ...counted,
    ...Array.from({ length: 30 }, (_, n) =>
      anyInstance(n).inventory.reserve({ orderId: createId("ord"), lines, holdMs: 600_000n }),
    ),
  ]);
  const { reserved } = await checkSums(id);
  expect(reserved).toBeGreaterThan(0);
});

it("lets each lapsed hold go once, whoever sweeps", async () => {
  const id = await shop.addProduct({ initialStock: 60 });
  const lines = [{ productId: id, quantity: 1 }];
  await Promise.all(
    Array.from({ length: 60 }, (_, n) =>
      anyInstance(n).inventory.reserve({ orderId: createId("ord"), lines, holdMs: 1n }),
    ),
  );
  await eventually(
    () => documentOf(id),
    ({ holds }) => holds.length === 0,
  );
  expect(await checkSums(id)).toEqual({ available: 60, reserved: 0, sold: 0 });
});

it("forgets the mark of a release after a while, and nothing that was sold", async () => {
  const id = await shop.addProduct({ initialStock: 5 });
  const [sold, released] = [1, 2].map((quantity) => ({
    orderId: createId("ord"),
    lines: [{ productId: id, quantity }],
  }));
  await shop.inventory.commit(sold ?? {});
  await shop.inventory.commit(released ?? {});
  await shop.inventory.release(released ?? {});
  expect((await documentOf(id)).holds).toHaveLength(2);
  await database.collection<ProductDocument>("products").updateOne(
    { _id: id },
    { $set: { "holds.$[mark].expiresAt": new Date() } },
    {
      arrayFilters: [{ "mark.state": "RELEASED" }],
    },
  );
  await eventually(
    () => documentOf(id),
    ({ holds }) => holds.length === 1,
  );
  expect(await checkSums(id)).toEqual({ available: 4, reserved: 0, sold: 1 });
});

it("keeps no more than the last hundred adjustments in the product; the ledger has all", async () => {
  const id = await shop.addProduct();
  for (let n = 0; n < 11; n++) await Promise.all(Array.from({ length: 10 }, () => adjust(anyInstance(n), id, 1)));
  expect((await documentOf(id)).adjustments).toHaveLength(100);
  expect(await checkSums(id)).toEqual({ available: 110, reserved: 0, sold: 0 });
});

it("keeps the sums through random histories of many orders, each call made twice at once", async () => {
  const random = createRandom(20_261_122);
  const pick = (count: number): number => Math.floor(random() * count);
  const ids = await Promise.all([12, 25, 40].map((initialStock) => shop.addProduct({ initialStock })));

  async function liveOf(n: number): Promise<void> {
    const orderId = createId("ord");
    const chosen = ids.filter(() => random() < 0.6);
    const lines = (chosen.length > 0 ? chosen : ids).map((productId) => ({ productId, quantity: 1 + pick(3) }));
    const order = { orderId, lines };
    let fate: "open" | "committed" | "released" = "open";
    for (const step of Array.from({ length: 1 + pick(5) }, () => pick(5))) {
      const twice = <T>(call: (instance: TestCatalogue) => Promise<T>): Promise<T[]> =>
        Promise.all([call(anyInstance(n)), call(anyInstance(n + pick(2)))]);
      if (step <= 1) {
        const holdMs = random() < 0.5 ? 1n : 600_000n;
        await twice(({ inventory }) => inventory.reserve({ ...order, holdMs }));
      } else if (step <= 3) {
        const answers = await twice(({ inventory }) => inventory.commit(order));
        if (fate === "released") expect(answers.some(({ committed }) => committed)).toBe(false);
        else if (answers.some(({ committed }) => committed)) fate = "committed";
      } else {
        await twice(({ inventory }) => inventory.release(order));
        fate = "released";
      }
    }
    if (fate === "open") return;
    for (const { productId, quantity } of lines) {
      const own = (await documentOf(productId)).holds.find((hold) => hold.orderId === orderId);
      expect(own).toMatchObject(fate === "committed" ? { state: "COMMITTED", quantity } : { state: "RELEASED" });
    }
  }

  async function count(n: number): Promise<void> {
    const key = createId("evt");
    const id = ids[pick(ids.length)] ?? "";
    const delta = pick(9) - 4 || 5;
    await Promise.all([adjust(anyInstance(n), id, delta, key), adjust(anyInstance(n + 1), id, delta, key)]);
  }

  await Promise.all(Array.from({ length: 60 }, (_, n) => (n % 4 === 0 ? count(n) : liveOf(n))));
  for (const id of ids) await checkSums(id);
});

/** Numbers from 0 to 1 that are the same in each run (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
