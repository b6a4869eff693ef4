import { z } from "zod";
import { type AnswerMapping, payloadOf, thingAt } from "../answers";
import { money as moneyInput, text } from "../inputs";
import { defineRoute, type Route, userErrors } from "../route";

export const money = "{ amountMinor currency }";
const transactions = `transactions { id kind status amount ${money} reference failureCode createdAt }`;
/** What REST tells of a payment. */
export const payment = `id order { id } status provider amount ${money} refunded ${money} createdAt ${transactions}`;
const service = "order";

/** 202 while the provider has not settled it. */
const paid: AnswerMapping = {
  read: (data) => {
    const answer = payloadOf("payOrder", "payment").read(data);
    if (answer.kind !== "body") return answer;
    const { status } = answer.body as { status: string };
    return status === "PENDING" || status === "AUTHORIZED" ? { ...answer, status: 202 } : answer;
  },
  describe: (data, ok) => {
    const described = payloadOf("payOrder", "payment").describe(data, ok);
    return { ...described, 202: described[ok] };
  },
};

export const paymentRoutes: readonly Route[] = [
  defineRoute({
    service,
    method: "POST",
    path: "/v1/orders/{id}/payments",
    summary: "Pay an order; 202 while the provider has not settled it",
    idempotent: true,
    body: z.strictObject({ paymentToken: text("tok_ok").describe("As the payment provider gave it to the client") }),
    ok: 201,
    location: "/v1/payments/{id}",
    problems: { 402: "The provider declined", 409: "It is paid, or can be paid no more, or a payment is under way" },
    operation: `mutation Pay($input: PayOrderInput!) { payOrder(input: $input) { payment { ${payment} } ${userErrors} } }`,
    variables: ({ path, body, idempotencyKey }) => ({ input: { orderId: path["id"], ...body, idempotencyKey } }),
    answer: paid,
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
      payment(id: $id) { ${transactions} }
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
    body: z.strictObject({ amount: moneyInput.nullish(), reason: text("Arrived broken").nullish() }),
    ok: 201,
    problems: { 409: "More than is left of it, or a call with this Idempotency-Key still runs" },
    operation: `mutation Refund($input: RefundPaymentInput!) {
      refundPayment(input: $input) { payment { ${payment} } ${userErrors} }
    }`,
    variables: ({ path, body, idempotencyKey }) => ({ input: { paymentId: path["id"], ...body, idempotencyKey } }),
    answer: payloadOf("refundPayment", "payment"),
  }),
];
