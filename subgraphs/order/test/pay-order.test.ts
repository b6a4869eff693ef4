import { createHmac, randomUUID } from "node:crypto";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type OrderAnswer, type Person, someone, startShop, type TestShop, webhookSecret } from "./shop";

let shop: TestShop;
let kettle: string;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());
afterEach(() => shop.providerGate.set("open"));
beforeEach(() => {
  kettle = createId("prd");
  shop.inventory.add(kettle, { stock: 5, priceMinor: 2_999 });
});

interface PaidOrder extends OrderAnswer {
  readonly payments: { id: string; status: string; transactions: { id: string; kind: string; status: string }[] }[];
}

/** The order once a payment of it stands so. */
function settled(as: Person, id: string, status: string): Promise<PaidOrder> {
  return eventually(
    () => shop.order(as, id) as Promise<PaidOrder>,
    ({ payments }) => payments.some((payment) => payment.status === status),
  );
}

/** The charges that exist for a payment: by its authorization's reference at the provider. */
async function chargesOf(paymentId: string) {
  const { rows } = await shop.sql.query<{ reference: string }>(
    "SELECT reference FROM transactions WHERE payment_id = $1 AND kind = 'AUTHORIZE'",
    [paymentId],
  );
  return (await shop.charges()).filter(({ id }) => rows.some(({ reference }) => reference === id));
}

it("authorises, makes the stock final and captures", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 2 });

  const { payment, order, errors } = await shop.pay(ada, id);

  expect(errors).toEqual([]);
  expect(order).toMatchObject({ id, status: "PAID", expiresAt: null });
  expect(payment).toMatchObject({
    status: "CAPTURED",
    provider: "sandbox",
    amount: { amountMinor: 5_998, currency: "EUR" },
    transactions: [
      { kind: "AUTHORIZE", status: "SUCCEEDED" },
      { kind: "CAPTURE", status: "SUCCEEDED" },
    ],
  });
  expect(shop.inventory.committed(id)).toBe(true);
  expect(await chargesOf(payment?.id ?? "")).toMatchObject([{ state: "captured", amountMinor: 5_998 }]);
  expect(await shop.events(id)).toEqual(["placed", "paid", "payment-captured"]);
});

it.each(["tok_declined", "tok_insufficient_funds", "tok_no_such_thing"])(
  "answers PAYMENT_DECLINED to %s and leaves the order as it was",
  async (token) => {
    const ada = someone();
    const placed = await shop.placed(ada, { [kettle]: 1 });
    const { payment, order, errors } = await shop.pay(ada, placed.id, token);
    expect(errors).toMatchObject([{ code: "PAYMENT_DECLINED", path: ["input", "paymentToken"] }]);
    expect(payment).toMatchObject({ status: "FAILED", transactions: [{ kind: "AUTHORIZE", status: "FAILED" }] });
    expect(order).toEqual(placed);
    expect(await shop.events(placed.id)).toEqual(["placed", "payment-failed"]);
    expect(await shop.pay(ada, placed.id)).toMatchObject({ order: { status: "PAID" }, errors: [] });
  },
);

it("charges once where the provider charges and answers too late", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  // By the end of the call it is PENDING, or the webhook has settled it: whichever comes first.
  const { payment, errors } = await shop.pay(ada, id, "tok_timeout_then_ok");
  expect(errors).toEqual([]);
  expect(await settled(ada, id, "CAPTURED")).toMatchObject({ status: "PAID" });
  expect(await chargesOf(payment?.id ?? "")).toMatchObject([{ state: "captured" }]);
  expect(await shop.events(id)).toEqual(["placed", "paid", "payment-captured"]);
});

it("is PENDING until a webhook settles it, and refuses a second payment meanwhile", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  const key = randomUUID();
  const { payment, errors } = await shop.pay(ada, id, "tok_pending", key);
  shop.providerGate.set("frozen"); // while it is, nobody hears that it is settled
  expect({ payment, errors }).toMatchObject({ payment: { status: "PENDING" }, errors: [] });
  expect(await shop.pay(ada, id, "tok_ok")).toMatchObject({ errors: [{ code: "PAYMENT_PENDING" }] });
  shop.providerGate.set("open");
  expect(await settled(ada, id, "CAPTURED")).toMatchObject({ status: "PAID" });
  expect(await shop.pay(ada, id, "tok_pending", key)).toMatchObject({
    payment: { id: payment?.id, status: "CAPTURED" },
    errors: [],
  });
});

it("gives money back by itself that comes after the order was cancelled", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  const { payment } = await shop.pay(ada, id, "tok_pending");
  shop.providerGate.set("frozen"); // what it settles is heard of after the cancellation
  expect(await shop.cancel(ada, id)).toMatchObject({ order: { status: "CANCELLED" }, errors: [] });
  shop.providerGate.set("open");
  expect(shop.inventory.available(kettle)).toBe(5);
  expect(await settled(ada, id, "VOIDED")).toMatchObject({ status: "CANCELLED" });
  expect(await chargesOf(payment?.id ?? "")).toMatchObject([{ state: "voided" }]);
  expect(await shop.events(id)).toEqual(["placed", "cancelled", "payment-failed"]);
});

it("takes no money for stock that is gone", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 5 });
  shop.inventory.lapse(id);
  const bobs = await shop.placed(someone(), { [kettle]: 1 });
  const { payment, order, errors } = await shop.pay(ada, id);
  expect(errors).toMatchObject([
    { code: "INSUFFICIENT_STOCK", path: ["input", "orderId"], requested: 5, available: 4 },
  ]);
  expect(order).toMatchObject({ status: "AWAITING_PAYMENT" });
  expect(payment).toMatchObject({ status: "VOIDED" });
  expect(await chargesOf(payment?.id ?? "")).toMatchObject([{ state: "voided" }]);

  await shop.cancel(someone("STAFF"), bobs.id);
  expect(await shop.pay(ada, id)).toMatchObject({ order: { status: "PAID" }, errors: [] });
});

it("goes on with the capture when the inventory answers again", async () => {
  const brittle = await startShop();
  try {
    brittle.inventory.add(kettle, { stock: 1 });
    const ada = someone();
    const { id } = await brittle.placed(ada, { [kettle]: 1 });
    brittle.inventory.setDown(true);
    const { payment, errors } = await brittle.pay(ada, id);
    expect({ payment, errors }).toMatchObject({ payment: { status: "AUTHORIZED" }, errors: [] });
    expect(await brittle.cancel(ada, id)).toMatchObject({ errors: [{ code: "PAYMENT_PENDING", path: ["id"] }] });
    brittle.inventory.setDown(false);
    await brittle.sql.query("UPDATE transactions SET attend_at = now() WHERE status = 'PENDING'"); // half a minute later
    await eventually(
      () => brittle.order(ada, id),
      (now) => now?.status === "PAID",
    );
  } finally {
    await brittle.stop();
  }
});

it("pays once of 20 calls with one key, and once of 20 with 20 keys", async () => {
  const ada = someone();
  for (const keys of [Array<string>(20).fill(randomUUID()), Array.from({ length: 20 }, () => randomUUID())]) {
    const { id } = await shop.placed(ada, { [kettle]: 1 });
    const answers = await Promise.all(keys.map((key) => shop.pay(ada, id, "tok_ok", key)));
    const codes = new Set(answers.flatMap(({ errors }) => errors.map(({ code }) => code)));
    for (const code of codes) expect(["IDEMPOTENCY_IN_PROGRESS", "PAYMENT_PENDING", "ALREADY_PAID"]).toContain(code);
    const order = (await shop.order(ada, id)) as PaidOrder;
    expect(order).toMatchObject({ status: "PAID", payments: [{ status: "CAPTURED" }] });
    expect(await chargesOf(order.payments[0]?.id ?? "")).toHaveLength(1);
  }
});

it("lets either paying or cancelling win, with money and stock to match", async () => {
  const ada = someone();
  const cups = createId("prd");
  shop.inventory.add(cups, { stock: 100 });
  const placed = await Promise.all(Array.from({ length: 12 }, () => shop.placed(ada, { [cups]: 1 })));
  await Promise.all(placed.flatMap(({ id }) => [shop.pay(ada, id), shop.cancel(ada, id)]));
  let sold = 0;
  for (const { id } of placed) {
    const order = await eventually(
      () => shop.order(ada, id) as Promise<PaidOrder>,
      ({ payments }) => payments.every(({ transactions }) => transactions.every(({ status }) => status !== "PENDING")),
    );
    const charges = await Promise.all(order.payments.map((payment) => chargesOf(payment.id)));
    const kept = charges.flat().reduce((sum, charge) => {
      return sum + (charge.state === "captured" ? charge.amountMinor - charge.refundedMinor : 0);
    }, 0);
    expect(kept).toBe(order.status === "PAID" ? 1_000 : 0);
    expect(charges.flat().every(({ state }) => state !== "authorized")).toBe(true);
    expect(shop.inventory.holds(id)).toBe(order.status === "PAID");
    expect(["PAID", "CANCELLED"]).toContain(order.status);
    if (order.status === "PAID") sold++;
  }
  expect(shop.inventory.available(cups)).toBe(100 - sold);
});

describe("what cannot be paid", () => {
  it("is refused with its code and path", async () => {
    const ada = someone();
    const { order } = await shop.paid(ada, { [kettle]: 1 });
    const path = ["input", "orderId"];
    expect(await shop.pay(ada, order.id)).toMatchObject({ errors: [{ code: "ALREADY_PAID", path }] });
    expect(await shop.pay(someone(), order.id)).toMatchObject({ order: null, errors: [{ code: "NOT_FOUND", path }] });
    expect(await shop.pay(ada, "ord_\u0000")).toMatchObject({ order: null, errors: [{ code: "NOT_FOUND", path }] });
    const cancelled = await shop.placed(ada, { [kettle]: 1 });
    await shop.cancel(ada, cancelled.id);
    expect(await shop.pay(ada, cancelled.id)).toMatchObject({ errors: [{ code: "INVALID_TRANSITION", path }] });
    expect(await shop.pay(ada, cancelled.id, "")).toMatchObject({
      errors: [{ code: "INVALID_INPUT", path: ["input", "paymentToken"] }],
    });
  });
});

describe("a webhook", () => {
  const send = (body: string, signature: string, provider = "sandbox") =>
    fetch(`${shop.serviceUrl}/v1/payment-webhooks/${provider}`, {
      method: "POST",
      headers: { "content-type": "application/json", "sandbox-signature": signature },
      body,
    });
  const sign = (body: string, atMs: number, secret = webhookSecret): string =>
    `t=${atMs},v1=${createHmac("sha256", secret).update(`${atMs}.${body}`).digest("hex")}`;
  const body = (key: string): string => JSON.stringify({ id: randomUUID(), type: "authorize.succeeded", key });

  it("is refused where its signature, its time or its bytes do not hold", async () => {
    const text = body(createId("txn"));
    const now = Date.now();
    const forged = [
      sign(text, now, "another-secret-than-ours"),
      sign(text, now - 600_000),
      sign(`${text} `, now),
      "",
      "t=1",
    ];
    for (const signature of forged) {
      const response = await send(text, signature);
      expect(response.status).toBe(400);
      expect(response.headers.get("content-type")).toContain("application/problem+json");
    }
    expect((await send(text, sign(text, now))).status).toBe(204);
    expect((await send(text, sign(text, now), "nobody")).status).toBe(404);
    expect((await send("{", sign("{", now))).status).toBe(400);
  });

  it("does nothing more when it comes ten times, early or late", async () => {
    const ada = someone();
    const tenTimes = (text: string) =>
      Promise.all(Array.from({ length: 10 }, () => send(text, sign(text, Date.now()))));
    const tellEarly = async () => {
      const { id } = await shop.placed(ada, { [kettle]: 1 });
      const { payment } = await shop.pay(ada, id, "tok_pending");
      const text = body(payment?.transactions[0]?.id ?? "");
      await tenTimes(text);
      return { id, payment, text, status: (await shop.order(ada, id))?.status };
    };
    // The provider makes up its mind within a second: on a machine that stands still, before the ten are heard.
    let told = await tellEarly();
    while (told.status === "PAID") told = await tellEarly();
    const { id, payment, text, status } = told;
    expect(status).toBe("AWAITING_PAYMENT");
    const order = await settled(ada, id, "CAPTURED");
    await tenTimes(text);
    const after = (await shop.order(ada, id)) as PaidOrder;
    expect(after).toEqual(order);
    expect(await shop.events(id)).toEqual(["placed", "paid", "payment-captured"]);
    expect(await chargesOf(payment?.id ?? "")).toMatchObject([{ state: "captured" }]);
  });
});
