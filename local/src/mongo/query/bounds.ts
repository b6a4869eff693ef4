import { MaxKey, MinKey, ObjectId } from "bson";
import { isDocument, isOperatorDocument, type PlainDocument } from "../values/bson";
import { compareValues, rank, rankOf } from "../values/compare";
import { equalityOf, flattenConditions } from "./filter";

/** A stretch of one field's values in ascending order; a point where `low` and `high` are the same and both included. */
export interface Interval {
  readonly low: unknown;
  readonly lowIncluded: boolean;
  readonly high: unknown;
  readonly highIncluded: boolean;
}

/** Sorted, not overlapping. A document that passes the filter has a value of the field in one of them. */
export type Intervals = readonly Interval[];

export interface Demand {
  readonly intervals: Intervals;
  /** The $elemMatch that makes the demand: what else it demands, it demands of the same element. */
  readonly element?: PlainDocument;
}

/**
 * What a filter demands of each field, as far as an index can serve it. Several demands on one field hold each by
 * itself: where the field is an array, different elements may satisfy them.
 */
export type FieldBounds = ReadonlyMap<string, readonly Demand[]>;

export const isPoint = ({ low, lowIncluded, high, highIncluded }: Interval) =>
  lowIncluded && highIncluded && compareValues(low, high) === 0;

const point = (value: unknown): Interval => ({ low: value, lowIncluded: true, high: value, highIncluded: true });

/** The least and the greatest value of the types that ranges are asked over; for others all values must be looked at. */
const typeEdges = new Map<number, { low: unknown; high: unknown; highIncluded: boolean }>([
  [rank.number, { low: NaN, high: Infinity, highIncluded: true }],
  [rank.string, { low: "", high: {}, highIncluded: false }],
  [rank.objectId, { low: new ObjectId("0".repeat(24)), high: new ObjectId("f".repeat(24)), highIncluded: true }],
  [rank.boolean, { low: false, high: true, highIncluded: true }],
  [rank.date, { low: new Date(-8.64e15), high: new Date(8.64e15), highIncluded: true }],
]);
const anyType = { low: new MinKey(), high: new MaxKey(), highIncluded: true };

export function boundsOf(filter: PlainDocument): FieldBounds {
  const bounds = new Map<string, Demand[]>();
  const add = (path: string, intervals: Intervals | undefined, element?: PlainDocument) => {
    if (intervals !== undefined) bounds.set(path, [...(bounds.get(path) ?? []), { intervals, element }]);
  };
  for (const [path, condition] of flattenConditions(filter)) {
    if (path === "$or") {
      for (const [shared, intervals] of boundsOfAlternatives(condition)) add(shared, intervals);
    } else if (!path.startsWith("$")) {
      for (const demand of boundsOfCondition(path, condition)) add(...demand);
    }
  }
  return bounds;
}

/** Of alternatives: for each field that all of them bound, the stretch that covers them. */
function boundsOfAlternatives(alternatives: unknown): [string, Intervals][] {
  if (!Array.isArray(alternatives)) return [];
  const [first, ...others] = alternatives.filter(isDocument).map(boundsOf);
  return [...(first?.keys() ?? [])].flatMap((path): [string, Intervals][] => {
    const each = [first, ...others].map((bounds) => bounds?.get(path)?.[0]?.intervals);
    if (!each.every((intervals) => intervals !== undefined)) return [];
    return [[path, [hull(each.flat())]]];
  });
}

function hull(intervals: Intervals): Interval {
  return intervals.reduce((all, next) => {
    const low = compareValues(next.low, all.low) || Number(all.lowIncluded) - Number(next.lowIncluded);
    const high = compareValues(next.high, all.high) || Number(next.highIncluded) - Number(all.highIncluded);
    const { low: lowest, lowIncluded } = low < 0 ? next : all;
    const { high: highest, highIncluded } = high > 0 ? next : all;
    return { low: lowest, lowIncluded, high: highest, highIncluded };
  });
}

function* boundsOfCondition(
  path: string,
  condition: unknown,
): Generator<[path: string, intervals: Intervals | undefined, element?: PlainDocument]> {
  if (condition instanceof RegExp) yield [path, prefixIntervals(condition)];
  const equality = equalityOf(condition);
  if (equality !== undefined) yield [path, pointIntervals([equality.value])];
  if (!isOperatorDocument(condition)) return;
  for (const [operator, operand] of Object.entries(condition)) {
    if (operator === "$all" && Array.isArray(operand)) {
      for (const wanted of operand as unknown[]) yield [path, pointIntervals([wanted])];
    } else if (operator === "$elemMatch" && isDocument(operand)) {
      const within = isOperatorDocument(operand) ? { [path]: operand } : prefixed(path, operand);
      for (const [subPath, demands] of boundsOf(within)) {
        const each = demands.map(({ intervals }) => intervals);
        // As a value one element meets all demands at once; a field of it may be an array again.
        yield [subPath, isOperatorDocument(operand) ? intersect(each) : each[0], operand];
      }
    } else if (operator !== "$regex" || !Object.hasOwn(condition, "$options")) {
      yield [path, intervalsOfOperator(operator, operand)];
    }
  }
}

const prefixed = (path: string, criteria: PlainDocument) =>
  Object.fromEntries(
    Object.entries(criteria)
      .filter(([field]) => !field.startsWith("$"))
      .map(([field, condition]) => [`${path}.${field}`, condition]),
  );

function intervalsOfOperator(operator: string, operand: unknown): Intervals | undefined {
  switch (operator) {
    case "$in":
      return Array.isArray(operand) ? pointIntervals(operand) : undefined;
    case "$gt":
      return rangeIntervals(operand, { low: operand, lowIncluded: false });
    case "$gte":
      return rangeIntervals(operand, { low: operand, lowIncluded: true });
    case "$lt":
      return rangeIntervals(operand, { high: operand, highIncluded: false });
    case "$lte":
      return rangeIntervals(operand, { high: operand, highIncluded: true });
    case "$regex":
      return operand instanceof RegExp ? prefixIntervals(operand) : prefixIntervals(new RegExp(String(operand)));
    default:
      return undefined;
  }
}

function pointIntervals(values: readonly unknown[]): Intervals | undefined {
  // An index holds the elements of an array, not the array; a pattern and a condition are no points.
  const usable = values.every(
    (value) => !Array.isArray(value) && !(value instanceof RegExp) && !isOperatorDocument(value),
  );
  if (!usable) return undefined;
  const sorted = values.map((value) => value ?? null).toSorted(compareValues);
  return sorted.filter((value, index) => index === 0 || compareValues(value, sorted[index - 1]) !== 0).map(point);
}

function rangeIntervals(operand: unknown, bound: Partial<Interval>): Intervals | undefined {
  if (operand === null || operand === undefined || Array.isArray(operand) || Number.isNaN(operand)) return undefined;
  const edges = typeEdges.get(rankOf(operand)) ?? anyType;
  return [{ ...edges, lowIncluded: true, ...bound }];
}

/** `/^abc/` asks for the strings from "abc" up to the next prefix. */
function prefixIntervals(pattern: RegExp): Intervals | undefined {
  const prefix = /^\^([\p{L}\p{N} _\-:@/]+)(?![*?{|+])/u.exec(pattern.source)?.[1];
  if (prefix === undefined || pattern.flags.includes("i") || pattern.flags.includes("m")) return undefined;
  if (pattern.source.includes("|")) return undefined;
  // A quantifier after the literal may make its last character optional; what is before it always stands.
  return [{ low: prefix, lowIncluded: true, high: `${prefix}\u{ffff}`, highIncluded: true }];
}

/** Where every one of several demands holds at once, for a field that has one value. */
export function intersect(demands: readonly Intervals[]): Intervals {
  return demands.reduce((left, right) =>
    left.flatMap((first) =>
      right.flatMap((second): Interval[] => {
        const low = compareValues(first.low, second.low) || Number(second.lowIncluded) - Number(first.lowIncluded);
        const high = compareValues(first.high, second.high) || Number(first.highIncluded) - Number(second.highIncluded);
        const from = low >= 0 ? first : second;
        const to = high <= 0 ? first : second;
        const order = compareValues(from.low, to.high);
        if (order > 0 || (order === 0 && !(from.lowIncluded && to.highIncluded))) return [];
        return [{ low: from.low, lowIncluded: from.lowIncluded, high: to.high, highIncluded: to.highIncluded }];
      }),
    ),
  );
}
