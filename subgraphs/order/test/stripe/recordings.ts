// The exchanges of each case of provider-contract.test.ts. They were written from Stripe's published API (docs.stripe.com/api,
// github.com/stripe/openapi), and their requests were checked with stripe-mock; none was taken from a live account.
import type Stripe from "stripe";
import { declined, failure, intent, intentId, list, refund, searchResult, unexpectedState } from "./objects";
import { type Exchange } from "./replay";

const intents = "/v1/payment_intents";
const ok = (body: object): Exchange["answer"] => ({ status: 200, body });
const refused = (body: object, status = 400): Exchange["answer"] => ({ status, body });

/** A PaymentIntent is made, or found by the same key: then it is answered as it was at first. */
export function opened(key: string, amount = "500", currency = "eur"): Exchange {
  return {
    method: "POST",
    path: intents,
    fields: {
      amount,
      currency,
      capture_method: "manual",
      "automatic_payment_methods[enabled]": "true",
      "automatic_payment_methods[allow_redirects]": "never",
      "metadata[shop_transaction]": key,
    },
    idempotencyKey: key,
    answer: ok(intent("requires_payment_method", { metadata: { shop_transaction: key } })),
  };
}

export function confirmed(key: string, token: string, answer: Exchange["answer"]): Exchange {
  const fields = { payment_method: token, error_on_requires_action: "true" };
  return { method: "POST", path: `${intents}/${intentId}/confirm`, fields, idempotencyKey: `${key}-confirm`, answer };
}

export function retrieved(now: Stripe.PaymentIntent): Exchange {
  return { method: "GET", path: `${intents}/${intentId}`, fields: {}, answer: ok(now) };
}

export function searched(key: string, found: Stripe.PaymentIntent[]): Exchange {
  const fields = { query: `metadata['shop_transaction']:'${key}'` };
  return { method: "GET", path: `${intents}/search`, fields, answer: ok(searchResult(`${intents}/search`, found)) };
}

/** @param what `capture` or `cancel` */
export function changed(what: string, key: string, answer: Exchange["answer"], id = intentId): Exchange {
  return { method: "POST", path: `${intents}/${id}/${what}`, fields: {}, idempotencyKey: key, answer };
}

export function listedRefunds(refunds: Stripe.Refund[]): Exchange {
  const fields = { payment_intent: intentId, limit: "100" };
  return { method: "GET", path: "/v1/refunds", fields, answer: ok(list("/v1/refunds", refunds)) };
}

export function refunded(key: string, amount: number, answer: Exchange["answer"]): Exchange {
  const fields = { payment_intent: intentId, amount: String(amount), "metadata[shop_transaction]": key };
  return { method: "POST", path: "/v1/refunds", fields, idempotencyKey: key, answer };
}

export const authorized = (key: string, token = "pm_card_visa"): Exchange[] => [
  opened(key),
  confirmed(key, token, ok(intent("requires_capture"))),
];
export const captured = (key: string): Exchange => changed("capture", key, ok(intent("succeeded")));

const bank = declined("card_declined", "generic_decline");
const noFunds = declined("card_declined", "insufficient_funds");
const first = refund("re_3SWmQ2LkdIwHu7ix0first00", 300, { metadata: { shop_transaction: "refund-1" } });
const second = refund("re_3SWmQ2LkdIwHu7ix0second0", 200, { metadata: { shop_transaction: "refund-2" } });
const tooMuch = failure({
  type: "invalid_request_error",
  param: "amount",
  message: "Refund amount is greater than unrefunded amount on charge.",
});
const missing = (param: string) => failure({ type: "invalid_request_error", code: "resource_missing", param });

export const recordings: Readonly<Record<string, readonly Exchange[]>> = {
  "holds money once per key": [...authorized("pay-1"), ...authorized("pay-1")],
  "declines, and declines again": [
    opened("pay-1"),
    confirmed("pay-1", "pm_card_visa_chargeDeclined", refused(bank.body, 402)),
    opened("pay-1"),
    confirmed("pay-1", "pm_card_visa_chargeDeclined", refused(bank.body, 402)),
    opened("pay-1"),
    retrieved(bank.intent),
  ],
  "tells of insufficient funds": [
    opened("pay-1"),
    confirmed("pay-1", "pm_card_visa_chargeDeclinedInsufficientFunds", refused(noFunds.body, 402)),
  ],
  "refuses a token that is none": [
    opened("pay-1"),
    confirmed("pay-1", "pm_of_nobody", refused(missing("payment_method"))),
  ],
  "does not know what came of it where the answer is lost, and charged once": [
    opened("pay-1"),
    confirmed("pay-1", "pm_card_visa", null),
    opened("pay-1"),
    retrieved(intent("requires_capture")),
    ...authorized("pay-1"),
  ],
  "is PENDING until it is settled": [
    opened("pay-1"),
    confirmed("pay-1", "pm_slow", ok(intent("processing"))),
    retrieved(intent("processing")),
    opened("pay-1"),
    retrieved(intent("requires_capture")),
  ],
  "knows of nothing that was not begun": [
    opened("pay-1"),
    retrieved(intent("requires_payment_method")),
    searched("pay-1", []),
  ],
  "captures once, however often it is asked": [
    ...authorized("pay-1"),
    captured("capture-1"),
    captured("capture-1"),
    changed("capture", "capture-2", refused(unexpectedState)),
    retrieved(intent("succeeded")),
  ],
  "lets go of what it holds, and captures it no more": [
    ...authorized("pay-1"),
    changed("cancel", "void-1", ok(intent("canceled"))),
    changed("cancel", "void-1", ok(intent("canceled"))),
    changed("cancel", "void-2", refused(unexpectedState)),
    retrieved(intent("canceled")),
    changed("capture", "capture-1", refused(unexpectedState)),
    retrieved(intent("canceled")),
  ],
  "does not let go of what was captured": [
    ...authorized("pay-1"),
    captured("capture-1"),
    changed("cancel", "void-1", refused(unexpectedState)),
    retrieved(intent("succeeded")),
  ],
  "gives back in parts, each once": [
    ...authorized("pay-1"),
    captured("capture-1"),
    listedRefunds([]),
    refunded("refund-1", 300, ok(first)),
    listedRefunds([first]),
    listedRefunds([first]),
    refunded("refund-2", 200, ok(second)),
  ],
  "gives back no more than was captured": [
    ...authorized("pay-1"),
    captured("capture-1"),
    listedRefunds([]),
    refunded("refund-1", 300, ok(first)),
    listedRefunds([first]),
    refunded("refund-2", 201, refused(tooMuch)),
  ],
  "refuses what is asked of an authorization that there is none of": [
    changed("capture", "capture-1", refused(missing("intent"), 404), "pi_of_nobody"),
    changed("cancel", "void-1", refused(missing("intent"), 404), "pi_of_nobody"),
  ],
  "takes a key for one request alone": [
    ...authorized("pay-1"),
    {
      ...opened("pay-1", "501"),
      answer: refused(failure({ type: "idempotency_error", message: "This key was sent with other parameters." })),
    },
  ],
};
