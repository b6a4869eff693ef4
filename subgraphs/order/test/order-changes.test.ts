import { randomUUID } from "node:crypto";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type OrderAnswer, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
let kettle: string;
const staff = someone("STAFF");
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());
beforeEach(() => {
  kettle = createId("prd");
  shop.inventory.add(kettle, { stock: 5, priceMinor: 1_000 });
});

describe("cancelOrder", () => {
  it("lets the stock of an unpaid order go", async () => {
    const ada = someone();
    const { id } = await shop.placed(ada, { [kettle]: 2 });
    const { order, errors } = await shop.cancel(ada, id, { reason: "changed my mind" });
    expect(errors).toEqual([]);
    expect(order).toMatchObject({
      status: "CANCELLED",
      expiresAt: null,
      timeline: [{}, {}, { status: "CANCELLED", note: "changed my mind", actor: { id: ada.userId } }],
    });
    expect(shop.inventory.available(kettle)).toBe(5);
    expect(await shop.events(id)).toEqual(["placed", "cancelled"]);
  });

  it("refunds a paid order in full, what was refunded before left out", async () => {
    const ada = someone();
    const { order, payment } = await shop.paid(ada, { [kettle]: 2 });
    await shop.refund(staff, payment.id, { amountMinor: 500 });
    const cancelled = await shop.cancel(ada, order.id);
    expect(cancelled).toMatchObject({
      order: { status: "CANCELLED", payments: [{ status: "REFUNDED", refunded: { amountMinor: 2_000 } }] },
      errors: [],
    });
    expect(shop.inventory.available(kettle)).toBe(5);
    expect((await shop.charges()).find(({ refundedMinor }) => refundedMinor === 2_000)).toBeDefined();
    const events = await shop.events(order.id);
    expect(events.slice(3)).toEqual(["payment-refunded", "cancelled", "payment-refunded"]);
  });

  it("repeats with its key, and does not happen twice", async () => {
    const ada = someone();
    const { id } = await shop.placed(ada, { [kettle]: 1 });
    const idempotencyKey = randomUUID();
    const first = await shop.cancel(ada, id, { idempotencyKey });
    expect(await shop.cancel(ada, id, { idempotencyKey })).toEqual(first);
    expect(await shop.cancel(ada, id)).toMatchObject({ errors: [{ code: "INVALID_TRANSITION", path: ["id"] }] });
    expect(await shop.cancel(ada, id, { idempotencyKey, reason: "another" })).toMatchObject({
      errors: [{ code: "IDEMPOTENCY_KEY_REUSED", path: ["idempotencyKey"] }],
    });
  });
});

describe("shipOrder and deliverOrder", () => {
  it("go one after the other, and a repeat changes nothing", async () => {
    const { order } = await shop.paid(someone(), { [kettle]: 1 });
    const shipped = await shop.ship(staff, order.id);
    expect(shipped).toMatchObject({ order: { status: "SHIPPED", trackingNumber: "TRACK-1" }, errors: [] });
    expect(await shop.ship(staff, order.id)).toEqual(shipped);
    const delivered = await shop.deliver(staff, order.id);
    expect(delivered).toMatchObject({ order: { status: "DELIVERED" }, errors: [] });
    expect(await shop.deliver(staff, order.id)).toEqual(delivered);
    expect(await shop.events(order.id)).toEqual(["placed", "paid", "payment-captured", "shipped", "delivered"]);
  });

  it("are for staff", async () => {
    const ada = someone();
    const { order } = await shop.paid(ada, { [kettle]: 1 });
    await expect(shop.ship(ada, order.id)).rejects.toThrow("FORBIDDEN");
    await expect(shop.deliver(ada, order.id)).rejects.toThrow("FORBIDDEN");
    expect(await shop.ship(staff, createId("ord"))).toMatchObject({ order: null, errors: [{ code: "NOT_FOUND" }] });
  });
});

describe("a transition that the table does not have", () => {
  const ada = someone();
  const stages: Record<string, () => Promise<OrderAnswer>> = {
    AWAITING_PAYMENT: () => shop.placed(ada, { [kettle]: 1 }),
    PAID: async () => (await shop.paid(ada, { [kettle]: 1 })).order,
    SHIPPED: async () => {
      const { order } = await shop.paid(ada, { [kettle]: 1 });
      await shop.ship(staff, order.id);
      return order;
    },
    DELIVERED: async () => {
      const order = await stages["SHIPPED"]?.();
      await shop.deliver(staff, order?.id ?? "");
      return order as OrderAnswer;
    },
    CANCELLED: async () => {
      const order = await shop.placed(ada, { [kettle]: 1 });
      await shop.cancel(ada, order.id);
      return order;
    },
    REJECTED: async () => (await shop.place(ada, { [kettle]: 9 })).order as OrderAnswer,
  };
  const moves = {
    ship: (id: string) => shop.ship(staff, id),
    deliver: (id: string) => shop.deliver(staff, id),
    cancel: (id: string) => shop.cancel(staff, id),
  };
  const refused: [string, (keyof typeof moves)[]][] = [
    ["AWAITING_PAYMENT", ["ship", "deliver"]],
    ["PAID", ["deliver"]],
    ["SHIPPED", ["cancel"]],
    ["DELIVERED", ["ship", "cancel"]],
    ["CANCELLED", ["ship", "deliver", "cancel"]],
    ["REJECTED", ["ship", "deliver", "cancel"]],
  ];
  it.each(refused)("is refused from %s: %j", async (status, names) => {
    const { id } = (await stages[status]?.()) as OrderAnswer;
    const before = await shop.order(ada, id);
    for (const name of names) {
      expect(await moves[name](id)).toMatchObject({ order: { id, status }, errors: [{ code: "INVALID_TRANSITION" }] });
    }
    expect(await shop.order(ada, id)).toEqual(before);
  });
});

describe("an order that is not paid in time", () => {
  it("expires and lets its stock go", async () => {
    const hasty = await startShop({ paymentTimeoutMs: 500 });
    try {
      hasty.inventory.add(kettle, { stock: 5 });
      const ada = someone();
      const { id } = await hasty.placed(ada, { [kettle]: 3 });
      const order = await eventually(
        () => hasty.order(ada, id),
        (now) => now?.status === "EXPIRED",
      );
      expect(order).toMatchObject({ expiresAt: null, timeline: [{}, {}, { status: "EXPIRED", actor: null }] });
      await eventually(
        () => Promise.resolve(hasty.inventory.available(kettle)),
        (available) => available === 5,
      );
      expect(await hasty.events(id)).toEqual(["placed", "expired"]);
      expect(await hasty.pay(ada, id)).toMatchObject({ errors: [{ code: "INVALID_TRANSITION" }] });
    } finally {
      await hasty.stop();
    }
  });
});

describe("refundPayment", () => {
  it("gives back parts, never more than was captured", async () => {
    const { payment, order } = await shop.paid(someone(), { [kettle]: 1 });
    expect(await shop.refund(staff, payment.id, { amountMinor: 400 })).toMatchObject({
      payment: { status: "PARTIALLY_REFUNDED", refunded: { amountMinor: 400 } },
      errors: [],
    });
    expect(await shop.refund(staff, payment.id, { amountMinor: 601 })).toMatchObject({
      payment: { status: "PARTIALLY_REFUNDED" },
      errors: [{ code: "REFUND_EXCEEDS_PAYMENT", path: ["input", "amount"] }],
    });
    expect(await shop.refund(staff, payment.id)).toMatchObject({
      payment: { status: "REFUNDED", refunded: { amountMinor: 1_000 } },
      errors: [],
    });
    expect(await shop.refund(staff, payment.id)).toMatchObject({ errors: [{ code: "REFUND_EXCEEDS_PAYMENT" }] });
    expect(await shop.order(staff, order.id)).toMatchObject({ status: "PAID" });
  });

  it("succeeds once of 20 refunds of 60 % at once", async () => {
    const { payment } = await shop.paid(someone(), { [kettle]: 1 });
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => shop.refund(staff, payment.id, { amountMinor: 600 })),
    );
    expect(answers.filter(({ errors }) => errors.length === 0)).toHaveLength(1);
    expect((await shop.charges()).filter(({ refundedMinor }) => refundedMinor === 600)).toHaveLength(1);
  });

  it("repeats with its key", async () => {
    const { payment } = await shop.paid(someone(), { [kettle]: 1 });
    const request = { amountMinor: 100, idempotencyKey: randomUUID() };
    const first = await shop.refund(staff, payment.id, request);
    expect(await shop.refund(staff, payment.id, request)).toEqual(first);
    expect(await shop.refund(staff, payment.id, { ...request, amountMinor: 200 })).toMatchObject({
      errors: [{ code: "IDEMPOTENCY_KEY_REUSED" }],
    });
  });

  it("refuses what makes no sense, and who may not", async () => {
    const ada = someone();
    const { payment } = await shop.paid(ada, { [kettle]: 1 });
    await expect(shop.refund(ada, payment.id)).rejects.toThrow("FORBIDDEN");
    const cases = [
      [{ amountMinor: 0 }, "INVALID_INPUT", ["input", "amount", "amountMinor"]],
      [{ amountMinor: 1, currency: "USD" }, "CURRENCY_MISMATCH", ["input", "amount", "currency"]],
    ] as const;
    for (const [request, code, path] of cases) {
      expect(await shop.refund(staff, payment.id, request)).toMatchObject({ errors: [{ code, path }] });
    }
    expect(await shop.refund(staff, createId("pay"))).toMatchObject({ payment: null, errors: [{ code: "NOT_FOUND" }] });
  });
});

it("shows the order as it stands beside what is wrong with the input", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  const order = { id, status: "AWAITING_PAYMENT" };
  expect(await shop.cancel(ada, id, { idempotencyKey: "" })).toMatchObject({
    order,
    errors: [{ code: "INVALID_INPUT", path: ["idempotencyKey"] }],
  });
  expect(await shop.cancel(ada, id, { reason: "r".repeat(501) })).toMatchObject({
    order,
    errors: [{ code: "INVALID_INPUT", path: ["reason"] }],
  });
  expect(await shop.cancel(someone(), id)).toMatchObject({
    order: null,
    errors: [{ code: "NOT_FOUND", path: ["id"] }],
  });
});

it("tells the audit log what staff do with orders, their own included, and nothing of what customers do", async () => {
  const ada = someone();
  const { order, payment } = await shop.paid(staff, { [kettle]: 1 });
  await shop.ship(staff, order.id);
  await shop.refund(staff, payment.id, { amountMinor: 400 });
  const [byStaff, byAda] = [await shop.placed(ada, { [kettle]: 1 }), await shop.placed(ada, { [kettle]: 1 })];
  await shop.cancel(staff, byStaff.id);
  await shop.cancel(ada, byAda.id);
  const { rows } = await shop.sql.query<{ payload: object }>(
    "SELECT payload FROM outbox WHERE topic = 'audit.v1' AND key = ANY ($1) ORDER BY position",
    [[order.id, payment.id, byStaff.id, byAda.id]],
  );
  const actorId = staff.userId;
  const money = (refundableMinor: number) => ({ refundableMinor, currency: "EUR" });
  expect(rows.map(({ payload }) => payload)).toEqual([
    {
      ...{ actorId, action: "order.shipped", targetId: order.id },
      ...{ before: { status: "PAID" }, after: { status: "SHIPPED" } },
    },
    {
      ...{ actorId, action: "payment.refund-asked", targetId: payment.id },
      ...{ before: money(1_000), after: money(600) },
    },
    {
      ...{ actorId, action: "order.cancelled", targetId: byStaff.id },
      ...{ before: { status: "AWAITING_PAYMENT" }, after: { status: "CANCELLED" } },
    },
  ]);
});
