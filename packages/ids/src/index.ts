import { createHash, randomBytes } from "node:crypto";

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
  return toId(prefix, atMs, randomBytes(randomDigits));
}

/**
 * The one id that belongs to a source: for something that is made again when the event that it comes from is handled
 * again.
 * @param source names it among all of its kind, for example by an event's id and its reader's
 */
export function deriveId(prefix: IdPrefix, atMs: number, source: string): string {
  return toId(prefix, atMs, createHash("sha256").update(source).digest().subarray(0, randomDigits));
}

/**
 * What every id of a kind made at a time or later sorts after, and every earlier one before: with it an index over ids
 * serves times as well.
 */
export function idBoundary(prefix: IdPrefix, atMs: number): string {
  let time = "";
  for (let rest = Math.max(atMs, 0), place = 0; place < timeDigits; place++, rest = Math.floor(rest / 32)) {
    time = `${digits.charAt(rest % 32)}${time}`;
  }
  return `${prefix}_${time}`;
}

/** Whether one thing was made before another, of whichever kind each is, to the millisecond. */
export function isOlder(id: string, other: string): boolean {
  return timeOf(id) < timeOf(other);
}

function timeOf(id: string): string {
  return id.slice(-timeDigits - randomDigits, -randomDigits);
}

function toId(prefix: IdPrefix, atMs: number, bytes: Buffer): string {
  const random = Array.from(bytes, (byte) => digits.charAt(byte % 32)).join("");
  return `${idBoundary(prefix, atMs)}${random}`;
}

/** Whether something from outside can be an id at all; whether the thing exists only its owner knows. */
export function isId(value: unknown): boolean {
  return typeof value === "string" && idPattern.test(value);
}
