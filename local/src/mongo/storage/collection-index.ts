import { EJSON } from "bson";
import { CommandError } from "../errors";
import { compileFilter, flattenConditions } from "../query/filter";
import { equalValues } from "../values/compare";
import { splitPath } from "../values/paths";
import { indexKeys, type Keys } from "./index-keys";
import { type IndexSpec } from "./index-spec";
import { type Bound, createSortedEntries, sequenceOf } from "./sorted-entries";
import { type StoredRecord } from "./stored-record";

export type CollectionIndex = ReturnType<typeof createCollectionIndex>;

/** The place before everything in an index, and the one after. */
export const indexStart: Bound = { values: [], after: false };
export const indexEnd: Bound = { values: [], after: true };

/** One index of a collection: which documents it holds, in the order of its keys. */
export function createCollectionIndex(namespace: string, spec: IndexSpec) {
  const fields = Object.entries(spec.key).map(([field, direction]) => ({ field, path: splitPath(field), direction }));
  const paths = fields.map(({ path }) => path);
  const entries = createSortedEntries(fields.map(({ direction }) => direction));
  const isCovered = spec.partialFilterExpression && compileFilter(spec.partialFilterExpression);
  const partialFields = flattenConditions(spec.partialFilterExpression ?? {}).map(([field]) => field);
  const arrayPositions = new Set<number>();
  // An alternative in a partial filter may look at any field.
  const dependsOnAll = partialFields.some((field) => field.startsWith("$"));
  const roots = [...new Set([...paths, ...partialFields.map(splitPath)].map(([root = ""]) => root))];

  function keysOf(record: StoredRecord): readonly Keys[] {
    if (isCovered?.(record.document) === false) return [];
    const keys = indexKeys(record.document, paths);
    if (spec.sparse && !keys.present) return [];
    for (const position of keys.arrayPositions) arrayPositions.add(position);
    return keys.keys;
  }

  return {
    spec,
    fields,
    entries,
    /** The fields, by position, that led through an array in any document so far: such a field has several values. */
    arrayPositions: arrayPositions as ReadonlySet<number>,

    /** @throws CommandError if the document cannot be indexed */
    keysOf,
    /** Whether a document has the same keys after a change as before, to be told without making them. */
    isUntouched: (before: StoredRecord, after: StoredRecord) =>
      !dependsOnAll && roots.every((root) => equalValues(before.document[root], after.document[root])),

    /** @throws CommandError DuplicateKey if another document than that of `sequence` holds one of the keys */
    requireUnique(keys: readonly Keys[], sequence: number): void {
      if (!spec.unique) return;
      for (const { heads, rest } of keys) {
        for (const head of heads) {
          for (const holder of entries.ofKey(head, rest)) {
            if (sequenceOf(holder) !== sequence) throw duplicateKey(namespace, spec, [head, ...rest]);
          }
        }
      }
    },
    add(keys: readonly Keys[], sequence: number): void {
      for (const { heads, rest } of keys) {
        const entry = [...rest, sequence];
        for (const head of heads) entries.insert(head, entry);
      }
    },
    remove(keys: readonly Keys[], sequence: number): void {
      for (const { heads, rest } of keys) {
        const entry = [...rest, sequence];
        for (const head of heads) entries.remove(head, entry);
      }
    },
  };
}

function duplicateKey(namespace: string, spec: IndexSpec, values: readonly unknown[]): CommandError {
  const keyValue = Object.fromEntries(Object.keys(spec.key).map((field, position) => [field, values[position]]));
  const shown = EJSON.stringify(keyValue);
  const message = `E11000 duplicate key error collection: ${namespace} index: ${spec.name} dup key: ${shown}`;
  return new CommandError(11000, "DuplicateKey", message, { keyPattern: spec.key, keyValue });
}
