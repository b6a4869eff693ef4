import {
  Binary,
  BSONRegExp,
  BSONSymbol,
  BSONValue,
  Code,
  Decimal128,
  Double,
  EJSON,
  Int32,
  Long,
  MaxKey,
  MinKey,
  ObjectId,
  Timestamp,
} from "bson";
import { isDocument } from "./bson";

/** MongoDB's order of types: values of different rank never compare equal, and a range filter stays within one rank. */
export const rank = {
  minKey: -1,
  undefined: 0,
  null: 5,
  number: 10,
  string: 15,
  object: 20,
  array: 25,
  binary: 30,
  objectId: 35,
  boolean: 40,
  date: 45,
  timestamp: 47,
  regex: 50,
  code: 60,
  maxKey: 127,
} as const;

export function rankOf(value: unknown): number {
  switch (typeof value) {
    case "number":
    case "bigint":
      return rank.number;
    case "string":
      return rank.string;
    case "boolean":
      return rank.boolean;
    case "undefined":
      return rank.undefined;
    default:
  }
  if (value === null) return rank.null;
  if (Array.isArray(value)) return rank.array;
  if (value instanceof Date) return rank.date;
  if (value instanceof BSONValue) return rankOfBsonValue(value);
  if (value instanceof RegExp) return rank.regex;
  return rank.object;
}

function rankOfBsonValue(value: BSONValue): number {
  if (value instanceof ObjectId) return rank.objectId;
  // Before Long, whose subclass it is.
  if (value instanceof Timestamp) return rank.timestamp;
  if (value instanceof Int32 || value instanceof Double || value instanceof Long || value instanceof Decimal128) {
    return rank.number;
  }
  if (value instanceof BSONSymbol) return rank.string;
  if (value instanceof Binary) return rank.binary;
  if (value instanceof BSONRegExp) return rank.regex;
  if (value instanceof MinKey) return rank.minKey;
  if (value instanceof MaxKey) return rank.maxKey;
  if (value instanceof Code) return rank.code;
  return rank.object;
}

/**
 * MongoDB's total order over BSON values; numbers compare by value whatever their type.
 * Strings compare by UTF-16 code unit, not by UTF-8 byte: the same but for characters beyond the basic plane.
 * @returns negative, 0 or positive
 */
export function compareValues(left: unknown, right: unknown): number {
  if (left === right) return 0;
  if (typeof left === "string" && typeof right === "string") return left < right ? -1 : 1;
  const leftRank = rankOf(left);
  const rightRank = rankOf(right);
  if (leftRank !== rightRank) return leftRank - rightRank;
  switch (leftRank) {
    case rank.number:
      return compareNumbers(toComparableNumber(left), toComparableNumber(right));
    case rank.objectId:
      return Buffer.compare((left as ObjectId).id, (right as ObjectId).id);
    case rank.date:
      return (left as Date).getTime() - (right as Date).getTime();
    case rank.boolean:
      return Number(left) - Number(right);
    case rank.array:
      return compareArrays(left as unknown[], right as unknown[]);
    case rank.binary:
      return compareBinaries(left as Binary, right as Binary);
    case rank.timestamp:
      return (left as Timestamp).compare(right as Timestamp);
    case rank.object:
      return compareObjects(left as object, right as object);
    case rank.minKey:
    case rank.maxKey:
    case rank.null:
      return 0;
    default:
      return compareStrings(String(left), String(right));
  }
}

export const equalValues = (left: unknown, right: unknown) => compareValues(left, right) === 0;

const compareStrings = (left: string, right: string) => (left < right ? -1 : left > right ? 1 : 0);

/** A Long compares exactly, as a bigint; a Decimal128 as a double, exact to 15 digits. */
function toComparableNumber(value: unknown): number | bigint {
  if (typeof value === "number" || typeof value === "bigint") return value;
  if (value instanceof Long) return value.toBigInt();
  if (value instanceof Decimal128) return Number(value.toString());
  return (value as Int32 | Double).valueOf();
}

function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  // Neither: equal, or NaN on a side. NaN sorts before every number and equals itself.
  return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
}

function compareArrays(left: readonly unknown[], right: readonly unknown[]): number {
  for (let index = 0; index < left.length && index < right.length; index++) {
    const order = compareValues(left[index], right[index]);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Field by field in the documents' own order: type, then name, then value. */
function compareObjects(left: object, right: object): number {
  // DBRef and what else has no order of its own: by its text.
  if (!isDocument(left) || !isDocument(right)) return compareStrings(EJSON.stringify(left), EJSON.stringify(right));
  const leftFields = Object.entries(left);
  const rightFields = Object.entries(right);
  for (const [index, [name, value]] of leftFields.entries()) {
    const other = rightFields[index];
    if (other === undefined) return 1;
    const order = rankOf(value) - rankOf(other[1]) || compareStrings(name, other[0]) || compareValues(value, other[1]);
    if (order !== 0) return order;
  }
  return leftFields.length - rightFields.length;
}

function compareBinaries(left: Binary, right: Binary): number {
  return (
    left.length() - right.length() || left.sub_type - right.sub_type || Buffer.compare(left.value(), right.value())
  );
}
