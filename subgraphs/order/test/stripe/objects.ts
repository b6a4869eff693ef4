// Stripe's answers in the shapes that Stripe publishes: the compiler checks them against the types of the `stripe` package,
// which are made from github.com/stripe/openapi. Values are examples; nothing in here was taken from a live account.
import type Stripe from "stripe";

export const intentId = "pi_3SWmQ2LkdIwHu7ix0Vv6bUzY";
const chargeId = "ch_3SWmQ2LkdIwHu7ix0hR1cDpT";

export function intent(status: Stripe.PaymentIntent.Status, differs: Partial<Stripe.PaymentIntent> = {}) {
  const wasTried = status === "requires_capture" || status === "succeeded";
  const object: Stripe.PaymentIntent = {
    id: intentId,
    object: "payment_intent",
    allowed_payment_method_types: null,
    amount: 500,
    amount_capturable: status === "requires_capture" ? 500 : 0,
    amount_details: { tip: {} },
    amount_received: status === "succeeded" ? 500 : 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: { allow_redirects: "never", enabled: true },
    canceled_at: status === "canceled" ? 1_795_305_700 : null,
    cancellation_reason: null,
    capture_method: "manual",
    client_secret: `${intentId}_secret_example`,
    confirmation_method: "automatic",
    created: 1_795_305_602,
    currency: "eur",
    customer: null,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: wasTried ? chargeId : null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: wasTried ? "pm_1SWmQ1LkdIwHu7ixGmd0QpVn" : null,
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ["card"],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status,
    transfer_data: null,
    transfer_group: null,
  };
  return { ...object, ...differs };
}

export function refund(id: string, amount: number, differs: Partial<Stripe.Refund> = {}): Stripe.Refund {
  return {
    id,
    object: "refund",
    amount,
    balance_transaction: "txn_3SWmQ2LkdIwHu7ix0jQ5sWnB",
    charge: chargeId,
    created: 1_795_305_800,
    currency: "eur",
    customer: null,
    customer_account: null,
    destination_details: {
      card: { reference_status: "pending", reference_type: "acquirer_reference_number", type: "refund" },
      type: "card",
    },
    metadata: {},
    payment_intent: intentId,
    payment_method: null,
    reason: null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: "succeeded",
    transfer_reversal: null,
    ...differs,
  };
}

export function list<Item>(
  url: string,
  data: Item[],
): Pick<Stripe.ApiList<Item>, "object" | "url" | "has_more" | "data"> {
  return { object: "list", url, has_more: false, data };
}

export function searchResult<Item>(
  url: string,
  data: Item[],
): Pick<Stripe.ApiSearchResult<Item>, "object" | "url" | "has_more" | "next_page" | "data"> {
  return { object: "search_result", url, has_more: false, next_page: null, data };
}

/** An error's body: `type`, then what that type of error carries. */
export function failure(error: Partial<Stripe.StripeRawError> & Pick<Stripe.StripeRawError, "type">) {
  return { error };
}

export function declined(code: string, declineCode?: string) {
  const error: Stripe.PaymentIntent.LastPaymentError = {
    type: "card_error",
    code,
    ...(declineCode === undefined ? {} : { decline_code: declineCode }),
    message: "Your card was declined.",
    charge: chargeId,
  };
  return {
    /** The PaymentIntent afterwards. */
    intent: intent("requires_payment_method", { last_payment_error: error, latest_charge: chargeId }),
    body: failure({ ...error, type: "card_error" }),
  };
}

export const unexpectedState = failure({
  type: "invalid_request_error",
  code: "payment_intent_unexpected_state",
  message: "This PaymentIntent's state does not allow it.",
});

export function event(type: Stripe.Event.Type, object: object) {
  return {
    id: "evt_3SWmQ2LkdIwHu7ix0PzB7n4F",
    object: "event",
    api_version: "2026-10-28.endive",
    created: 1_795_305_603,
    data: { object },
    livemode: false,
    pending_webhooks: 1,
    request: { id: "req_example", idempotency_key: null },
    type,
  };
}
