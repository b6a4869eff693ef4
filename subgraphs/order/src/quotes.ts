import { isId } from "@shop/ids";
import { type Inventory } from "./inventory";
import { type Money, toMoney } from "./money";
import { currencyMismatch, insufficientStock, type OrderError, unavailableProduct } from "./order-errors";
import { checkLines, type LineRequest } from "./placement-input";
import { tooMuch, totalOf } from "./pricing";

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
  const nothing = (errors: OrderError[]): Quote => ({ lines: [], total: toMoney(0n, currency), errors });

  return {
    quote: async (lines) => {
      const invalid = checkLines(lines, ["lines"]);
      if (invalid.length > 0) return nothing(invalid);
      const offers = await inventory.offers(lines.map(({ productId }) => productId).filter(isId));
      const errors: OrderError[] = [];
      const offered = lines.flatMap(({ productId, quantity }, index) => {
        const path = ["lines", `${index}`];
        const offer = offers.get(productId);
        if (offer === undefined || offer.currency !== currency) {
          const at = [...path, "productId"];
          errors.push(offer === undefined ? unavailableProduct(at) : currencyMismatch(currency, at));
          return [];
        }
        const { name, available, unitPriceMinor } = offer;
        if (available < quantity) {
          errors.push(insufficientStock({ productId, requested: quantity, available }, [...path, "quantity"]));
        }
        return [{ productId, name, quantity, available, unitPriceMinor }];
      });
      const totalMinor = totalOf(offered);
      if (totalMinor === null) return nothing([...errors, tooMuch(["lines"])]);
      return {
        lines: offered.map(({ unitPriceMinor, ...line }) => ({
          ...line,
          unitPrice: toMoney(unitPriceMinor, currency),
          total: toMoney(unitPriceMinor * BigInt(line.quantity), currency),
        })),
        total: toMoney(totalMinor, currency),
        errors,
      };
    },
  };
}
