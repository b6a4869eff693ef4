// Who may do what, at every door of the service: its graph, its entities, its REST routes.
import { randomUUID } from "node:crypto";
import { createId } from "@shop/ids";
import * as documents from "./documents";
import {
  type OrderAnswer,
  type PaymentAnswer,
  type Person,
  placement,
  someone,
  startShop,
  type TestShop,
} from "./shop";

let shop: TestShop;
const kettle = createId("prd");
const [ada, bob, staff] = [someone(), someone(), someone("STAFF")];
let open: OrderAnswer;
let paid: { order: OrderAnswer; payment: PaymentAnswer };
beforeAll(async () => {
  shop = await startShop();
  shop.inventory.add(kettle, { stock: 100, priceMinor: 500 });
  open = await shop.placed(ada, { [kettle]: 1 });
  paid = await shop.paid(ada, { [kettle]: 1 });
});
afterAll(() => shop.stop());

/** What a door answers: a top-level code, a code of the payload, "null" for nothing, or "ok". */
type Verdict = string;
interface Door {
  readonly ask: (as: Person | null) => Promise<Verdict>;
  readonly anonymous: Verdict;
  readonly stranger: Verdict;
}

async function graph(document: string, variables: object, as: Person | null): Promise<Verdict> {
  type Field = { errors?: { code: string }[]; order?: unknown; payment?: unknown } | null;
  const { data, errors } = await shop.query<Record<string, Field> | null>(document, variables, as);
  if (errors?.[0] !== undefined) return errors[0].extensions.code;
  const field = Object.values(data ?? {})[0] ?? null;
  if (field === null) return "null";
  const [refusal] = field.errors ?? [];
  if (refusal === undefined) return "ok";
  expect([field.order ?? null, field.payment ?? null]).toEqual([null, null]);
  return refusal.code;
}

const key = () => ({ idempotencyKey: randomUUID() });
const cases: Record<string, Door> = {
  placeOrder: {
    ask: (as) => graph(documents.placeOrder, { input: placement({ [kettle]: 1 }) }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "ok",
  },
  payOrder: {
    ask: (as) => graph(documents.payOrder, { input: { orderId: open.id, paymentToken: "tok_ok", ...key() } }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "NOT_FOUND",
  },
  cancelOrder: {
    ask: (as) => graph(documents.cancelOrder, { id: open.id, ...key() }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "NOT_FOUND",
  },
  shipOrder: {
    ask: (as) => graph(documents.shipOrder, { id: paid.order.id }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "FORBIDDEN",
  },
  deliverOrder: {
    ask: (as) => graph(documents.deliverOrder, { id: paid.order.id }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "FORBIDDEN",
  },
  refundPayment: {
    ask: (as) => graph(documents.refundPayment, { input: { paymentId: paid.payment.id, ...key() } }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "FORBIDDEN",
  },
  order: {
    ask: (as) => graph(documents.orderById, { id: open.id }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "null",
  },
  payment: {
    ask: (as) => graph(documents.paymentById, { id: paid.payment.id }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "null",
  },
  "orders of everyone": {
    ask: (as) => graph(documents.orders, { filter: { allCustomers: true } }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "FORBIDDEN",
  },
  "orders of a customer": {
    ask: (as) => graph(documents.orders, { filter: { customerId: ada.userId } }, as),
    anonymous: "UNAUTHENTICATED",
    stranger: "FORBIDDEN",
  },
};

const posts: [string, () => string, object, { anonymous: number; stranger: number }][] = [
  ["cancel", () => `/v1/orders/${open.id}/cancel`, {}, { anonymous: 401, stranger: 404 }],
  ["pay", () => `/v1/orders/${open.id}/payments`, { paymentToken: "tok_ok" }, { anonymous: 401, stranger: 404 }],
  ["ship", () => `/v1/orders/${paid.order.id}/ship`, {}, { anonymous: 401, stranger: 403 }],
  ["deliver", () => `/v1/orders/${paid.order.id}/deliver`, {}, { anonymous: 401, stranger: 403 }],
  ["refund", () => `/v1/payments/${paid.payment.id}/refunds`, {}, { anonymous: 401, stranger: 403 }],
];
const gets: [string, () => string, { anonymous: number; stranger: number }][] = [
  ["orders", () => "/v1/orders", { anonymous: 401, stranger: 200 }],
  ["order", () => `/v1/orders/${open.id}`, { anonymous: 401, stranger: 404 }],
  ["payment", () => `/v1/payments/${paid.payment.id}`, { anonymous: 401, stranger: 404 }],
  ["transactions", () => `/v1/payments/${paid.payment.id}/transactions`, { anonymous: 401, stranger: 404 }],
];

describe("what is another's is not there, and what is for staff is refused", () => {
  it.each(Object.entries(cases))("by the graph: %s", async (name, { ask, anonymous, stranger }) => {
    const before = await shop.stored();
    expect(await ask(null)).toBe(anonymous);
    if (name === "placeOrder") return;
    expect(await ask(bob)).toBe(stranger);
    expect(await shop.stored()).toEqual(before);
  });

  it.each(posts)("by REST: POST %s", async (_name, path, body, { anonymous, stranger }) => {
    const before = await shop.stored();
    expect((await shop.post(path(), null, body)).status).toBe(anonymous);
    expect((await shop.post(path(), bob, body)).status).toBe(stranger);
    expect(await shop.stored()).toEqual(before);
  });

  it.each(gets)("by REST: GET %s", async (_name, path, { anonymous, stranger }) => {
    expect((await shop.rest("GET", path(), null)).status).toBe(anonymous);
    const { status, body } = await shop.rest("GET", path(), bob);
    expect(status).toBe(stranger);
    expect(JSON.stringify(body)).not.toContain(open.number);
  });
});

it("takes an order to its end by its REST routes, with the statuses of the contract", async () => {
  const line = { productId: kettle, quantity: 2 };
  const quote = await shop.post("/v1/order-quotes", null, { lines: [line] });
  expect(quote).toMatchObject({ status: 200, body: { total: { amountMinor: 1_000 } } });
  const { lines, shippingAddress } = placement({ [kettle]: 2 });
  const order = { lines, shippingAddress };
  const idempotencyKey = randomUUID();
  const placed = await shop.post("/v1/orders", ada, order, idempotencyKey);
  expect(placed).toMatchObject({ status: 201, body: { status: "AWAITING_PAYMENT" } });
  expect(await shop.post("/v1/orders", ada, order, idempotencyKey)).toEqual(placed);
  const another = { ...order, lines: [{ ...line, quantity: 1 }] };
  expect(await shop.post("/v1/orders", ada, another, idempotencyKey)).toMatchObject({
    status: 422,
    body: { code: "IDEMPOTENCY_KEY_REUSED" },
  });
  expect(await shop.post("/v1/orders", ada, order, "")).toMatchObject({ status: 400 });
  const tooMany = { ...order, lines: [{ ...line, quantity: 999 }] };
  expect(await shop.post("/v1/orders", ada, tooMany)).toMatchObject({
    status: 409,
    body: { code: "INSUFFICIENT_STOCK", errors: [{ path: ["input", "lines", "0", "quantity"] }] },
  });

  const id = String(placed.body["id"]);
  expect(await shop.post(`/v1/orders/${id}/payments`, ada, { paymentToken: "tok_declined" })).toMatchObject({
    status: 402,
    body: { code: "PAYMENT_DECLINED" },
  });
  const payment = await shop.post(`/v1/orders/${id}/payments`, ada, { paymentToken: "tok_ok" });
  expect(payment).toMatchObject({ status: 201, body: { status: "CAPTURED" } });
  const again = await shop.post(`/v1/orders/${id}/payments`, ada, { paymentToken: "tok_ok" });
  expect(again).toMatchObject({ status: 409, body: { code: "ALREADY_PAID" } });
  const paymentId = String(payment.body["id"]);
  expect(await shop.rest("GET", `/v1/payments/${paymentId}/transactions`, ada)).toMatchObject({
    status: 200,
    body: [{ kind: "AUTHORIZE" }, { kind: "CAPTURE" }],
  });
  const refund = await shop.post(`/v1/payments/${paymentId}/refunds`, staff, {
    amount: { amountMinor: 100, currency: "EUR" },
  });
  expect(refund).toMatchObject({ status: 201, body: { status: "PARTIALLY_REFUNDED" } });
  expect(await shop.post(`/v1/orders/${id}/ship`, staff, { trackingNumber: "T-2" })).toMatchObject({
    status: 200,
    body: { status: "SHIPPED", trackingNumber: "T-2" },
  });
  expect(await shop.post(`/v1/orders/${id}/cancel`, ada)).toMatchObject({
    status: 409,
    body: { code: "INVALID_TRANSITION" },
  });
  const delivered = { status: 200, body: { status: "DELIVERED" } };
  expect(await shop.post(`/v1/orders/${id}/deliver`, staff)).toMatchObject(delivered);
  expect(await shop.rest("GET", "/v1/orders?status=DELIVERED", ada)).toMatchObject({
    status: 200,
    body: { items: [{ id }] },
  });
});

it("answers 202 while the provider has not settled a payment", async () => {
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  const payment = await shop.post(`/v1/orders/${id}/payments`, ada, { paymentToken: "tok_pending" });
  expect(payment).toMatchObject({ status: 202, body: { status: "PENDING" } });
});
