import { isId } from "@shop/ids";
import { type Money } from "./money";
import { currencyMismatch, type GenericError, invalid, type OrderError, unavailableProduct } from "./order-errors";
import { checkIdempotencyKey, checkOptionalText, checkText } from "./text-rules";

/** A product and how many of it. */
export interface LineRequest {
  readonly productId: string;
  readonly quantity: number;
}

export interface AddressInput {
  readonly recipient: string;
  readonly line1: string;
  readonly line2?: string | null;
  readonly city: string;
  readonly region?: string | null;
  readonly postalCode: string;
  readonly countryCode: string;
  readonly phone?: string | null;
}

export interface PlacementInput {
  readonly lines: readonly LineRequest[];
  readonly shippingAddress: AddressInput;
  readonly expectedTotal?: Money | null;
  readonly idempotencyKey: string;
}

const maxLines = 100;
const maxQuantity = 999;
const maxAddressLength = 200;

/** Why lines cannot be ordered whatever is in stock. @param path where the lines stand in the input */
export function checkLines(lines: readonly LineRequest[], path: string[]): GenericError[] {
  if (lines.length === 0) return [invalid("Order at least one product.", path)];
  if (lines.length > maxLines) return [invalid(`At most ${maxLines} products can be in an order.`, path)];
  const seen = new Set<string>();
  return lines.flatMap(({ productId, quantity }, index) => {
    const errors: GenericError[] = [];
    if (seen.has(productId)) {
      errors.push(
        invalid("This product is in the order already: add up the quantities.", [...path, `${index}`, "productId"]),
      );
    }
    seen.add(productId);
    if (quantity < 1 || quantity > maxQuantity) {
      errors.push(invalid(`Order 1 to ${maxQuantity} of a product.`, [...path, `${index}`, "quantity"]));
    }
    return errors;
  });
}

function checkAddress(address: AddressInput, path: string[]): GenericError[] {
  const at = (field: keyof AddressInput): string[] => [...path, field];
  const required = (["recipient", "line1", "city", "postalCode"] as const).flatMap((field) =>
    checkText(address[field], maxAddressLength, at(field)),
  );
  const optional = (["line2", "region", "phone"] as const).flatMap((field) =>
    checkOptionalText(address[field], maxAddressLength, at(field)),
  );
  const country = /^[A-Z]{2}$/.test(address.countryCode)
    ? []
    : [invalid("This must be a country's two capital letters, for example DE.", at("countryCode"))];
  return [...required, ...optional, ...country];
}

/** All that is wrong with an order before anyone is asked. @param currency the shop's */
export function checkPlacement(input: PlacementInput, currency: string): OrderError[] {
  const { expectedTotal, lines } = input;
  const total: OrderError[] = [];
  if (expectedTotal && expectedTotal.currency !== currency) {
    total.push(currencyMismatch(currency, ["input", "expectedTotal", "currency"]));
  }
  if (expectedTotal && expectedTotal.amountMinor < 0) {
    total.push(invalid("A total is not below zero.", ["input", "expectedTotal", "amountMinor"]));
  }
  const linesPath = ["input", "lines"];
  const badLines = checkLines(lines, linesPath);
  // What is no id at all names no product: nobody has to be asked, and no order is noted.
  const nameless = lines.flatMap(({ productId }, index) =>
    isId(productId) ? [] : [unavailableProduct([...linesPath, `${index}`, "productId"])],
  );
  return [
    ...(badLines.length > 0 ? badLines : nameless),
    ...checkAddress(input.shippingAddress, ["input", "shippingAddress"]),
    ...total,
    ...checkIdempotencyKey(input.idempotencyKey, ["input", "idempotencyKey"]),
  ];
}
