import { type Inventory } from "./inventory";
import { type Money, toMoney } from "./money";
import { currencyMismatch, insufficientStock, type OrderError, unavailableProduct } from "./order-errors";
import { checkLines, type LineRequest } from "./placement-input";

export interface QuoteLine {
  readonly productId: string;
  readonly name: string;
  readonly unitPrice: Money;
  readonly quantity: number;
  readonly total: Money;
  readonly available: number;
}

export interface Quote {
  readonly lines: QuoteLine[];
  readonly total: Money;
  readonly errors: OrderError[];
}

export interface Quotes {
  /** What lines would cost now, and what would keep an order of them from being accepted. Holds nothing. */
  quote(lines: readonly LineRequest[]): Promise<Quote>;
}

export function createQuotes({ inventory, currency }: { inventory: Inventory; currency: string }): Quotes {
  return {
    quote: async (lines) => {
      const invalid = checkLines(lines, ["lines"]);
      if (invalid.length > 0) return { lines: [], total: { amountMinor: 0, currency }, errors: invalid };
      const offers = await inventory.offers(lines.map(({ productId }) => productId));
      const errors: OrderError[] = [];
      const quoted = lines.flatMap(({ productId, quantity }, index): QuoteLine[] => {
        const path = ["lines", `${index}`];
        const offer = offers.get(productId);
        if (offer === undefined || offer.currency !== currency) {
          const at = [...path, "productId"];
          errors.push(offer === undefined ? unavailableProduct(at) : currencyMismatch(currency, at));
          return [];
        }
        const { name, available } = offer;
        if (available < quantity) {
          errors.push(insufficientStock({ productId, requested: quantity, available }, [...path, "quantity"]));
        }
        const unitPrice = toMoney(offer.unitPriceMinor, currency);
        const total = { amountMinor: unitPrice.amountMinor * quantity, currency };
        return [{ productId, name, unitPrice, quantity, total, available }];
      });
      const totalMinor = quoted.reduce((sum, { total }) => sum + total.amountMinor, 0);
      return { lines: quoted, total: { amountMinor: totalMinor, currency }, errors };
    },
  };
}
