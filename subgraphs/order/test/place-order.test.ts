import { randomUUID } from "node:crypto";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { placement, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let kettle: string;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());
beforeEach(() => {
  kettle = createId("prd");
  shop.inventory.add(kettle, { stock: 5, priceMinor: 2_999, name: "Kettle" });
});

it("holds the stock and fixes names, prices and total", async () => {
  const ada = someone();
  const cup = createId("prd");
  shop.inventory.add(cup, { stock: 10, priceMinor: 450, name: "Cup" });

  const { order, errors } = await shop.place(ada, { [kettle]: 2, [cup]: 3 });

  expect(errors).toEqual([]);
  expect(order).toMatchObject({
    status: "AWAITING_PAYMENT",
    total: { amountMinor: 2 * 2_999 + 3 * 450, currency: "EUR" },
    customer: { id: ada.userId },
    lines: [
      { product: { id: kettle }, name: "Kettle", quantity: 2, unitPrice: { amountMinor: 2_999 } },
      { product: { id: cup }, name: "Cup", quantity: 3, total: { amountMinor: 1_350 } },
    ],
    timeline: [
      { status: "PENDING", actor: { id: ada.userId } },
      { status: "AWAITING_PAYMENT", actor: null },
    ],
    shippingAddress: { recipient: "Ada", line2: null, countryCode: "DE" },
  });
  expect(order?.number).toMatch(/^[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}$/);
  expect(shop.inventory.available(kettle)).toBe(3);
  expect(await shop.events(order?.id ?? "")).toEqual(["placed"]);
  shop.inventory.setPrice(kettle, 1);
  expect(await shop.order(ada, order?.id ?? "")).toMatchObject({ total: order?.total });
});

it("refuses an order larger than the stock, says what is left, and takes none of it", async () => {
  const ada = someone();
  const cup = createId("prd");
  shop.inventory.add(cup, { stock: 10 });

  const { order, errors } = await shop.place(ada, { [cup]: 1, [kettle]: 6 });

  const path = ["input", "lines", "1", "quantity"];
  expect(errors).toMatchObject([
    { __typename: "InsufficientStockError", code: "INSUFFICIENT_STOCK", path, available: 5, requested: 6 },
  ]);
  expect(order).toMatchObject({ status: "REJECTED", total: null, rejection: [{ code: "INSUFFICIENT_STOCK", path }] });
  expect([shop.inventory.available(cup), shop.inventory.available(kettle)]).toEqual([10, 5]);
  expect(await shop.events(order?.id ?? "")).toEqual(["rejected"]);
});

it("names a product that cannot be ordered", async () => {
  const { order, errors } = await shop.place(someone(), { [kettle]: 1, [createId("prd")]: 1 });
  expect(errors).toMatchObject([{ code: "PRODUCT_UNAVAILABLE", path: ["input", "lines", "1", "productId"] }]);
  expect(order).toMatchObject({ status: "REJECTED" });
});

it("refuses a price that the customer was not shown, and lets the stock go", async () => {
  const expectedTotal = { amountMinor: 100, currency: "EUR" };
  const { order, errors } = await shop.place(someone(), { [kettle]: 1 }, { expectedTotal });
  expect(errors).toMatchObject([
    {
      __typename: "PriceChangedError",
      code: "PRICE_CHANGED",
      path: ["input", "expectedTotal"],
      expectedTotal: { amountMinor: 100 },
      total: { amountMinor: 2_999, currency: "EUR" },
    },
  ]);
  expect(order).toMatchObject({ status: "REJECTED" });
  expect(shop.inventory.available(kettle)).toBe(5);
  const exact = { expectedTotal: { amountMinor: 2_999, currency: "EUR" } };
  expect(await shop.place(someone(), { [kettle]: 1 }, exact)).toMatchObject({ errors: [] });
});

it("refuses a product that is priced in another currency", async () => {
  const dollars = createId("prd");
  shop.inventory.add(dollars, { stock: 1, currency: "USD" });
  const { errors } = await shop.place(someone(), { [dollars]: 1 });
  expect(errors).toMatchObject([{ code: "CURRENCY_MISMATCH", path: ["input", "lines", "0", "productId"] }]);
  expect(shop.inventory.available(dollars)).toBe(1);
});

describe("with an idempotency key", () => {
  it("makes one order of 50 calls at once", async () => {
    const ada = someone();
    const input = placement({ [kettle]: 1 });
    const answers = await Promise.all(Array.from({ length: 50 }, () => shop.place(ada, {}, input)));
    const ids = new Set(answers.flatMap(({ order }) => (order === null ? [] : [order.id])));
    expect(ids.size).toBe(1);
    for (const { errors } of answers) {
      expect(errors.every(({ code }) => code === "IDEMPOTENCY_IN_PROGRESS")).toBe(true);
    }
    expect(shop.inventory.available(kettle)).toBe(4);
    expect(await shop.place(ada, {}, input)).toMatchObject({ order: { id: [...ids][0] }, errors: [] });
  });

  it("gives the first refusal again", async () => {
    const ada = someone();
    const input = placement({ [kettle]: 9 });
    const first = await shop.place(ada, {}, input);
    shop.inventory.add(kettle, { stock: 20 });
    expect(await shop.place(ada, {}, input)).toEqual(first);
  });

  it("refuses the key with another input, and knows another viewer's key from it", async () => {
    const ada = someone();
    const input = placement({ [kettle]: 1 });
    const { order } = await shop.place(ada, {}, input);
    const other = { ...input, lines: [{ productId: kettle, quantity: 2 }] };
    expect(await shop.place(ada, {}, other)).toMatchObject({
      order: null,
      errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path: ["input", "idempotencyKey"] }],
    });
    const bobs = await shop.place(someone(), {}, input);
    expect(bobs.errors).toEqual([]);
    expect(bobs.order?.id).not.toBe(order?.id);
  });
});

describe("while the inventory does not answer", () => {
  afterEach(() => shop.inventory.setDown(false));

  it("leaves the order PENDING, in no list, and takes it up again when it does", async () => {
    const patient = await startShop({ resumeAfterMs: 100 });
    try {
      patient.inventory.add(kettle, { stock: 5 });
      const ada = someone();
      patient.inventory.setDown(true);
      const input = placement({ [kettle]: 1 });
      const { order, errors } = await patient.place(ada, {}, input);
      expect(order).toMatchObject({ status: "PENDING", total: null, lines: [{ name: null, unitPrice: null }] });
      expect(errors).toEqual([]);
      expect(await patient.list(ada)).toEqual([]);
      expect(await patient.place(ada, {}, input)).toMatchObject({ order: { id: order?.id }, errors: [] });

      await patient.restart(); // whoever placed it is gone
      patient.inventory.setDown(false);
      const id = order?.id ?? "";
      await eventually(
        () => patient.order(ada, id),
        (now) => now?.status === "AWAITING_PAYMENT",
      );
      expect(await patient.list(ada)).toEqual([id]);
      expect(await patient.events(id)).toEqual(["placed"]);
    } finally {
      await patient.stop();
    }
  });

  it("says that a quote cannot be had", async () => {
    shop.inventory.setDown(true);
    const { errors } = await shop.query(
      `query ($lines: [OrderLineInput!]!) { quoteOrder(lines: $lines) { total { amountMinor } } }`,
      { lines: [{ productId: kettle, quantity: 1 }] },
      null,
    );
    expect(errors?.[0]?.extensions.code).toBe("SERVICE_UNAVAILABLE");
  });
});

it("lets no anonymous viewer place an order", async () => {
  const { errors } = await shop.query(
    `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { order { id } } }`,
    { input: { ...placement({ [kettle]: 1 }), idempotencyKey: randomUUID() } },
    null,
  );
  expect(errors?.[0]?.extensions.code).toBe("UNAUTHENTICATED");
});
