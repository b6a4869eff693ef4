import { type GenericError, invalid } from "./order-errors";

// Control characters and halves of surrogate pairs: PostgreSQL's text and JSON refuse some, and none is meant.
const unprintable = /[\p{Cc}\p{Cs}]/u;

/** Why a text does not do, or nothing. `max` counts characters. */
export function checkText(value: string, max: number, path: string[]): GenericError[] {
  if (value.trim() === "") return [invalid("This must not be empty.", path)];
  if (value.length > max && Array.from(value).length > max)
    return [invalid(`This must have at most ${max} characters.`, path)];
  if (unprintable.test(value)) return [invalid("This must be plain text on one line.", path)];
  return [];
}

export function checkOptionalText(value: string | null | undefined, max: number, path: string[]): GenericError[] {
  return value === null || value === undefined ? [] : checkText(value, max, path);
}

/** As the contract says: 1 to 128 characters. */
export function checkIdempotencyKey(key: string, path: string[]): GenericError[] {
  return checkText(key, 128, path);
}
