import { type Money } from "./money";
import { currencyMismatch, invalid, type OrderError, priceChanged } from "./order-errors";

/** A line with name and price as the catalogue has them now; the price in minor units. */
export interface PricedLine {
  readonly productId: string;
  readonly quantity: number;
  readonly name: string;
  readonly unitPriceMinor: bigint;
  readonly currency: string;
}

export type Pricing =
  { readonly ok: true; readonly totalMinor: bigint } | { readonly ok: false; readonly error: OrderError };

/** What lines cost together; null where that is more than can be told exactly. */
export function totalOf(lines: readonly { quantity: number; unitPriceMinor: bigint }[]): bigint | null {
  const totalMinor = lines.reduce((sum, line) => sum + line.unitPriceMinor * BigInt(line.quantity), 0n);
  return totalMinor > BigInt(Number.MAX_SAFE_INTEGER) ? null : totalMinor;
}

/** The error where `totalOf` has no answer. */
export function tooMuch(path: string[]): OrderError {
  return invalid("This is more than one order can be: split it up.", path);
}

/**
 * Adds up an order's lines.
 * @param expectedTotalMinor what the customer was shown, or null where they did not say
 */
export function priceOrder(lines: readonly PricedLine[], currency: string, expectedTotalMinor: bigint | null): Pricing {
  const foreign = lines.findIndex((line) => line.currency !== currency);
  if (foreign >= 0)
    return { ok: false, error: currencyMismatch(currency, ["input", "lines", `${foreign}`, "productId"]) };
  const totalMinor = totalOf(lines);
  if (totalMinor === null) return { ok: false, error: tooMuch(["input", "lines"]) };
  if (expectedTotalMinor !== null && expectedTotalMinor !== totalMinor) {
    const money = (amount: bigint): Money => ({ amountMinor: Number(amount), currency });
    return { ok: false, error: priceChanged(money(expectedTotalMinor), money(totalMinor)) };
  }
  return { ok: true, totalMinor };
}
