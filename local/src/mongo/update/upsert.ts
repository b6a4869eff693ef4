import { equalityOf, flattenConditions } from "../query/filter";
import { type PlainDocument } from "../values/bson";
import { setPath, splitPath } from "../values/paths";

/**
 * What an upsert starts from: the fields that its filter fixes to one value.
 * @param filter with its values in their BSON types
 */
export function upsertSeed(filter: PlainDocument): PlainDocument {
  const seed: PlainDocument = {};
  for (const [path, condition] of flattenConditions(filter)) {
    const equality = path.startsWith("$") ? undefined : equalityOf(condition);
    if (equality !== undefined) setPath(seed, splitPath(path), equality.value);
  }
  return seed;
}
