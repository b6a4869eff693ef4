import { CommandError } from "../errors";
import { isDocument } from "../values/bson";
import { compareValues } from "../values/compare";
import { ownField, type Path } from "../values/paths";

/** The keys under which an index holds a document: one tuple per element where a field leads through an array. */
export interface IndexKeys {
  readonly tuples: readonly (readonly unknown[])[];
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
  const arrayPositions = new Set<number>();

  /** The tuples of those of `paths`, given by position, that share the way down to `value`. */
  function tuplesOf(value: unknown, positions: readonly number[], depth: number): Map<number, unknown>[] {
    if (Array.isArray(value)) {
      for (const position of positions) arrayPositions.add(position);
      if (value.length === 0) return [leaf(undefined, positions, depth)];
      return (value as unknown[]).flatMap((element) =>
        Array.isArray(element) ? [leaf(element, positions, depth)] : tuplesOf(element, positions, depth),
      );
    }
    const ended = positions.filter((position) => paths[position]?.length === depth);
    const deeper = new Map<string, number[]>();
    for (const position of positions) {
      const segment = paths[position]?.[depth];
      if (segment !== undefined) deeper.set(segment, [...(deeper.get(segment) ?? []), position]);
    }
    let tuples = [new Map(ended.map((position) => [position, value]))];
    for (const [segment, group] of deeper) {
      const below = isDocument(value) && Object.hasOwn(value, segment) ? ownField(value, segment) : missing;
      const groupTuples = below === missing ? [filled(missing, group)] : tuplesOf(below, group, depth + 1);
      if (tuples.length > 1 && groupTuples.length > 1) throw parallelArrays();
      tuples = tuples.flatMap((tuple) => groupTuples.map((other) => new Map([...tuple, ...other])));
    }
    return tuples;
  }

  /** What an array element that is no document gives: itself to the fields that end here, nothing to the others. */
  const leaf = (value: unknown, positions: readonly number[], depth: number) =>
    new Map(positions.map((position) => [position, paths[position]?.length === depth ? value : missing]));
  const filled = (value: unknown, positions: readonly number[]) =>
    new Map(positions.map((position) => [position, value]));

  const found = tuplesOf(document, [...paths.keys()], 0);
  const present = found.some((tuple) => [...tuple.values()].some((value) => value !== missing));
  const tuples = found.map((tuple) => paths.map((_, position) => orNull(tuple.get(position))));
  return { tuples: tuples.length > 1 ? withoutRepeats(tuples) : tuples, arrayPositions, present };
}

const orNull = (value: unknown) => (value === missing ? null : value);

function withoutRepeats(tuples: readonly unknown[][]): unknown[][] {
  return tuples
    .toSorted(compareValues)
    .filter((tuple, index, sorted) => index === 0 || compareValues(tuple, sorted[index - 1]) !== 0);
}

const parallelArrays = () =>
  new CommandError(171, "CannotIndexParallelArrays", "cannot index parallel arrays in one compound index");
