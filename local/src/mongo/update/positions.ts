import { badValue, failedToParse } from "../errors";
import { compileFilter, flattenConditions, type FilterTest } from "../query/filter";
import { isDocument, type PlainDocument } from "../values/bson";
import { setPath, splitPath, visitPath } from "../values/paths";
import { type Positions } from "./targets";

/**
 * What `$` and `$[identifier]` stand for while one document is updated.
 * @param document the document as the filter matched it
 * @param arrayFilters each about one identifier
 */
export function createPositions(
  document: PlainDocument,
  filter: PlainDocument,
  arrayFilters: readonly PlainDocument[],
): Positions {
  const filters = new Map<string, FilterTest>();
  for (const arrayFilter of arrayFilters) {
    const names = new Set(flattenConditions(arrayFilter).map(([path]) => splitPath(path)[0] ?? ""));
    const [identifier] = names;
    if (identifier === undefined || names.size > 1) {
      throw failedToParse("Error parsing array filter :: caused by :: Expected a single top-level field name");
    }
    filters.set(identifier, compileFilter(arrayFilter));
  }

  return {
    matchedIndex: (arrayPath) => matchedIndex(document, filter, arrayPath),
    passes(identifier, element) {
      const test = filters.get(identifier);
      if (test === undefined) throw badValue(`No array filter found for identifier '${identifier}'`);
      return test({ [identifier]: element });
    },
  };
}

/** The first element that meets all that the filter demands of the array, or else the first that meets any of it. */
function matchedIndex(document: PlainDocument, filter: PlainDocument, arrayPath: string): number {
  const tests = flattenConditions(filter)
    .filter(([path]) => path === arrayPath || path.startsWith(`${arrayPath}.`))
    .map(([path, condition]) => compileFilter({ [path]: condition }));
  let found = -1;
  visitPath(document, splitPath(arrayPath), (array) => {
    if (!Array.isArray(array)) return false;
    const met = array.map((element) => {
      const alone: PlainDocument = {};
      setPath(alone, splitPath(arrayPath), [element]);
      return tests.filter((test) => test(alone)).length;
    });
    found = met.indexOf(tests.length);
    if (found < 0) found = met.findIndex((count) => count > 0);
    return true;
  });
  if (tests.length === 0 || found < 0) {
    throw badValue("The positional operator did not find the match needed from the query.");
  }
  return found;
}

/** @throws CommandError unless it is an array of documents or missing */
export function parseArrayFilters(arrayFilters: unknown): PlainDocument[] {
  if (arrayFilters === undefined) return [];
  if (!Array.isArray(arrayFilters) || !arrayFilters.every(isDocument)) {
    throw failedToParse("'arrayFilters' must be an array of objects");
  }
  return arrayFilters;
}
