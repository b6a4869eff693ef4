import { type Money } from "../money";

// Where Stripe counts in another unit than ISO 4217's minor one (docs.stripe.com/currencies, "special cases").
const stripeUnitsPerMinorUnit: Readonly<Record<string, number>> = { ISK: 100, UGX: 100 };
const minorUnitsPerStripeUnit: Readonly<Record<string, number>> = { MGA: 100 };
// Three decimals, of which card networks carry two: the last digit has to be 0.
const minorUnitsPerStep: Readonly<Record<string, number>> = { BHD: 10, JOD: 10, KWD: 10, OMR: 10, TND: 10 };

/** An amount in Stripe's own unit of the currency, which it writes in small letters. */
export interface StripeAmount {
  readonly amount: number;
  readonly currency: string;
}

/**
 * An amount as Stripe counts it. Of most currencies that is the minor unit, as with us: cents of EUR, whole yen of JPY.
 * @returns null where Stripe cannot charge this amount in its currency
 */
export function toStripeAmount({ amountMinor, currency }: Money): StripeAmount | null {
  if (amountMinor % (minorUnitsPerStep[currency] ?? 1) !== 0) return null;
  const amount = (amountMinor * (stripeUnitsPerMinorUnit[currency] ?? 1)) / (minorUnitsPerStripeUnit[currency] ?? 1);
  return Number.isSafeInteger(amount) ? { amount, currency: currency.toLowerCase() } : null;
}
