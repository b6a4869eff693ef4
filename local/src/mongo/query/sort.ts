import { badValue } from "../errors";
import { isDocument } from "../values/bson";
import { compareValues } from "../values/compare";
import { type Path, splitPath, visitPath } from "../values/paths";

/** A parsed sort specification, most significant field first. */
export type SortFields = readonly { readonly field: string; readonly path: Path; readonly direction: 1 | -1 }[];

/** @throws CommandError BadValue */
export function parseSort(sort: unknown): SortFields {
  if (sort === undefined || sort === null) return [];
  if (!isDocument(sort)) throw badValue("the sort must be an object");
  return Object.entries(sort).map(([field, direction]) => {
    if (direction !== 1 && direction !== -1) throw badValue(`Illegal key in $sort specification: ${field}`);
    return { field, path: splitPath(field), direction };
  });
}

/** What a document sorts by: of an array its least element, or its greatest when descending; null if there is none. */
function sortKey(document: object, { path, direction }: SortFields[number]): unknown {
  const values: unknown[] = [];
  visitPath(document, path, (value) => {
    if (!Array.isArray(value)) values.push(value ?? null);
    // An empty array sorts before null.
    else if (value.length === 0) values.push(undefined);
    else values.push(...(value as unknown[]));
    return false;
  });
  if (values.length === 0) return null;
  return values.reduce((best, value) => (compareValues(value, best) * direction < 0 ? value : best));
}

/**
 * The first `limit` items in order; all if it is Infinity. Keeps no more than those while it goes through the items.
 * @param documentOf what of an item is sorted by
 */
export function sortItems<Item>(
  items: Iterable<Item>,
  documentOf: (item: Item) => object,
  fields: SortFields,
  limit = Infinity,
): Item[] {
  const keyed = (item: Item) => ({ item, keys: fields.map((field) => sortKey(documentOf(item), field)) });
  type Keyed = ReturnType<typeof keyed>;
  const compare = (left: Keyed, right: Keyed) => {
    for (const [position, { direction }] of fields.entries()) {
      const order = compareValues(left.keys[position], right.keys[position]) * direction;
      if (order !== 0) return order;
    }
    return 0;
  };
  // Sorting now and then what has come together is cheaper than to keep it sorted, and bounds the memory as well.
  const roomFor = Math.max(2 * limit, 1024);
  let best: Keyed[] = [];
  for (const item of items) {
    best.push(keyed(item));
    if (best.length >= roomFor) best = best.sort(compare).slice(0, limit);
  }
  return best
    .sort(compare)
    .slice(0, limit)
    .map(({ item }) => item);
}
