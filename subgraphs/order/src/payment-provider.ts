import { type Money } from "./money";

/** What a provider makes of something that it is asked. PENDING: it will know later, and tells by webhook or when asked. */
export type ProviderOutcome =
  | { readonly status: "SUCCEEDED"; readonly reference: string }
  | { readonly status: "FAILED"; readonly failureCode: string }
  | { readonly status: "PENDING"; readonly reference: string };

/**
 * Who moves the money. Every operation has a key of ours and happens once per key: asked again it answers what came of
 * it, so it is safe to repeat after a timeout or a crash.
 * @throws (each) UnavailableError where no answer came; it is then not known whether it happened
 */
export interface PaymentProvider {
  /** As it is stored with a payment, and in the webhook's path. */
  readonly name: string;
  /** Holds money. @param request.token the customer's, for this payment */
  authorize(request: { key: string; amount: Money; token: string }): Promise<ProviderOutcome>;
  /** Takes all of what an authorization holds. @param request.authorization the provider's reference of it */
  capture(request: { key: string; authorization: string }): Promise<ProviderOutcome>;
  /** Lets go of what an authorization holds. */
  void(request: { key: string; authorization: string }): Promise<ProviderOutcome>;
  /** Gives back some of what was captured. */
  refund(request: { key: string; authorization: string; amount: Money }): Promise<ProviderOutcome>;
  /** What came of the operation with this key, or null where the provider knows of none. */
  find(key: string): Promise<ProviderOutcome | null>;
  /**
   * Checks who sent a webhook, and when.
   * @returns our key of the operation that it tells of, or null where it is forged, too old or not understood
   */
  readWebhook(headers: Readonly<Record<string, string | undefined>>, rawBody: Buffer): string | null;
}
