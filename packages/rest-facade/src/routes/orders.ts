import { z } from "zod";
import { pageAt, payloadOf, thingAt } from "../answers";
import { addressFields, idOf, money as moneyInput, pageQuery, text } from "../inputs";
import { defineRoute, type Route, userErrors } from "../route";
import { money, payment } from "./payments";

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
const lineInput = z.strictObject({ productId: idOf("prd"), quantity: z.int32().meta({ examples: [1] }) });
const addressInput = z.strictObject(addressFields);
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
        lines { product { id } name unitPrice ${money} quantity total ${money} available } total ${money} ${userErrors}
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
    location: "/v1/orders/{id}",
    problems: { 409: "Not enough in stock, another price, or a call with this Idempotency-Key still runs" },
    operation: `mutation Place($input: PlaceOrderInput!) { placeOrder(input: $input) { order { ${order} } ${userErrors} } }`,
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
    body: z.strictObject({ reason: text("Ordered twice").nullish() }),
    problems: { 409: "It has been shipped, or a call with this Idempotency-Key still runs" },
    operation: `mutation Cancel($id: ID!, $reason: String, $idempotencyKey: String!) {
      cancelOrder(id: $id, reason: $reason, idempotencyKey: $idempotencyKey) { order { ${order} } ${userErrors} }
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
    body: z.strictObject({ trackingNumber: text("1Z999AA10123456784").nullish() }),
    problems: { 409: "The order is not in a state for it" },
    operation: `mutation Ship($id: ID!, $trackingNumber: String) {
      shipOrder(id: $id, trackingNumber: $trackingNumber) { order { ${order} } ${userErrors} }
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
    problems: { 409: "The order is not in a state for it" },
    operation: `mutation Deliver($id: ID!) { deliverOrder(id: $id) { order { ${order} } ${userErrors} } }`,
    answer: payloadOf("deliverOrder", "order"),
  }),
];
