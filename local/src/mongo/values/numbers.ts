import { Decimal128, Double, Int32, Long } from "bson";
import { notSupported } from "../errors";
import { rank, rankOf } from "./compare";

const isInteger = (value: unknown) =>
  value instanceof Int32 || value instanceof Long || (typeof value === "number" && Number.isInteger(value));

/**
 * MongoDB's arithmetic of updates: int and int give int, growing to long where needed; a double makes a double.
 * @returns undefined if an operand is no number or a long would overflow
 * @throws CommandError for Decimal128
 */
export function arithmetic(operator: "$inc" | "$mul", left: unknown, right: unknown): unknown {
  if (rankOf(left) !== rank.number || rankOf(right) !== rank.number) return undefined;
  if (left instanceof Decimal128 || right instanceof Decimal128) throw notSupported(`${operator} on Decimal128`);
  if (!isInteger(left) || !isInteger(right)) {
    const [a, b] = [Number(left), Number(right)];
    return new Double(operator === "$inc" ? a + b : a * b);
  }
  const [a, b] = [toBigInt(left), toBigInt(right)];
  const result = operator === "$inc" ? a + b : a * b;
  if (BigInt.asIntN(64, result) !== result) return undefined;
  const staysInt = !(left instanceof Long || right instanceof Long) && BigInt.asIntN(32, result) === result;
  return staysInt ? new Int32(Number(result)) : Long.fromBigInt(result);
}

const toBigInt = (value: unknown) => (value instanceof Long ? value.toBigInt() : BigInt(Number(value)));

/** The zero that has the type of a number: what $mul makes of a missing field. */
export const zeroLike = (value: unknown) =>
  value instanceof Long ? Long.ZERO : value instanceof Double ? new Double(0) : new Int32(0);
