// Payments and refunds whose way was not straight: each comes to rest, with the provider's books to match.
import { randomUUID } from "node:crypto";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { type OrderAnswer, type PaymentAnswer, type Person, someone, startShop, type TestShop } from "./shop";

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
afterEach(() => {
  shop.inventory.setDown(false);
  shop.providerGate.set("open");
});

interface PayingOrder extends OrderAnswer {
  readonly payments: PaymentAnswer[];
}

/** The order once nothing of its money is under way. */
function atRest(as: Person, id: string, of: TestShop = shop): Promise<PayingOrder> {
  return eventually(
    async () => {
      await of.hurry();
      return of.order(as, id) as Promise<PayingOrder>;
    },
    ({ payments }) => payments.every(({ transactions }) => transactions.every(({ status }) => status !== "PENDING")),
  );
}

async function chargeOf(payment: PaymentAnswer | null) {
  const { rows } = await shop.sql.query<{ reference: string }>(
    "SELECT reference FROM transactions WHERE payment_id = $1 AND kind = 'AUTHORIZE'",
    [payment?.id],
  );
  return (await shop.charges()).find(({ id }) => id === rows[0]?.reference);
}

/** An order whose money is held, and whose stock could not be made final yet. */
async function authorized(as: Person, quantity = 1) {
  const { id } = await shop.placed(as, { [kettle]: quantity });
  shop.inventory.setDown(true);
  await shop.pay(as, id);
  const { payments } = await eventually(
    () => shop.order(as, id) as Promise<PayingOrder>,
    (order) => order.payments[0]?.status === "AUTHORIZED",
  );
  const payment = payments[0] ?? null;
  return { id, payment, charge: (await chargeOf(payment))?.id ?? "" };
}

it("keeps the stock for another payment where a capture is refused", async () => {
  const ada = someone();
  const { id, charge } = await authorized(ada);
  await shop.atProvider(`/v1/charges/${charge}/void`, randomUUID());
  shop.inventory.setDown(false);
  expect(await atRest(ada, id)).toMatchObject({
    status: "AWAITING_PAYMENT",
    payments: [{ status: "VOIDED", transactions: [{}, { kind: "CAPTURE", status: "FAILED" }, { kind: "VOID" }] }],
  });
  expect(shop.inventory.committed(id)).toBe(true);
  expect(await shop.pay(ada, id)).toMatchObject({ order: { status: "PAID" }, errors: [] });
  expect(shop.inventory.available(kettle)).toBe(4);
});

it("gives back what another run of a capture has taken, where this one found no stock", async () => {
  const ada = someone();
  const { id, payment, charge } = await authorized(ada, 5);
  const capture = payment?.transactions.find(({ kind }) => kind === "CAPTURE")?.id ?? "";
  shop.inventory.setDown(false);
  shop.inventory.lapse(id);
  await shop.placed(someone(), { [kettle]: 1 });
  await shop.atProvider(`/v1/charges/${charge}/capture`, capture);

  expect(await atRest(ada, id)).toMatchObject({
    status: "AWAITING_PAYMENT",
    payments: [
      {
        status: "FAILED",
        transactions: [
          { kind: "AUTHORIZE", status: "SUCCEEDED" },
          { kind: "CAPTURE", status: "FAILED", failureCode: "stock_unavailable" },
          { kind: "VOID", status: "FAILED", failureCode: "already_captured" },
          { kind: "REFUND", status: "SUCCEEDED" },
        ],
      },
    ],
  });
  expect(await chargeOf(payment)).toMatchObject({ state: "captured", refundedMinor: 5_000 });
  expect(await shop.refund(staff, payment?.id ?? "")).toMatchObject({ errors: [{ code: "REFUND_EXCEEDS_PAYMENT" }] });
});

it("gives money back by itself that comes after the order expired", async () => {
  const ada = someone();
  const pay = async (): Promise<PayingOrder> => {
    const { id } = await shop.placed(ada, { [kettle]: 1 });
    await shop.pay(ada, id, "tok_pending");
    await shop.sql.query("UPDATE orders SET expires_at = now() WHERE id = $1 AND status = 'AWAITING_PAYMENT'", [id]);
    return eventually(
      () => shop.order(ada, id) as Promise<PayingOrder>,
      ({ payments }) => ["VOIDED", "CAPTURED"].includes(payments[0]?.status ?? ""),
    );
  };
  // The provider makes up its mind within a second: on a machine that stands still, before the time is over.
  let order = await pay();
  while (order.status === "PAID") order = await pay();
  expect(order).toMatchObject({ status: "EXPIRED" });
  expect(await chargeOf(order.payments[0] ?? null)).toMatchObject({ state: "voided" });
  expect(await shop.events(order.id)).toEqual(["placed", "expired", "payment-failed"]);
});

it("refunds once where the provider's answer is lost, whoever asks again", async () => {
  const { order, payment } = await shop.paid(someone(), { [kettle]: 2 });
  const request = { amountMinor: 700, idempotencyKey: randomUUID() };
  shop.providerGate.set("frozen");
  const first = await shop.refund(staff, payment.id, request);
  const pending = { status: "CAPTURED", transactions: [{}, {}, { kind: "REFUND", status: "PENDING" }] };
  expect(first).toMatchObject({ payment: pending, errors: [] });
  expect(await shop.refund(staff, payment.id, request)).toEqual(first);
  expect(await shop.refund(staff, payment.id, { amountMinor: 1_301 })).toMatchObject({
    errors: [{ code: "REFUND_EXCEEDS_PAYMENT" }],
  });
  shop.providerGate.set("open");

  expect(await atRest(staff, order.id)).toMatchObject({
    payments: [{ status: "PARTIALLY_REFUNDED", refunded: { amountMinor: 700 } }],
  });
  expect(await chargeOf(payment)).toMatchObject({ refundedMinor: 700 });
  expect(await shop.events(order.id)).toEqual(["placed", "paid", "payment-captured", "payment-refunded"]);
});

it("cancels a paid order at once, and refunds it when the provider answers again", async () => {
  const ada = someone();
  const { order, payment } = await shop.paid(ada, { [kettle]: 1 });
  shop.providerGate.set("cut");
  expect(await shop.cancel(ada, order.id)).toMatchObject({
    order: { status: "CANCELLED", payments: [{ status: "CAPTURED" }] },
    errors: [],
  });
  expect(shop.inventory.available(kettle)).toBe(5);
  shop.providerGate.set("open");
  expect(await atRest(ada, order.id)).toMatchObject({ payments: [{ status: "REFUNDED" }] });
  expect(await chargeOf(payment)).toMatchObject({ refundedMinor: 1_000 });
});

it("changes no settled transaction and takes none away, whoever asks the database", async () => {
  const { payment } = await shop.paid(someone(), { [kettle]: 1 });
  const of = "WHERE payment_id = $1";
  for (const statement of [
    `UPDATE transactions SET amount_minor = 1 ${of}`,
    `UPDATE transactions SET status = 'FAILED', failure_code = 'x' ${of}`,
    `DELETE FROM transactions ${of}`,
  ]) {
    await expect(shop.sql.query(statement, [payment.id])).rejects.toThrow("append-only");
  }
});
