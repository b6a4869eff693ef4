import { compareValues } from "../values/compare";

/** One key of one document in an index. */
export interface IndexEntry {
  readonly values: readonly unknown[];
  /** The document's, by which its collection knows it. */
  readonly sequence: number;
}

/**
 * A place between entries: before or after all that begin with `values`, which may be fewer than an entry has.
 * `{ values: [], after: false }` is the start of the index.
 */
export interface Bound {
  readonly values: readonly unknown[];
  readonly after: boolean;
}

const maxChunkLength = 512;

/**
 * Entries in order, as a list of short sorted arrays: finding is two binary searches, inserting moves at most one
 * chunk's entries. Entries of equal values stand in the order their documents were inserted.
 * @param directions of each field: 1 ascending, -1 descending
 */
export function createSortedEntries(directions: readonly (1 | -1)[]) {
  let chunks: IndexEntry[][] = [];

  function compareTuples(left: readonly unknown[], right: readonly unknown[]): number {
    const length = Math.min(left.length, right.length);
    for (let position = 0; position < length; position++) {
      const order = compareValues(left[position], right[position]);
      if (order !== 0) return directions[position] === -1 ? -order : order;
    }
    return 0;
  }
  const compareEntries = (left: IndexEntry, right: IndexEntry) =>
    compareTuples(left.values, right.values) || left.sequence - right.sequence;
  const isBeyond = (entry: IndexEntry, bound: Bound) => {
    const order = compareTuples(entry.values, bound.values);
    return order === 0 ? !bound.after : order > 0;
  };

  /** Where the first entry stands for which `reached` holds, given that it then holds for all after. */
  function locate(reached: (entry: IndexEntry) => boolean) {
    const chunk = Math.max(0, firstIndex(chunks, (entries) => entries[0] !== undefined && reached(entries[0])) - 1);
    const offset = firstIndex(chunks[chunk] ?? [], reached);
    return { chunk, offset };
  }

  function insert(entry: IndexEntry): void {
    const { chunk, offset } = locate((other) => compareEntries(other, entry) >= 0);
    const entries = chunks[chunk];
    if (entries === undefined) {
      chunks.push([entry]);
      return;
    }
    entries.splice(offset, 0, entry);
    if (entries.length > maxChunkLength) chunks.splice(chunk + 1, 0, entries.splice(maxChunkLength / 2));
  }

  function remove(entry: IndexEntry): void {
    let { chunk, offset } = locate((other) => compareEntries(other, entry) >= 0);
    if (offset === chunks[chunk]?.length) [chunk, offset] = [chunk + 1, 0];
    const entries = chunks[chunk];
    const found = entries?.[offset];
    if (entries === undefined || found === undefined || compareEntries(found, entry) !== 0) return;
    entries.splice(offset, 1);
    if (entries.length === 0) chunks.splice(chunk, 1);
  }

  /** Takes these entries, in any order, in place of what was there: much faster than inserting them one by one. */
  function rebuild(entries: readonly IndexEntry[]): void {
    const sorted = entries.toSorted(compareEntries);
    chunks = [];
    // Half full, as chunks are after a split: the next insertions have room.
    for (let start = 0; start < sorted.length; start += maxChunkLength / 2) {
      chunks.push(sorted.slice(start, start + maxChunkLength / 2));
    }
  }

  /** The entries between two bounds, forwards or from the end. */
  function* between(from: Bound, to: Bound, backwards = false): Generator<IndexEntry> {
    if (!backwards) {
      let { chunk, offset } = locate((entry) => isBeyond(entry, from));
      for (; chunk < chunks.length; chunk++, offset = 0) {
        const entries = chunks[chunk] ?? [];
        for (; offset < entries.length; offset++) {
          const entry = entries[offset];
          if (entry === undefined || isBeyond(entry, to)) return;
          yield entry;
        }
      }
      return;
    }
    const end = locate((entry) => isBeyond(entry, to));
    for (let chunk = end.chunk, offset = end.offset - 1; chunk >= 0; chunk--) {
      const entries = chunks[chunk] ?? [];
      for (offset = chunk === end.chunk ? offset : entries.length - 1; offset >= 0; offset--) {
        const entry = entries[offset];
        if (entry === undefined || !isBeyond(entry, from)) return;
        yield entry;
      }
    }
  }

  function countBefore(bound: Bound): number {
    const { chunk, offset } = locate((entry) => isBeyond(entry, bound));
    let count = offset;
    for (let index = 0; index < chunk; index++) count += chunks[index]?.length ?? 0;
    return count;
  }

  return {
    insert,
    remove,
    rebuild,
    between,
    countBetween: (from: Bound, to: Bound) => Math.max(0, countBefore(to) - countBefore(from)),
  };
}

/** Binary search: the first index at which `holds`, which holds for all after it; the length if for none. */
function firstIndex<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  let low = 0;
  let high = items.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(items[middle] as Item)) high = middle;
    else low = middle + 1;
  }
  return low;
}
