import { randomBytes } from "node:crypto";

/** What an id is of; the prefixes of the public contract. */
export type IdPrefix =
  | "usr"
  | "ses"
  | "adr"
  | "aud"
  | "cat"
  | "prd"
  | "img"
  | "upl"
  | "adj"
  | "ord"
  | "oli"
  | "otl"
  | "pay"
  | "txn"
  | "rfd"
  | "cmt"
  | "ntf"
  | "ann"
  | "evt";

// Crockford's base 32: its digits sort as the numbers do, and none is read as another.
const digits = "0123456789abcdefghjkmnpqrstvwxyz";
const timeDigits = 10;
const randomDigits = 16;
const idPattern = new RegExp(`^[a-z]{3}_[${digits}]{${timeDigits + randomDigits}}$`);

/**
 * A new id such as `ord_06d9k…`: the time in milliseconds, then 80 random bits. Ids of one kind sort by their creation
 * to the millisecond.
 */
export function createId(prefix: IdPrefix, atMs: number = Date.now()): string {
  let time = "";
  for (let rest = atMs, place = 0; place < timeDigits; place++, rest = Math.floor(rest / 32)) {
    time = `${digits.charAt(rest % 32)}${time}`;
  }
  const random = Array.from(randomBytes(randomDigits), (byte) => digits.charAt(byte % 32)).join("");
  return `${prefix}_${time}${random}`;
}

/** Whether a string from outside can be an id at all; whether the thing exists only its owner knows. */
export function isId(value: string): boolean {
  return idPattern.test(value);
}
