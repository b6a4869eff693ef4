import { type Money } from "./money";
import { type OrderStatus } from "./order-status";

export interface InsufficientStock {
  readonly code: "INSUFFICIENT_STOCK";
  readonly message: string;
  readonly path: string[];
  readonly productId: string;
  readonly requested: number;
  readonly available: number;
}

export interface PriceChanged {
  readonly code: "PRICE_CHANGED";
  readonly message: string;
  readonly path: string[];
  readonly expectedTotal: Money;
  readonly total: Money;
}

export interface GenericError {
  readonly code:
    | "INVALID_INPUT"
    | "NOT_FOUND"
    | "IDEMPOTENCY_KEY_REUSED"
    | "IDEMPOTENCY_IN_PROGRESS"
    | "PRODUCT_UNAVAILABLE"
    | "CURRENCY_MISMATCH"
    | "INVALID_TRANSITION"
    | "PAYMENT_DECLINED"
    | "PAYMENT_PENDING"
    | "REFUND_EXCEEDS_PAYMENT"
    | "ALREADY_PAID";
  readonly message: string;
  readonly path: string[];
}

/** What a correct client can meet. An order or a payment that was refused keeps them as JSON. */
export type OrderError = InsufficientStock | PriceChanged | GenericError;

/** The errors of a refused order or payment, as it keeps them. */
export function readStoredErrors(stored: unknown): OrderError[] {
  return (stored ?? []) as OrderError[];
}

export function invalid(message: string, path: string[]): GenericError {
  return { code: "INVALID_INPUT", message, path };
}

export function notFound(what: "order" | "payment", path: string[]): GenericError {
  return { code: "NOT_FOUND", message: `There is no such ${what}.`, path };
}

export function currencyMismatch(currency: string, path: string[]): GenericError {
  return { code: "CURRENCY_MISMATCH", message: `This shop counts in ${currency}.`, path };
}

export function unavailableProduct(path: string[]): GenericError {
  return { code: "PRODUCT_UNAVAILABLE", message: "This product cannot be ordered: take it out of the order.", path };
}

export function insufficientStock(
  shortage: { productId: string; requested: number; available: number },
  path: string[],
): InsufficientStock {
  const { productId, requested, available } = shortage;
  const message =
    available === 0 ? "This product is sold out." : `Only ${available} of this product are left: order fewer.`;
  return { code: "INSUFFICIENT_STOCK", message, path, productId, requested, available };
}

export function priceChanged(expectedTotal: Money, total: Money): PriceChanged {
  const message = "The total is another now: show it to the customer and order again.";
  return { code: "PRICE_CHANGED", message, path: ["input", "expectedTotal"], expectedTotal, total };
}

export function invalidTransition(from: OrderStatus, what: string, path: string[]): GenericError {
  return { code: "INVALID_TRANSITION", message: `An order that is ${from} cannot be ${what}.`, path };
}

export function paymentPending(path: string[]): GenericError {
  const message = "A payment of this order is not settled yet: wait for it and try again.";
  return { code: "PAYMENT_PENDING", message, path };
}

export function paymentDeclined(): GenericError {
  const message = "The payment was declined: use another means of payment.";
  return { code: "PAYMENT_DECLINED", message, path: ["input", "paymentToken"] };
}

export function keyReused(path: string[]): GenericError {
  const message = "This key was sent before with another input: use a new one.";
  return { code: "IDEMPOTENCY_KEY_REUSED", message, path };
}

export function keyInProgress(path: string[]): GenericError {
  const message = "The first call with this key still runs: wait and send it again.";
  return { code: "IDEMPOTENCY_IN_PROGRESS", message, path };
}
