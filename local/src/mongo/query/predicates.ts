import { Decimal128 } from "bson";
import { badValue, CommandError, notSupported } from "../errors";
import { isDocument, isOperatorDocument } from "../values/bson";
import { compareValues, equalValues, rank, rankOf } from "../values/compare";

/** A test of what a path leads to, an array as a whole and each of its elements alike. */
export type ValueTest = (value: unknown) => boolean;

export function equalTo(operand: unknown): ValueTest {
  if (operand instanceof RegExp) {
    const matches = matchesRegex(operand);
    return (value) => matches(value) || equalValues(value, operand);
  }
  // null stands for a missing field too.
  if (operand === null || operand === undefined) return (value) => value === null || value === undefined;
  return (value) => equalValues(value, operand);
}

/** @param holds what the order of value and operand must be */
export function ordered(operand: unknown, holds: (order: number) => boolean): ValueTest {
  if (operand instanceof RegExp) throw badValue("Can't have RegEx as arg to predicate over field.");
  const operandRank = rankOf(operand ?? null);
  if (operandRank === rank.minKey || operandRank === rank.maxKey)
    return (value) => holds(compareValues(value, operand));
  if (operandRank === rank.null) return (value) => (value === null || value === undefined) && holds(0);
  if (Number.isNaN(operand)) return (value) => Number.isNaN(value) && holds(0);
  // A range holds values of the operand's own type only.
  return (value) => rankOf(value) === operandRank && !Number.isNaN(value) && holds(compareValues(value, operand));
}

export function oneOf(operands: unknown): ValueTest {
  if (!Array.isArray(operands)) throw badValue("$in needs an array");
  if (operands.some(isOperatorDocument)) throw badValue("cannot nest $ under $in");
  if (operands.every((operand) => typeof operand === "string" || typeof operand === "boolean")) {
    const simple = new Set<unknown>(operands);
    return (value) => simple.has(value);
  }
  const tests = (operands as unknown[]).map(equalTo);
  return (value) => tests.some((test) => test(value));
}

export function matchesRegex(operand: unknown): ValueTest {
  const pattern = toRegExp(operand);
  return (value) => typeof value === "string" && pattern.test(value);
}

/** The driver writes JavaScript's `g` for what BSON calls `s`; a pattern that is global would remember its last match. */
function toRegExp(operand: unknown): RegExp {
  try {
    if (operand instanceof RegExp) return new RegExp(operand.source, operand.flags.replace("g", "s"));
    if (typeof operand === "string") return new RegExp(operand);
  } catch {
    throw new CommandError(51091, "Location51091", "Regular expression is invalid");
  }
  throw badValue("$regex has to be a string");
}

/** @param operand `[divisor, remainder]` */
export function remainderOf(operand: unknown): ValueTest {
  if (!Array.isArray(operand) || operand.length !== 2) throw badValue("malformed mod, needs to be an array of two");
  const [divisor, remainder] = (operand as unknown[]).map(Number);
  if (!divisor) throw badValue("divisor cannot be 0");
  return (value) => typeof value === "number" && Math.trunc(value) % Math.trunc(divisor) === remainder;
}

const typeTests: Record<string, ValueTest> = {
  string: (value) => rankOf(value) === rank.string,
  object: isDocument,
  array: Array.isArray,
  binData: (value) => rankOf(value) === rank.binary,
  objectId: (value) => rankOf(value) === rank.objectId,
  bool: (value) => typeof value === "boolean",
  date: (value) => value instanceof Date,
  null: (value) => value === null,
  regex: (value) => rankOf(value) === rank.regex,
  timestamp: (value) => rankOf(value) === rank.timestamp,
  decimal: (value) => value instanceof Decimal128,
  number: (value) => rankOf(value) === rank.number,
};
const typeNumbers: Record<number, string> = {
  1: "double",
  2: "string",
  3: "object",
  4: "array",
  5: "binData",
  7: "objectId",
  8: "bool",
  9: "date",
  10: "null",
  11: "regex",
  16: "int",
  17: "timestamp",
  18: "long",
  19: "decimal",
};

/** @param operand a type's name or number, or several */
export function ofType(operand: unknown): ValueTest {
  const tests = [operand].flat().map((type) => {
    const name = typeof type === "number" ? (typeNumbers[type] ?? "") : type;
    const test = typeof name === "string" ? typeTests[name] : undefined;
    if (name === "int" || name === "long" || name === "double") throw notSupported(`$type '${name}' (use 'number')`);
    if (test === undefined) throw badValue(`Unknown type name alias: ${String(type)}`);
    return test;
  });
  return (value) => tests.some((test) => test(value));
}
