import { compareValues } from "../values/compare";
import {
  type Chunks,
  countBetween,
  endOf,
  insertAt,
  itemAt,
  locate,
  type Place,
  removeAt,
  startOf,
  toChunks,
  walk,
} from "./sorted-chunks";

/**
 * What an index holds of a document: the values of its fields but the first, then the document's sequence, by which its
 * collection knows it. A document that is found by many first values (the elements of an array) has one entry for all.
 */
export type IndexEntry = readonly unknown[];

export const sequenceOf = (entry: IndexEntry): number => entry.at(-1) as number;

/**
 * A place between keys: before or after all that begin with `values`, which may be fewer than the index has fields.
 * `{ values: [], after: false }` is the start of the index.
 */
export interface Bound {
  readonly values: readonly unknown[];
  readonly after: boolean;
}

/** The entries under one value of the index's first field. */
interface Group {
  readonly head: unknown;
  /** In order. */
  sorted: Chunks<IndexEntry>;
  /** What came since somebody last looked here: most of what is written in bulk is never looked at one by one. */
  added: IndexEntry[];
}

export type SortedEntries = ReturnType<typeof createSortedEntries>;

// A group that grew by more than one in so many is sorted as a whole; into a larger one each entry is put by itself.
const entriesPerInsertion = 16;
// Up to so many groups are counted; a wider stretch is told by its share of them.
const maxCountedGroups = 16;

/**
 * An index's entries in the order of their keys, by the value of the first field and then by the others. Entries of equal
 * keys stand in the order their documents were inserted.
 * @param directions of each field: 1 ascending, -1 descending
 */
export function createSortedEntries(directions: readonly (1 | -1)[]) {
  const groups: Chunks<Group> = [];
  // Most first values are texts, and to find one of them needs no search.
  const groupOfText = new Map<unknown, Group>();
  let entryCount = 0;
  const [headDirection = 1, ...restDirections] = directions;

  const compareHeads = (left: unknown, right: unknown): number => compareValues(left, right) * headDirection;

  /** @param from the first position that is compared */
  function compareEntries(left: IndexEntry, right: IndexEntry, from = 0): number {
    for (let position = from; position < restDirections.length; position++) {
      const order = compareValues(left[position], right[position]);
      if (order !== 0) return restDirections[position] === -1 ? -order : order;
    }
    return sequenceOf(left) - sequenceOf(right);
  }

  function findGroup(head: unknown): Group | undefined {
    if (typeof head === "string") return groupOfText.get(head);
    const group = itemAt(groups, placeOfHead(head, false));
    return group !== undefined && compareHeads(group.head, head) === 0 ? group : undefined;
  }

  const placeOfHead = (head: unknown, after: boolean): Place =>
    locate(groups, (group) => compareHeads(group.head, head) >= (after ? 1 : 0));

  /** A group's entries in order. */
  function entriesOf(group: Group): Chunks<IndexEntry> {
    const { sorted, added } = group;
    if (added.length === 0) return sorted;
    group.added = [];
    if (added.length * entriesPerInsertion > countBetween(sorted, startOf, endOf(sorted))) {
      group.sorted = toChunks([...sorted.flat(), ...added].sort((left, right) => compareEntries(left, right)));
    } else {
      for (const entry of added) insertAt(sorted, placeOfEntry(sorted, entry), entry);
    }
    return group.sorted;
  }

  const placeOfEntry = (entries: Chunks<IndexEntry>, entry: IndexEntry): Place =>
    locate(entries, (other) => compareEntries(other, entry) >= 0);

  function insert(head: unknown, entry: IndexEntry): void {
    let group = findGroup(head);
    if (group === undefined) {
      group = { head, sorted: [], added: [] };
      insertAt(groups, placeOfHead(head, false), group);
      if (typeof head === "string") groupOfText.set(head, group);
    }
    group.added.push(entry);
    entryCount++;
  }

  function remove(head: unknown, entry: IndexEntry): void {
    const group = findGroup(head);
    if (group === undefined) return;
    const entries = entriesOf(group);
    const place = placeOfEntry(entries, entry);
    const found = itemAt(entries, place);
    if (found === undefined || compareEntries(found, entry) !== 0) return;
    removeAt(entries, place);
    entryCount--;
    if (entries.length > 0) return;
    removeAt(groups, placeOfHead(head, false));
    groupOfText.delete(head);
  }

  /** The groups that a stretch reaches into. */
  function groupPlaces(from: Bound, to: Bound): [Place, Place] {
    const place = ({ values, after }: Bound, beyond: boolean): Place => {
      if (values.length === 0) return after ? endOf(groups) : startOf;
      return placeOfHead(values[0], values.length === 1 ? after : beyond);
    };
    return [place(from, false), place(to, true)];
  }

  /** The part of a group that lies between two bounds. */
  function partOf(group: Group, from: Bound, to: Bound): [entries: Chunks<IndexEntry>, from: Place, to: Place] {
    const entries = entriesOf(group);
    /** Undefined where the bound cuts nothing off the group. */
    const place = ({ values, after }: Bound): Place | undefined => {
      if (values.length < 2 || compareHeads(group.head, values[0]) !== 0) return undefined;
      return locate(entries, (entry) => {
        for (let position = 1; position < values.length; position++) {
          const order = compareValues(entry[position - 1], values[position]);
          if (order !== 0) return (directions[position] === -1 ? -order : order) > 0;
        }
        return !after;
      });
    };
    return [entries, place(from) ?? startOf, place(to) ?? endOf(entries)];
  }

  return {
    insert,
    remove,
    compareEntries,

    /** The entries of one key. @param rest the values of the fields but the first */
    *ofKey(head: unknown, rest: readonly unknown[]): Generator<IndexEntry> {
      const group = findGroup(head);
      if (group === undefined) return;
      const values = [head, ...rest];
      yield* walk(...partOf(group, { values, after: false }, { values, after: true }), false);
    },

    /** The entries between two bounds, forwards or from the end. */
    *between(from: Bound, to: Bound, backwards = false): Generator<IndexEntry> {
      for (const group of walk(groups, ...groupPlaces(from, to), backwards)) {
        yield* walk(...partOf(group, from, to), backwards);
      }
    },

    /** How many those are: exactly, or about where they are spread over many values of the first field. */
    countBetween(from: Bound, to: Bound): number {
      const [first, last] = groupPlaces(from, to);
      const groupCount = countBetween(groups, first, last);
      if (groupCount > maxCountedGroups) {
        return Math.ceil((groupCount / countBetween(groups, startOf, endOf(groups))) * entryCount);
      }
      let count = 0;
      for (const group of walk(groups, first, last, false)) {
        count += countBetween(...partOf(group, from, to));
      }
      return count;
    },
  };
}
