import { isLongerThan, isPlainLine, isVisible } from "@shop/text";
import { type GenericError, invalid } from "./order-errors";

/** Why a text does not do, or nothing. `max` counts characters. */
export function checkText(value: string, max: number, path: string[]): GenericError[] {
  if (!isVisible(value)) return [invalid("This must not be empty.", path)];
  if (isLongerThan(max, value)) return [invalid(`This must have at most ${max} characters.`, path)];
  if (!isPlainLine(value)) return [invalid("This must be plain text on one line.", path)];
  return [];
}

export function checkOptionalText(value: string | null | undefined, max: number, path: string[]): GenericError[] {
  return value === null || value === undefined ? [] : checkText(value, max, path);
}

/** As the contract says: 1 to 128 characters. */
export function checkIdempotencyKey(key: string, path: string[]): GenericError[] {
  return checkText(key, 128, path);
}
