import { Code } from "@connectrpc/connect";
import { createInventoryClient, ShortageReason } from "@shop/inventory-rpc";
import { createId } from "@shop/ids";
import { startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
beforeAll(async () => {
  // Long enough that nothing is swept behind a test's back; Reserve and Commit let go of what lapsed by themselves.
  shop = await startCatalogue({ holdSweepIntervalMs: 3_600_000 });
});
afterAll(() => shop.stop());

const holdMs = 60_000n;
const line = (productId: string, quantity = 1) => ({ productId, quantity });
const order = () => createId("ord");
const stockOf = async (id: string): Promise<{ available: number; stock: number }> => {
  const { available, stock } = await shop.staff("query ($id: ID!) { product(id: $id) { available stock } }", { id });
  return { available, stock };
};

describe("Reserve", () => {
  it("holds stock and answers names and prices, and the same when it is asked again", async () => {
    const id = await shop.addProduct({ name: "Held", initialStock: 5 });
    const request = { orderId: order(), lines: [line(id, 2)], holdMs };
    const first = await shop.inventory.reserve(request);
    expect(first.lines).toMatchObject([
      { productId: id, quantity: 2, name: "Held", unitPriceMinor: 2_500n, currency: "EUR" },
    ]);
    expect(await shop.inventory.reserve(request)).toEqual(first);
    expect(await stockOf(id)).toEqual({ available: 3, stock: 5 });
  });

  it("holds all lines or none, and tells of each that is short", async () => {
    const plenty = await shop.addProduct({ initialStock: 9 });
    const few = await shop.addProduct({ initialStock: 1 });
    const none = await shop.addProduct({ initialStock: 0 });
    const lines = [line(plenty), line(few, 2), line(none), line("prd_unknown")];
    const { shortages, lines: held } = await shop.inventory.reserve({ orderId: order(), lines, holdMs });
    expect(held).toEqual([]);
    const { INSUFFICIENT_STOCK, UNAVAILABLE } = ShortageReason;
    expect(shortages.toSorted((a, b) => b.available - a.available || a.reason - b.reason)).toMatchObject([
      { productId: few, reason: INSUFFICIENT_STOCK, requested: 2, available: 1 },
      { productId: none, reason: INSUFFICIENT_STOCK, requested: 1, available: 0 },
      { productId: "prd_unknown", reason: UNAVAILABLE },
    ]);
    expect(await shop.available(plenty)).toBe(9);
  });

  it("neither blocks nor half reserves orders of the same products in opposite order", async () => {
    const a = await shop.addProduct({ initialStock: 60 });
    const b = await shop.addProduct({ initialStock: 40 });
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, n) => {
        const lines = n % 2 === 0 ? [line(a), line(b)] : [line(b), line(a)];
        return shop.inventory.reserve({ orderId: order(), lines, holdMs });
      }),
    );
    const held = answers.filter(({ lines }) => lines.length === 2).length;
    expect(held).toBe(40);
    expect([await shop.available(a), await shop.available(b)]).toEqual([20, 0]);
  });

  it("answers calls of one order that come at once with one hold", async () => {
    const a = await shop.addProduct({ initialStock: 5 });
    const b = await shop.addProduct({ initialStock: 5 });
    const request = { orderId: order(), lines: [line(a, 3), line(b, 3)], holdMs };
    await Promise.all(Array.from({ length: 8 }, () => shop.inventory.reserve(request)));
    expect([await shop.available(a), await shop.available(b)]).toEqual([2, 2]);
  });

  it("holds, commits and gives back an order of 100 lines", async () => {
    const ids = await Promise.all(Array.from({ length: 100 }, () => shop.addProduct({ initialStock: 2 })));
    const request = { orderId: order(), lines: ids.map((id) => line(id, 2)) };
    const { lines } = await shop.inventory.reserve({ ...request, holdMs });
    expect(lines.map(({ productId }) => productId).sort()).toEqual([...ids].sort());
    expect((await shop.inventory.commit(request)).committed).toBe(true);
    expect(await stockOf(ids[99] ?? "")).toEqual({ available: 0, stock: 0 });
    await shop.inventory.release(request);
    for (const id of [ids[0] ?? "", ids[99] ?? ""]) expect(await stockOf(id)).toEqual({ available: 2, stock: 2 });
  });

  it("takes a hold that lapsed anew, or refuses it", async () => {
    const id = await shop.addProduct({ initialStock: 1 });
    const first = { orderId: order(), lines: [line(id)], holdMs: 1n };
    await shop.inventory.reserve(first);
    const again = await shop.inventory.reserve({ ...first, holdMs: 1n });
    expect(again.lines).toHaveLength(1);
    const other = await shop.inventory.reserve({ orderId: order(), lines: [line(id)], holdMs });
    expect(other.lines).toHaveLength(1);
    const late = await shop.inventory.reserve({ ...first, holdMs });
    expect(late).toMatchObject({ lines: [], shortages: [{ available: 0 }] });
    expect(await stockOf(id)).toEqual({ available: 0, stock: 1 });
  });
});

describe("Commit and Release", () => {
  it("makes a hold final once, however often it is asked", async () => {
    const id = await shop.addProduct({ initialStock: 5 });
    const request = { orderId: order(), lines: [line(id, 2)] };
    await shop.inventory.reserve({ ...request, holdMs });
    const answers = await Promise.all(Array.from({ length: 10 }, () => shop.inventory.commit(request)));
    expect(answers.every(({ committed }) => committed)).toBe(true);
    expect(await stockOf(id)).toEqual({ available: 3, stock: 3 });
  });

  it("refuses an order whose hold is gone and cannot be had again, and keeps the rest for it until it is released", async () => {
    const a = await shop.addProduct({ initialStock: 3 });
    const b = await shop.addProduct({ initialStock: 1 });
    const request = { orderId: order(), lines: [line(a), line(b)] };
    await shop.inventory.reserve({ ...request, holdMs: 1n });
    await shop.inventory.reserve({ orderId: order(), lines: [line(b)], holdMs });
    const { committed, shortages } = await shop.inventory.commit(request);
    expect({ committed, shortages }).toMatchObject({ committed: false, shortages: [{ productId: b, available: 0 }] });
    expect(await stockOf(b)).toEqual({ available: 0, stock: 1 });
    expect((await stockOf(a)).available).toBe(2);
    await shop.inventory.release(request);
    expect([await stockOf(a), await stockOf(b)]).toEqual([
      { available: 3, stock: 3 },
      { available: 0, stock: 1 },
    ]);
  });

  it("commits an order whose hold lapsed where there is still stock", async () => {
    const id = await shop.addProduct({ initialStock: 1 });
    const request = { orderId: order(), lines: [line(id)] };
    expect((await shop.inventory.commit(request)).committed).toBe(true);
    expect(await stockOf(id)).toEqual({ available: 0, stock: 0 });
  });

  it.each(["held", "committed"])("gives %s stock back once, however often it is asked", async (state) => {
    const id = await shop.addProduct({ initialStock: 4 });
    const request = { orderId: order(), lines: [line(id, 4)] };
    await shop.inventory.reserve({ ...request, holdMs });
    if (state === "committed") await shop.inventory.commit(request);
    await Promise.all(Array.from({ length: 5 }, () => shop.inventory.release(request)));
    expect(await stockOf(id)).toEqual({ available: 4, stock: 4 });
  });

  it("commits nothing of an order that was released, whichever came first", async () => {
    const id = await shop.addProduct({ initialStock: 2 });
    const request = { orderId: order(), lines: [line(id, 2)] };
    await shop.inventory.release(request);
    expect((await shop.inventory.commit(request)).committed).toBe(false);
    expect(await stockOf(id)).toEqual({ available: 2, stock: 2 });
    const raced = { orderId: order(), lines: [line(id, 2)] };
    await shop.inventory.reserve({ ...raced, holdMs });
    await Promise.all([shop.inventory.release(raced), shop.inventory.commit(raced)]);
    expect(await stockOf(id)).toEqual({ available: 2, stock: 2 });
  });
});

describe("Get", () => {
  it("answers what can be ordered", async () => {
    const id = await shop.addProduct({ name: "Offered", initialStock: 2 });
    const { products } = await shop.inventory.get({ productIds: [id, "prd_unknown"] });
    expect(products).toMatchObject([
      { productId: id, name: "Offered", unitPriceMinor: 2_500n, currency: "EUR", available: 2 },
    ]);
  });
});

describe("what does not fit", () => {
  it.each([
    ["no line", []],
    ["a quantity of 0", [line("prd_a", 0)]],
    ["a negative quantity", [line("prd_a", -1)]],
    ["too large a quantity", [line("prd_a", 1_000)]],
    ["a product twice", [line("prd_a"), line("prd_a")]],
    ["too many lines", Array.from({ length: 101 }, (_, n) => line(`prd_${n}`))],
  ])("refuses %s", async (_what, lines) => {
    await expect(shop.inventory.reserve({ orderId: order(), lines, holdMs })).rejects.toMatchObject({
      code: Code.InvalidArgument,
    });
  });

  it("refuses another quantity for an order that holds the product", async () => {
    const id = await shop.addProduct({ initialStock: 5 });
    const orderId = order();
    await shop.inventory.reserve({ orderId, lines: [line(id, 1)], holdMs });
    await expect(shop.inventory.commit({ orderId, lines: [line(id, 2)] })).rejects.toMatchObject({
      code: Code.FailedPrecondition,
    });
    expect(await shop.available(id)).toBe(4);
  });

  it("refuses a caller without a service credential", async () => {
    const stranger = createInventoryClient({
      baseUrl: shop.inventoryUrl,
      credential: () => Promise.resolve("forged"),
      deadlineMs: 5_000,
    });
    await expect(stranger.get({ productIds: [] })).rejects.toMatchObject({ code: Code.Unauthenticated });
  });
});
