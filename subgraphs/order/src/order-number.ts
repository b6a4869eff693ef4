import { randomInt } from "node:crypto";

// Crockford's base 32: no letter is read as a digit or as another letter.
const digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const groups = [4, 4, 4];

/**
 * A number for people, such as `7K4M-2QXD-90VB`: 60 random bits, so that none is guessed from another and two are the
 * same less than once in 10^12 orders of a shop with a million (the database refuses the second).
 */
export function createOrderNumber(): string {
  return groups.map((length) => Array.from({ length }, () => digits.charAt(randomInt(32))).join("")).join("-");
}

/** A number as somebody typed it: any case, with or without dashes. */
export function parseOrderNumber(typed: string): string {
  const plain = typed.toUpperCase().replaceAll(/[^0-9A-Z]/g, "");
  return [plain.slice(0, 4), plain.slice(4, 8), plain.slice(8)].join("-");
}
