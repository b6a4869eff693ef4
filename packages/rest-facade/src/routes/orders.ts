import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { defineRoute, pageQuery, type Route } from "../route";

const money = "{ amountMinor currency }";
const errors = "errors { code message path }";
const payment = `id order { id } status provider amount ${money} refunded ${money} createdAt
  transactions { id kind status amount ${money} reference failureCode createdAt }`;
const order = `id number customer { id } status
  lines { id product { id } name unitPrice ${money} quantity total ${money} }
  total ${money} rejection { code message path } trackingNumber
  shippingAddress { recipient line1 line2 city region postalCode countryCode phone }
  payments { ${payment} }
  timeline { at status note actor { id } }
  expiresAt placedAt updatedAt version`;

const statuses = z.enum([
  "PENDING",
  "AWAITING_PAYMENT",
  "PAID",
  "SHIPPED",
  "DELIVERED",
  "CANCELLED",
  "EXPIRED",
  "REJECTED",
]);
const moneyInput = z.strictObject({ amountMinor: z.int(), currency: z.string() });
const lineInput = z.strictObject({ productId: z.string(), quantity: z.int() });
const addressInput = z.strictObject({
  recipient: z.string(),
  line1: z.string(),
  line2: z.string().nullish(),
  city: z.string(),
  region: z.string().nullish(),
  postalCode: z.string(),
  countryCode: z.string(),
  phone: z.string().nullish(),
});

const service = "order";

export const orderRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "POST",
    path: "/v1/order-quotes",
    summary: "What lines would cost now",
    access: "anyone",
    body: z.strictObject({ lines: z.array(lineInput) }),
    operation: `query Quote($lines: [OrderLineInput!]!) {
      quoteOrder(lines: $lines) {
        lines { product { id } name unitPrice ${money} quantity total ${money} available } total ${money} ${errors}
      }
    }`,
    variables: ({ body }) => body,
    answer: thingAt("quoteOrder"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/orders",
    summary: "Place an order: its stock is held until it is paid",
    idempotent: true,
    body: z.strictObject({
      lines: z.array(lineInput),
      shippingAddress: addressInput,
      expectedTotal: moneyInput.nullish(),
    }),
    ok: 201,
    operation: `mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) { order { ${order} } ${errors} } }`,
    variables: ({ body, idempotencyKey }) => ({ input: { ...body, idempotencyKey } }),
    answer: payloadOf("placeOrder", "order"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/orders",
    summary: "Your own orders, the newest first",
    query: z.strictObject({ ...pageQuery, status: statuses.optional().describe("Only those in this state") }),
    operation: `query Orders($filter: OrderFilter, $first: Int, $after: String) {
      orders(filter: $filter, first: $first, after: $after) {
        edges { node { ${order} } } pageInfo { hasNextPage endCursor }
      }
    }`,
    variables: ({ query: { status, limit, after } }) => ({
      filter: status === undefined ? {} : { status: [status] },
      first: limit,
      after,
    }),
    answer: pageAt("orders"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/orders/{id}",
    summary: "One order",
    operation: `query Order($id: ID!) { order(id: $id) { ${order} } }`,
    answer: thingAt("order"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/orders/{id}/cancel",
    summary: "Cancel an order that has not been shipped; what was paid goes back",
    idempotent: true,
    body: z.strictObject({ reason: z.string().nullish() }),
    operation: `mutation Cancel($id: ID!, $reason: String, $idempotencyKey: String!) {
      cancelOrder(id: $id, reason: $reason, idempotencyKey: $idempotencyKey) { order { ${order} } ${errors} }
    }`,
    variables: ({ path, body, idempotencyKey }) => ({ ...path, ...body, idempotencyKey }),
    answer: payloadOf("cancelOrder", "order"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/orders/{id}/ship",
    summary: "Say that an order is on its way",
    access: "staff",
    body: z.strictObject({ trackingNumber: z.string().nullish() }),
    operation: `mutation Ship($id: ID!, $trackingNumber: String) {
      shipOrder(id: $id, trackingNumber: $trackingNumber) { order { ${order} } ${errors} }
    }`,
    variables: ({ path, body }) => ({ ...path, ...body }),
    answer: payloadOf("shipOrder", "order"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/orders/{id}/deliver",
    summary: "Say that an order has arrived",
    access: "staff",
    operation: `mutation Deliver($id: ID!) { deliverOrder(id: $id) { order { ${order} } ${errors} } }`,
    answer: payloadOf("deliverOrder", "order"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/orders/{id}/payments",
    summary: "Pay an order; 202 while the provider has not settled it",
    idempotent: true,
    body: z.strictObject({ paymentToken: z.string() }),
    ok: 201,
    operation: `mutation Pay($input: PayOrderInput!) { payOrder(input: $input) { payment { ${payment} } ${errors} } }`,
    variables: ({ path, body, idempotencyKey }) => ({ input: { orderId: path["id"], ...body, idempotencyKey } }),
    answer: (data) => {
      const answer = payloadOf("payOrder", "payment")(data);
      if (answer.kind !== "body") return answer;
      const { status } = answer.body as { status: string };
      return status === "PENDING" || status === "AUTHORIZED" ? { ...answer, status: 202 } : answer;
    },
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/payments/{id}",
    summary: "One payment",
    operation: `query Payment($id: ID!) { payment(id: $id) { ${payment} } }`,
    answer: thingAt("payment"),
  }),
  defineRoute({
    service,
    method: "GET",
    path: "/v1/payments/{id}/transactions",
    summary: "What was asked of the provider for a payment, and its answers",
    operation: `query Transactions($id: ID!) {
      payment(id: $id) { transactions { id kind status amount ${money} reference failureCode createdAt } }
    }`,
    answer: thingAt("payment.transactions"),
  }),
  defineRoute({
    service,
    method: "POST",
    path: "/v1/payments/{id}/refunds",
    summary: "Give money back; without an amount all that is left",
    access: "staff",
    idempotent: true,
    body: z.strictObject({ amount: moneyInput.nullish(), reason: z.string().nullish() }),
    ok: 201,
    operation: `mutation Refund($input: RefundPaymentInput!) {
      refundPayment(input: $input) { payment { ${payment} } ${errors} }
    }`,
    variables: ({ path, body, idempotencyKey }) => ({ input: { paymentId: path["id"], ...body, idempotencyKey } }),
    answer: payloadOf("refundPayment", "payment"),
  }),
];
