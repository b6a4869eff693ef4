import { type Options } from "mingo/types";
import { badValue } from "../errors";
import { type Collection } from "../storage/collection";
import { type CollectionIndex } from "../storage/collection-index";
import { type IndexEntry, sequenceOf } from "../storage/sorted-entries";
import { type StoredRecord } from "../storage/stored-record";
import { isDocument, type PlainDocument } from "../values/bson";
import { equalValues } from "../values/compare";
import { boundsOf } from "./bounds";
import { compileFilter } from "./filter";
import { type IndexPlan, indexPlans } from "./index-plan";
import { merge } from "./merge";
import { parseSort, type SortFields, sortItems } from "./sort";

export interface FindQuery {
  readonly filter: PlainDocument;
  readonly sort?: unknown;
  readonly skip?: number;
  /** 0 and undefined mean all. */
  readonly limit?: number;
  /** An index's name or keys; `{ $natural: 1 }` for none. */
  readonly hint?: unknown;
  readonly variables?: PlainDocument;
  readonly collectionResolver?: Options["collectionResolver"];
}

/** What was looked at to answer a query, counted while its records are read. */
export interface FindCounts {
  keys: number;
  documents: number;
}

export interface PreparedFind {
  /** The index in use; undefined for a scan of the collection. */
  readonly plan: IndexPlan | undefined;
  readonly sortsInMemory: boolean;
  readonly counts: FindCounts;
  run(): StoredRecord[];
}

/**
 * Chooses how to find a query's documents: of the indexes that can serve it the one with the fewest entries to read,
 * taking into account that reading in order may stop at the limit. What it finds is always held against the filter.
 * @throws CommandError for a filter or sort that MongoDB would refuse
 */
export function prepareFind(collection: Collection | undefined, query: FindQuery): PreparedFind {
  const { filter, skip = 0, limit = 0, hint, variables, collectionResolver } = query;
  const matches = compileFilter(filter, { variables, collectionResolver });
  const sort = parseSort(query.sort);
  const wanted = limit === 0 ? Infinity : skip + Math.abs(limit);
  const counts: FindCounts = { keys: 0, documents: 0 };
  const plan = collection && choosePlan(collection, filter, sort, wanted, hint);
  const sortsInMemory = sort.length > 0 && plan?.order === undefined;

  function* matching(): Generator<StoredRecord> {
    if (collection === undefined) return;
    for (const record of plan ? recordsOf(collection, plan, counts) : collection.records.values()) {
      counts.documents++;
      if (matches(record.document)) yield record;
    }
  }

  return {
    plan,
    sortsInMemory,
    counts,
    run() {
      const found = sortsInMemory
        ? sortItems(matching(), (record) => record.document, sort, wanted)
        : take(matching(), wanted);
      return skip > 0 ? found.slice(skip) : found;
    },
  };
}

function take<Item>(items: Iterable<Item>, count: number): Item[] {
  const taken: Item[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length >= count) break;
  }
  return taken;
}

/** The records of an index's stretches in its order, each once though it may have several keys there. */
function* recordsOf({ records }: Collection, plan: IndexPlan, counts: FindCounts): Generator<StoredRecord> {
  const seen = plan.index.arrayPositions.size > 0 ? new Set<number>() : undefined;
  for (const entry of entriesOf(plan)) {
    counts.keys++;
    const sequence = sequenceOf(entry);
    if (seen?.has(sequence)) continue;
    seen?.add(sequence);
    const record = records.get(sequence);
    if (record !== undefined) yield record;
  }
}

function entriesOf({ index, ranges, order, mergesFrom }: IndexPlan): Iterable<IndexEntry> {
  const { entries } = index;
  const backwards = order === "backwards";
  const inTurn = backwards ? ranges.toReversed() : ranges;
  const stretches = inTurn.map(({ from, to }) => entries.between(from, to, backwards));
  if (mergesFrom === undefined) return concatenate(stretches);
  const direction = backwards ? -1 : 1;
  // An entry has no value for the index's first field, which all stretches here have points of.
  return merge(stretches, (left, right) => entries.compareEntries(left, right, mergesFrom - 1) * direction);
}

function* concatenate<Item>(streams: readonly Iterable<Item>[]): Generator<Item> {
  for (const stream of streams) yield* stream;
}

function choosePlan(
  collection: Collection,
  filter: PlainDocument,
  sort: SortFields,
  wanted: number,
  hint: unknown,
): IndexPlan | undefined {
  if (isDocument(hint) && Object.hasOwn(hint, "$natural")) return undefined;
  const bounds = boundsOf(filter);
  const hinted = hint === undefined ? undefined : requireHinted(collection.indexes, hint);
  const plans = (hinted ? [hinted] : collection.indexes).flatMap((index) => indexPlans(index, filter, bounds, sort));
  const documentCount = collection.records.size;
  // No more documents can match than the narrowest index holds; they are taken to lie evenly along the others.
  const fewest = Math.min(documentCount, ...plans.map(({ entryCount }) => entryCount));
  const costOf = (entryCount: number, ordered: boolean) => {
    if (!ordered) return 1.5 * entryCount;
    return Math.min(entryCount, (wanted * entryCount) / Math.max(1, fewest));
  };
  let best: IndexPlan | undefined;
  let bestCost = hinted ? Infinity : costOf(documentCount, sort.length === 0);
  for (const plan of plans) {
    const cost = costOf(plan.entryCount, sort.length === 0 || plan.order !== undefined);
    if (cost < bestCost || (cost === bestCost && best === undefined)) [best, bestCost] = [plan, cost];
  }
  return best;
}

function requireHinted(indexes: readonly CollectionIndex[], hint: unknown): CollectionIndex {
  const hinted = indexes.find(({ spec }) => (isDocument(hint) ? equalValues(spec.key, hint) : spec.name === hint));
  if (hinted === undefined) throw badValue("hint provided does not correspond to an existing index");
  return hinted;
}
