import { CommandError } from "../errors";
import { isDocument } from "../values/bson";
import { compareValues } from "../values/compare";
import { ownField, type Path } from "../values/paths";

/** Keys of a document that differ in their first value only. */
export interface Keys {
  readonly heads: readonly unknown[];
  /** The values of the index's other fields. */
  readonly rest: readonly unknown[];
}

/** The keys under which an index holds a document: one per element where a field leads through an array. */
export interface IndexKeys {
  readonly keys: readonly Keys[];
  /** The fields, by position, that lead through an array. */
  readonly arrayPositions: ReadonlySet<number>;
  /** False if the document has none of the indexed fields; a sparse index leaves it out. */
  readonly present: boolean;
}

const missing = Symbol("missing");

/**
 * @param paths the indexed fields
 * @throws CommandError CannotIndexParallelArrays where two fields lead into different arrays
 */
export function indexKeys(document: object, paths: readonly Path[]): IndexKeys {
  return flatKeys(document, paths) ?? nestedKeys(document, paths);
}

/** For what nearly every index has: fields that no array leads to, and the first of them may be an array of texts. */
function flatKeys(document: object, paths: readonly Path[]): IndexKeys | undefined {
  const values: unknown[] = [];
  let present = false;
  for (const path of paths) {
    let value: unknown = document;
    for (const segment of path) {
      if (Array.isArray(value)) {
        // Nothing is in a list that is empty, as most lists of work to be done are.
        return paths.length === 1 && value.length === 0 ? nothing : undefined;
      }
      value = isDocument(value) && Object.hasOwn(value, segment) ? value[segment] : missing;
    }
    present ||= value !== missing;
    values.push(value === missing ? null : value);
  }
  const [first, ...rest] = values;
  if (rest.some(Array.isArray)) return undefined;
  if (!Array.isArray(first)) return { keys: [{ heads: [first], rest }], arrayPositions: none, present };
  const heads = distinctTexts(first);
  return heads && { keys: [{ heads, rest }], arrayPositions: firstOnly, present };
}

// Several indexes over one array follow each other: what was found for one is there for the next.
let lastDistinct: { of: readonly unknown[]; texts: readonly string[] } | undefined;

function distinctTexts(values: readonly unknown[]): readonly string[] | undefined {
  if (lastDistinct?.of === values) return lastDistinct.texts;
  if (values.length === 0 || !values.every((value) => typeof value === "string")) return undefined;
  const distinct = new Set(values);
  lastDistinct = { of: values, texts: distinct.size === values.length ? values : [...distinct] };
  return lastDistinct.texts;
}

const none: ReadonlySet<number> = new Set();
const firstOnly: ReadonlySet<number> = new Set([0]);

const nothing: IndexKeys = { keys: [{ heads: [null], rest: [] }], arrayPositions: firstOnly, present: false };

function nestedKeys(document: object, paths: readonly Path[]): IndexKeys {
  const arrayPositions = new Set<number>();

  /** The tuples of those of `paths`, given by position, that share the way down to `value`; the others' places lie empty. */
  function tuplesOf(value: unknown, positions: readonly number[], depth: number): unknown[][] {
    if (Array.isArray(value)) {
      for (const position of positions) arrayPositions.add(position);
      if (value.length === 0) return [leaf(undefined, positions, depth)];
      return (value as unknown[]).flatMap((element) =>
        isDocument(element) ? tuplesOf(element, positions, depth) : [leaf(element, positions, depth)],
      );
    }
    if (!isDocument(value)) return [leaf(value, positions, depth)];
    const deeper = new Map<string, number[]>();
    const ended: number[] = [];
    for (const position of positions) {
      const segment = paths[position]?.[depth];
      if (segment === undefined) ended.push(position);
      else deeper.set(segment, [...(deeper.get(segment) ?? []), position]);
    }
    let tuples = ended.length > 0 ? [leaf(value, ended, depth)] : undefined;
    for (const [segment, group] of deeper) {
      const below = Object.hasOwn(value, segment) ? ownField(value, segment) : missing;
      const groupTuples = tuplesOf(below, group, depth + 1);
      tuples = tuples === undefined ? groupTuples : product(tuples, groupTuples, group);
    }
    return tuples ?? [];
  }

  /** What a value that is no document gives: itself to the fields that end here, nothing to those that go deeper. */
  function leaf(value: unknown, positions: readonly number[], depth: number): unknown[] {
    const tuple = new Array<unknown>(paths.length).fill(missing);
    for (const position of positions) if (paths[position]?.length === depth) tuple[position] = value;
    return tuple;
  }

  const found = tuplesOf(document, [...paths.keys()], 0);
  const present = found.some((tuple) => tuple.some((value) => value !== missing));
  const tuples = found.map((tuple) => tuple.map((value) => (value === missing ? null : value)));
  const keys = withoutRepeats(tuples).map(([head, ...rest]): Keys => ({ heads: [head], rest }));
  return { keys, arrayPositions, present };
}

/** Each of the tuples with each of the others, whose values stand at `positions`. Only one side may be several. */
function product(tuples: unknown[][], others: readonly unknown[][], positions: readonly number[]): unknown[][] {
  if (tuples.length > 1 && others.length > 1) {
    const message = "cannot index parallel arrays in one compound index";
    throw new CommandError(171, "CannotIndexParallelArrays", message);
  }
  return tuples.flatMap((tuple) =>
    others.map((other) => {
      const joined = [...tuple];
      for (const position of positions) joined[position] = other[position];
      return joined;
    }),
  );
}

function withoutRepeats(tuples: readonly unknown[][]): unknown[][] {
  return tuples
    .toSorted(compareValues)
    .filter((tuple, index, sorted) => index === 0 || compareValues(tuple, sorted[index - 1]) !== 0);
}
