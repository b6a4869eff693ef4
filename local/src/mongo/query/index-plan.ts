import { type CollectionIndex, indexEnd, indexStart } from "../storage/collection-index";
import { type Bound } from "../storage/sorted-entries";
import { type PlainDocument } from "../values/bson";
import { type Demand, type FieldBounds, intersect, type Interval, type Intervals, isPoint } from "./bounds";
import { impliesFilter } from "./filter";
import { type SortFields } from "./sort";

/** A way to find a filter's documents through an index. */
export interface IndexPlan {
  readonly index: CollectionIndex;
  /** The stretches of the index to read, as they follow each other in it. */
  readonly ranges: readonly { readonly from: Bound; readonly to: Bound }[];
  /** How many entries those hold. */
  readonly entryCount: number;
  /** Whether reading them gives the documents in the order asked for; then, in which direction. */
  readonly order: "forwards" | "backwards" | undefined;
  /** Where that takes all stretches to be read at once and merged: the position of the first field to merge by. */
  readonly mergesFrom: number | undefined;
}

/** More stretches than this are not worth while: the rest of the demands is left to the filter. */
const maxRanges = 500;

/** Every way in which an index can serve a filter, or its order; none if it can do neither, or may lack documents. */
export function indexPlans(
  index: CollectionIndex,
  filter: PlainDocument,
  bounds: FieldBounds,
  sort: SortFields,
): IndexPlan[] {
  const { partialFilterExpression, sparse } = index.spec;
  if (partialFilterExpression && !impliesFilter(filter, partialFilterExpression)) return [];
  const leading = index.fields[0]?.field ?? "";
  const demands = bounds.get(leading);
  if (demands === undefined) {
    if (sparse || sort.length === 0) return [];
    const plan = planOf(index, [], sort);
    return plan.order === undefined ? [] : [plan];
  }
  // A sparse index has no entry for a missing field, which null stands for too.
  if (sparse && demands.some(({ intervals }) => intervals.some(({ low }) => low === null))) return [];
  return chosenDemands(index, 0, demands).map((first) => {
    const further = furtherDemands(index, bounds, first.element);
    return planOf(index, [first.intervals, ...further], sort);
  });
}

/** Demands on one value hold together; of demands on several values, each may be met by another, so they stand apart. */
const chosenDemands = (index: CollectionIndex, position: number, demands: readonly Demand[]): readonly Demand[] =>
  index.arrayPositions.has(position) ? demands : [{ intervals: intersect(demands.map(({ intervals }) => intervals)) }];

/**
 * What is demanded of the index's second field, its third … up to the first of which nothing is.
 * @param element of which element the first field's demand is
 */
function furtherDemands(index: CollectionIndex, bounds: FieldBounds, element: Demand["element"]): Intervals[] {
  const further: Intervals[] = [];
  let arrayBound = index.arrayPositions.has(0);
  for (const [position, { field }] of index.fields.entries()) {
    if (position === 0) continue;
    const isArray = index.arrayPositions.has(position);
    // Two fields under one array: their demands may be met by two elements, of which no single entry tells, unless
    // both are made of one element.
    const usable = (bounds.get(field) ?? []).filter(
      (demand) => !(isArray && arrayBound) || (element !== undefined && demand.element === element),
    );
    if (usable.length === 0) break;
    arrayBound ||= isArray;
    const [chosen] = chosenDemands(index, position, usable);
    if (chosen !== undefined) further.push(chosen.intervals);
  }
  return further;
}

function planOf(index: CollectionIndex, demands: readonly Intervals[], sort: SortFields): IndexPlan {
  let prefixes: unknown[][] = [[]];
  let ranges: { from: Bound; to: Bound }[] | undefined;
  let pointFields = 0;
  let singleFields = 0;
  for (const [position, intervals] of demands.entries()) {
    if (prefixes.length * intervals.length > maxRanges && position > 0) break;
    const direction = index.fields[position]?.direction ?? 1;
    const ordered = direction === 1 ? intervals : intervals.toReversed();
    if (!intervals.every(isPoint)) {
      ranges = prefixes.flatMap((prefix) => ordered.map((interval) => rangeOf(prefix, interval, direction)));
      break;
    }
    prefixes = prefixes.flatMap((prefix) => ordered.map(({ low }) => [...prefix, low]));
    pointFields = position + 1;
    if (prefixes.length === 1) singleFields = position + 1;
  }
  ranges ??= prefixes.map((values) => ({ from: { values, after: false }, to: { values, after: true } }));
  if (demands.length === 0) ranges = [{ from: indexStart, to: indexEnd }];
  const entryCount = ranges.reduce((count, { from, to }) => count + index.entries.countBetween(from, to), 0);
  const isOne = (position: number) => position < pointFields && demands[position]?.length === 1;
  const orderAfter = (fixedFields: number) => orderOf(index, { fixedFields, boundFields: demands.length, isOne }, sort);
  const inTurn = orderAfter(singleFields);
  // Each stretch is in order by what comes after its points.
  const merged = inTurn === undefined ? orderAfter(pointFields) : undefined;
  const mergesFrom = merged === undefined ? undefined : pointFields;
  return { index, ranges, entryCount, order: inTurn ?? merged, mergesFrom };
}

function rangeOf(prefix: readonly unknown[], interval: Interval, direction: 1 | -1): { from: Bound; to: Bound } {
  const low = { values: [...prefix, interval.low], after: !interval.lowIncluded };
  const high = { values: [...prefix, interval.high], after: interval.highIncluded };
  if (direction === 1) return { from: low, to: high };
  // Descending, the greatest comes first.
  return { from: { ...high, after: !high.after }, to: { ...low, after: !low.after } };
}

/**
 * How to read an index to get the order of a sort: its fields after those that are fixed to single values must be the
 * sort's, all in the same or all in the opposite direction.
 */
function orderOf(
  index: CollectionIndex,
  bound: { fixedFields: number; boundFields: number; isOne: (position: number) => boolean },
  sort: SortFields,
): IndexPlan["order"] {
  const { fixedFields, boundFields } = bound;
  const arrayFixed = [...index.arrayPositions].some((position) => position < fixedFields);
  const isFixed = (field: string) =>
    index.fields.some(
      (fixed, position) => fixed.field === field && bound.isOne(position) && !index.arrayPositions.has(position),
    );
  let position = fixedFields;
  let turn: number | undefined;
  for (const { field, direction } of sort) {
    if (isFixed(field)) continue;
    const indexed = index.fields[position];
    if (indexed?.field !== field) return undefined;
    // A document with several keys stands where its least is, which bounds could hide.
    if (index.arrayPositions.has(position) && (arrayFixed || position < boundFields)) return undefined;
    turn ??= direction * indexed.direction;
    if (turn !== direction * indexed.direction) return undefined;
    position++;
  }
  return turn === -1 ? "backwards" : "forwards";
}
