import { type Bytes, RedisError } from "./reply";

export const syntaxError = (): RedisError => new RedisError("ERR syntax error");
const notAnInteger = "ERR value is not an integer or out of range";

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;

/** The argument at a position that the arity, or a look at the length, has vouched for. */
export function argument(args: readonly Bytes[], position: number): Bytes {
  const value = args[position];
  if (value === undefined) throw syntaxError();
  return value;
}

/** A whole number; as counts, positions and times never need more, one that a double holds exactly. */
export function requireInteger(value: Bytes): number {
  const number = Number(requireInt64(value));
  if (!Number.isSafeInteger(number)) throw new RedisError(notAnInteger);
  return number;
}

/** A whole number of 64 bits, which is what INCR counts in. */
export function requireInt64(value: Bytes, otherwise = notAnInteger): bigint {
  if (!/^-?(0|[1-9]\d{0,18})$/.test(value) || value === "-0") throw new RedisError(otherwise);
  return requireInt64Range(BigInt(value), otherwise);
}

export function requireInt64Range(value: bigint, otherwise: string): bigint {
  if (value < minInt64 || value > maxInt64) throw new RedisError(otherwise);
  return value;
}

export function requireCount(value: Bytes): number {
  const count = requireInteger(value);
  if (count < 0) throw new RedisError("ERR value is out of range, must be positive");
  return count;
}

/** A number as Redis writes scores: decimal, with exponent, or an infinity. */
export function requireFloat(value: Bytes, otherwise = "ERR value is not a valid float"): number {
  const infinity = /^([+-]?)inf(inity)?$/i.exec(value);
  if (infinity) return infinity[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) throw new RedisError(otherwise);
  return Number(value);
}

/** A score in the shortest form that reads back as the same number. */
export function formatScore(score: number): Bytes {
  if (score === Infinity) return "inf";
  if (score === -Infinity) return "-inf";
  return Object.is(score, -0) ? "-0" : String(score);
}

/** Consecutive pairs, as field and value; an odd number of arguments is refused. */
export function requirePairs(args: readonly Bytes[], command: string): [Bytes, Bytes][] {
  if (args.length === 0 || args.length % 2 !== 0) throw wrongNumberOfArguments(command);
  const pairs: [Bytes, Bytes][] = [];
  for (let i = 0; i < args.length; i += 2) pairs.push([argument(args, i), argument(args, i + 1)]);
  return pairs;
}

export function wrongNumberOfArguments(command: string): RedisError {
  return new RedisError(`ERR wrong number of arguments for '${command}' command`);
}

/** A range of positions, where negative ones count from the end, as a half-open range within the length. */
export function sliceRange(startArgument: Bytes, stopArgument: Bytes, length: number): [from: number, to: number] {
  const start = requireInteger(startArgument);
  const stop = requireInteger(stopArgument);
  const from = Math.max(0, start < 0 ? length + start : start);
  const to = Math.min(length, (stop < 0 ? length + stop : stop) + 1);
  return from < to ? [from, to] : [0, 0];
}
