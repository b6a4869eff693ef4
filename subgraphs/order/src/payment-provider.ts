import { type Money } from "./money";

/**
 * Why a provider refused, in words that a customer may read: what a bank says of theft or fraud is `card_declined`.
 * `amount_refused`: more than is left to refund, or no amount that can be charged in its currency. `authorization_gone`:
 * there is none, or it was voided or has lapsed.
 */
export const failureCodes = [
  "card_declined",
  "insufficient_funds",
  "expired_card",
  "authentication_required",
  "invalid_token",
  "amount_refused",
  "authorization_gone",
  "already_captured",
  "provider_refused",
] as const;
export type FailureCode = (typeof failureCodes)[number];

/**
 * What a provider makes of something that it is asked. PENDING: it will know later, and tells by webhook or when asked.
 * UNKNOWN: no answer came, so that it may have happened or not; the operation is safe to repeat.
 */
export type ProviderOutcome =
  | { readonly status: "SUCCEEDED"; readonly reference: string }
  | { readonly status: "FAILED"; readonly failureCode: FailureCode }
  | { readonly status: "PENDING" }
  | { readonly status: "UNKNOWN"; readonly cause: unknown };

/** What a webhook says. It is a hint: what came of the operation is then asked of the provider. */
export type WebhookReading =
  | { readonly authentic: false }
  /** @property key ours, of the operation that it tells of; null where that is nothing of ours */
  | { readonly authentic: true; readonly key: string | null };

/**
 * Who moves the money. Every operation has a key of ours and happens once per key: repeated after a timeout or a crash,
 * it answers what came of it. A throw is a bug, for instance a key that was used for something else.
 */
export interface PaymentProvider {
  /** As it is stored with a payment, and in the webhook's path. */
  readonly name: string;
  /** Holds money. @param request.token the customer's, for this payment */
  authorize(request: { key: string; amount: Money; token: string }): Promise<ProviderOutcome>;
  /**
   * What came of an authorization, without beginning one.
   * @param request.key @param request.amount as they were given to `authorize`
   * @returns null where the provider has not begun it; that may still change while a request for it is under way
   */
  find(request: { key: string; amount: Money }): Promise<ProviderOutcome | null>;
  /**
   * Takes all of what an authorization holds. What is taken already, by whichever key, has SUCCEEDED.
   * @param request.authorization the provider's reference of it
   */
  capture(request: { key: string; authorization: string }): Promise<ProviderOutcome>;
  /** Lets go of what an authorization holds; where nothing is held any more it has SUCCEEDED, unless it was captured. */
  void(request: { key: string; authorization: string }): Promise<ProviderOutcome>;
  /** Gives back some of what was captured. */
  refund(request: { key: string; authorization: string; amount: Money }): Promise<ProviderOutcome>;
  /** Checks who sent a webhook, and when: one that was overheard is forged a few minutes later. */
  readWebhook(headers: Readonly<Record<string, string | undefined>>, rawBody: Buffer): WebhookReading;
  /** Closes its connections. */
  stop(): Promise<void>;
}
