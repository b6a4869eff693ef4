import Stripe from "stripe";
import { type FailureCode, type ProviderOutcome } from "../payment-provider";

// Any other decline is card_declined: of lost, stolen or suspicious cards Stripe asks to tell the customer no more.
const declines: Readonly<Record<string, FailureCode>> = {
  insufficient_funds: "insufficient_funds",
  expired_card: "expired_card",
  authentication_required: "authentication_required",
};
const refusalsByCode: Readonly<Record<string, FailureCode>> = {
  amount_too_large: "amount_refused",
  amount_too_small: "amount_refused",
  charge_already_refunded: "amount_refused",
};
const refusalsByParameter: Readonly<Record<string, FailureCode>> = {
  amount: "amount_refused",
  payment_method: "invalid_token",
  confirmation_token: "invalid_token",
  intent: "authorization_gone",
  payment_intent: "authorization_gone",
};

/** What has become of the authorization that a PaymentIntent is. */
export function authorizationOutcome(intent: Stripe.PaymentIntent): ProviderOutcome {
  switch (intent.status) {
    case "requires_capture":
    case "succeeded":
      return { status: "SUCCEEDED", reference: intent.id };
    case "processing":
      return { status: "PENDING" };
    case "requires_action":
      return { status: "FAILED", failureCode: "authentication_required" };
    case "canceled":
      return { status: "FAILED", failureCode: "authorization_gone" };
    default:
      return { status: "FAILED", failureCode: declineOf(intent.last_payment_error ?? {}) };
  }
}

/** Whether a payment was tried with it: one that was declined waits for other means, as one that was never tried does. */
export function wasConfirmed({ status, last_payment_error: error }: Stripe.PaymentIntent): boolean {
  return status !== "requires_confirmation" && (status !== "requires_payment_method" || error !== null);
}

export function captureOutcome({ id, status }: Stripe.PaymentIntent): ProviderOutcome {
  if (status === "succeeded") return { status: "SUCCEEDED", reference: id };
  return status === "processing" ? { status: "PENDING" } : { status: "FAILED", failureCode: "authorization_gone" };
}

export function voidOutcome({ id, status }: Stripe.PaymentIntent): ProviderOutcome {
  if (status === "canceled") return { status: "SUCCEEDED", reference: id };
  if (status === "processing") return { status: "PENDING" };
  return { status: "FAILED", failureCode: status === "succeeded" ? "already_captured" : "provider_refused" };
}

export function refundOutcome({ id, status }: Stripe.Refund): ProviderOutcome {
  if (status === "succeeded") return { status: "SUCCEEDED", reference: id };
  const isOpen = status === "pending" || status === "requires_action";
  return isOpen ? { status: "PENDING" } : { status: "FAILED", failureCode: "provider_refused" };
}

/**
 * What an error of Stripe's comes to. A refusal is final: the same key is answered the same. Rate limits, conflicts with
 * a request that still runs, a wrong secret key, 5xx and silence all mean that it is to be asked again.
 * @throws what is none of Stripe's errors, or says that a key was used for something else: a bug
 */
export function errorOutcome(error: unknown): Extract<ProviderOutcome, { status: "FAILED" | "UNKNOWN" }> {
  if (error instanceof Stripe.errors.StripeCardError) return { status: "FAILED", failureCode: declineOf(error) };
  if (error instanceof Stripe.errors.StripeInvalidRequestError) {
    const failureCode = refusalsByCode[error.code ?? ""] ?? refusalsByParameter[error.param ?? ""];
    return { status: "FAILED", failureCode: failureCode ?? "provider_refused" };
  }
  if (error instanceof Stripe.errors.StripeIdempotencyError) throw error;
  if (error instanceof Stripe.errors.StripeError) return { status: "UNKNOWN", cause: toLoggable(error) };
  throw error;
}

/** What may be logged of an error: Stripe's own carries the PaymentIntent, and with it a secret of the customer's. */
export function toLoggable(error: unknown): unknown {
  if (!(error instanceof Stripe.errors.StripeError)) return error;
  const { type, statusCode, code, param, requestId, message } = error;
  return new Error(`${[type, statusCode, code, param, requestId].filter(Boolean).join(" ")}: ${message}`);
}

/** Whether Stripe refused because of the state that a PaymentIntent is in. */
export function isUnexpectedState(error: unknown): boolean {
  return error instanceof Stripe.errors.StripeInvalidRequestError && error.code === "payment_intent_unexpected_state";
}

function declineOf(error: { code?: string | undefined; decline_code?: string | undefined }): FailureCode {
  return declines[error.decline_code ?? ""] ?? declines[error.code ?? ""] ?? "card_declined";
}
