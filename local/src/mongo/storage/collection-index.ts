import { EJSON } from "bson";
import { CommandError } from "../errors";
import { compileFilter } from "../query/filter";
import { compareValues } from "../values/compare";
import { splitPath } from "../values/paths";
import { indexKeys } from "./index-keys";
import { type IndexSpec } from "./index-spec";
import { type Bound, createSortedEntries } from "./sorted-entries";
import { type StoredRecord } from "./stored-record";

export type CollectionIndex = ReturnType<typeof createCollectionIndex>;

/** The place before everything in an index, and the one after. */
export const indexStart: Bound = { values: [], after: false };
export const indexEnd: Bound = { values: [], after: true };

/** One index of a collection: which documents it holds, in the order of its keys. */
export function createCollectionIndex(namespace: string, spec: IndexSpec) {
  const fields = Object.entries(spec.key).map(([field, direction]) => ({ field, path: splitPath(field), direction }));
  const paths = fields.map(({ path }) => path);
  const directions = fields.map(({ direction }) => direction);
  const entries = createSortedEntries(
    (left, right, position) => compareValues(left, right) * (directions[position] ?? 1),
  );
  const isCovered = spec.partialFilterExpression && compileFilter(spec.partialFilterExpression);
  const arrayPositions = new Set<number>();

  function tuplesOf(record: StoredRecord): readonly (readonly unknown[])[] {
    if (isCovered?.(record.document) === false) return [];
    const keys = indexKeys(record.document, paths);
    if (spec.sparse && !keys.present) return [];
    for (const position of keys.arrayPositions) arrayPositions.add(position);
    return keys.tuples;
  }

  return {
    spec,
    fields,
    entries,
    /** The fields, by position, that led through an array in any document so far: such a field has several values. */
    arrayPositions: arrayPositions as ReadonlySet<number>,

    /** @throws CommandError DuplicateKey if another document than `record`'s predecessor holds one of its unique keys */
    requireUnique(record: StoredRecord): void {
      if (!spec.unique) {
        // Also finds, before anything is written, that a document cannot be indexed.
        tuplesOf(record);
        return;
      }
      for (const values of tuplesOf(record)) {
        for (const holder of entries.between({ values, after: false }, { values, after: true })) {
          if (holder.record.sequence !== record.sequence) throw duplicateKey(namespace, spec, values);
        }
      }
    },
    add(record: StoredRecord): void {
      for (const values of tuplesOf(record)) entries.insert({ values, record });
    },
    remove(record: StoredRecord): void {
      for (const values of tuplesOf(record)) entries.remove({ values, record });
    },
  };
}

function duplicateKey(namespace: string, spec: IndexSpec, values: readonly unknown[]): CommandError {
  const keyValue = Object.fromEntries(Object.keys(spec.key).map((field, position) => [field, values[position]]));
  const shown = EJSON.stringify(keyValue);
  const message = `E11000 duplicate key error collection: ${namespace} index: ${spec.name} dup key: ${shown}`;
  return new CommandError(11000, "DuplicateKey", message, { keyPattern: spec.key, keyValue });
}
