// Two runs of one call for one order, of which the first hangs between looking and acting until the second is through.
import { Code } from "@connectrpc/connect";
import { createId } from "@shop/ids";
import { startCatalogue, type TestCatalogue, testConfig } from "./catalogue";
import { overhearStore, type OverheardStore } from "./overheard-store";

let store: OverheardStore;
/** Reaches its store through the gate. */
let slow: TestCatalogue;
let quick: TestCatalogue;
beforeAll(async () => {
  const { mongoUrl } = testConfig();
  const holdSweepIntervalMs = 3_600_000; // so that nothing is let go behind a test's back
  store = await overhearStore(mongoUrl);
  slow = await startCatalogue({ mongoUrl: store.url, holdSweepIntervalMs });
  quick = await startCatalogue({ mongoUrl, holdSweepIntervalMs });
});
afterAll(async () => {
  await slow.stopOnly();
  await quick.stop();
  await store.stop();
});

const holdMs = 60_000n;
const order = (productId: string) => ({ orderId: createId("ord"), lines: [{ productId, quantity: 1 }] });
const stockOf = async (id: string): Promise<{ available: number; stock: number }> => {
  const { available, stock } = await quick.staff("query ($id: ID!) { product(id: $id) { available stock } }", { id });
  return { available, stock };
};

/** A product whose one unit somebody holds, until `free` lets it go. */
async function soldOut(): Promise<{ id: string; free: () => Promise<unknown> }> {
  const id = await quick.addProduct({ initialStock: 1 });
  const other = order(id);
  await quick.inventory.reserve({ ...other, holdMs });
  return { id, free: () => quick.inventory.release(other) };
}

it.each(["commit", "reserve"] as const)("a %s that was refused takes nothing from one that was not", async (call) => {
  const { id, free } = await soldOut();
  const mine = order(id);
  const refusing = store.freezeAtRead("products", "_id", "holds"); // whether anything of it has lapsed
  const refused = slow.inventory[call]({ ...mine, holdMs });
  await refusing;
  await free();
  if (call === "reserve") await quick.inventory.reserve({ ...mine, holdMs });
  expect((await quick.inventory.commit(mine)).committed).toBe(true);
  store.set("open");
  expect((await refused).shortages).toHaveLength(1);
  expect(await stockOf(id)).toEqual({ available: 0, stock: 0 });
});

it("what is taken while it is released is given back too", async () => {
  const id = await quick.addProduct({ initialStock: 1 });
  const mine = order(id);
  const looking = store.freezeAtRead("products", `_id=${id}`);
  const released = slow.inventory.release(mine);
  await looking;
  await quick.inventory.commit(mine);
  store.set("open");
  await released;
  expect(await stockOf(id)).toEqual({ available: 1, stock: 1 });
});

it("holds nothing for an order that was released", async () => {
  const id = await quick.addProduct({ initialStock: 1 });
  const mine = order(id);
  await quick.inventory.release(mine);
  expect((await quick.inventory.reserve({ ...mine, holdMs })).lines).toEqual([]);
  expect(await stockOf(id)).toEqual({ available: 1, stock: 1 });
});

it("stops at the next line where nobody waits any more, and is whole when it is asked again", async () => {
  const ids = [await quick.addProduct({ initialStock: 1 }), await quick.addProduct({ initialStock: 1 })].sort();
  const [first = "", last = ""] = ids;
  const mine = { orderId: createId("ord"), lines: ids.map((productId) => ({ productId, quantity: 1 })) };
  await quick.inventory.reserve({ ...mine, lines: mine.lines.slice(0, 1), holdMs }); // as a call that was killed left it
  const looking = store.freezeAtRead("products", `_id=${first}`); // what the order has of it
  const hangUp = new AbortController();
  const abandoned = expect(
    slow.inventory.reserve({ ...mine, holdMs }, { signal: hangUp.signal }),
  ).rejects.toMatchObject({
    code: Code.Canceled,
  });
  await looking;
  hangUp.abort();
  await abandoned;
  store.set("open");
  await slow.available(last); // by the same way, after the call has had its answer
  expect([await stockOf(first), await stockOf(last)]).toEqual([
    { available: 0, stock: 1 },
    { available: 1, stock: 1 },
  ]);
  expect((await quick.inventory.reserve({ ...mine, holdMs })).lines).toHaveLength(2);
  expect((await quick.inventory.commit(mine)).committed).toBe(true);
  expect([await stockOf(first), await stockOf(last)]).toEqual([
    { available: 0, stock: 0 },
    { available: 0, stock: 0 },
  ]);
});
