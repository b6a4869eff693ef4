import { BSONRegExp, ObjectId } from "bson";
import { CommandError } from "../errors";
import { decodePlain, encode, type PlainDocument } from "../values/bson";
import { equalValues } from "../values/compare";
import { type CollectionIndex, createCollectionIndex } from "./collection-index";
import { findSameIndex, idIndexSpec, type IndexSpec, describeIndex, parseIndexSpec } from "./index-spec";
import { type Journal } from "./journal";
import { type JournalRecord, recordBytes, recordKinds } from "./journal-records";
import { type StoredRecord } from "./stored-record";

export type Collection = ReturnType<typeof createCollection>;

/**
 * A collection's documents and indexes in memory, every change in the journal before it is seen. All of it is
 * synchronous: a change is checked, written and applied without another command in between, which is what makes
 * guarded updates and unique indexes hold under concurrent clients.
 */
export function createCollection(namespace: string) {
  const records = new Map<number, StoredRecord>();
  const idIndex = createCollectionIndex(namespace, idIndexSpec);
  const indexes: CollectionIndex[] = [idIndex];
  let nextSequence = 1;
  let liveBytes = 0;
  let journal: Journal | undefined;

  function byId(id: unknown): StoredRecord | undefined {
    const [entry] = idIndex.entries.between({ values: [id], after: false }, { values: [id], after: true });
    return entry?.record;
  }

  function apply(before: StoredRecord | undefined, after: StoredRecord | undefined): void {
    for (const index of indexes) {
      if (before) index.remove(before);
      if (after) index.add(after);
    }
    if (after) records.set(after.sequence, after);
    else if (before) records.delete(before.sequence);
    liveBytes += (after ? recordBytes(after.bytes.length) : 0) - (before ? recordBytes(before.bytes.length) : 0);
  }

  function commit(record: JournalRecord, change: () => void): void {
    journal?.append(record);
    change();
    journal?.compactIfWorthwhile(liveBytes, liveRecords);
  }

  function put(before: StoredRecord | undefined, after: StoredRecord): StoredRecord {
    for (const index of indexes) index.requireUnique(after);
    commit({ kind: recordKinds.put, bson: after.bytes }, () => apply(before, after));
    return after;
  }

  function buildIndex(spec: IndexSpec): CollectionIndex {
    const index = createCollectionIndex(namespace, spec);
    for (const record of records.values()) {
      index.requireUnique(record);
      index.add(record);
    }
    return index;
  }

  function removeIndex(name: string): void {
    indexes.splice(
      indexes.findIndex((index) => index.spec.name === name),
      1,
    );
  }

  function* liveRecords(): Generator<JournalRecord> {
    yield { kind: recordKinds.namespace, bson: encode({ namespace }) };
    for (const { spec } of indexes.slice(1)) {
      yield { kind: recordKinds.createIndex, bson: encode(describeIndex(spec)) };
    }
    for (const { bytes } of records.values()) yield { kind: recordKinds.put, bson: bytes };
  }

  const collection = {
    namespace,
    records: records as ReadonlyMap<number, StoredRecord>,
    indexes: indexes as readonly CollectionIndex[],
    byId,

    /** @throws CommandError if a unique index refuses the document, or it is too large */
    insert(document: PlainDocument): StoredRecord {
      const bytes = encode(withIdFirst(document));
      return put(undefined, { sequence: nextSequence++, bytes, document: decodePlain(bytes) });
    },

    /** @returns the record as it is now; the given one if nothing differs */
    replace(record: StoredRecord, document: PlainDocument): StoredRecord {
      const bytes = encode(document);
      if (bytes.equals(record.bytes)) return record;
      const after: StoredRecord = { sequence: record.sequence, bytes, document: decodePlain(bytes) };
      if (!equalValues(after.document["_id"], record.document["_id"])) {
        const message = "Performing an update on the path '_id' would modify the immutable field '_id'";
        throw new CommandError(66, "ImmutableField", message);
      }
      return put(record, after);
    },

    remove(record: StoredRecord): void {
      const bson = encode({ _id: record.document["_id"] });
      commit({ kind: recordKinds.remove, bson }, () => apply(record, undefined));
    },

    /** @returns false if there was such an index */
    createIndex(spec: IndexSpec): boolean {
      if (
        findSameIndex(
          indexes.map((index) => index.spec),
          spec,
        )
      )
        return false;
      const index = buildIndex(spec);
      commit({ kind: recordKinds.createIndex, bson: encode(describeIndex(spec)) }, () => indexes.push(index));
      return true;
    },

    dropIndex(name: string): void {
      commit({ kind: recordKinds.dropIndex, bson: encode({ name }) }, () => removeIndex(name));
    },

    /** Repeats a change from the journal; `journalTo` must not have been called yet. */
    replay({ kind, bson }: JournalRecord): void {
      const body = decodePlain(bson);
      switch (kind) {
        case recordKinds.put: {
          const before = byId(body["_id"]);
          apply(before, { sequence: before?.sequence ?? nextSequence++, bytes: bson, document: body });
          break;
        }
        case recordKinds.remove:
          apply(byId(body["_id"]), undefined);
          break;
        case recordKinds.createIndex:
          indexes.push(buildIndex(parseIndexSpec(body)));
          break;
        case recordKinds.dropIndex:
          removeIndex(String(body["name"]));
          break;
        case recordKinds.namespace:
      }
    },

    /** From now on every change is written to the journal first. */
    journalTo(opened: Journal): void {
      journal = opened;
    },
    get journal() {
      return journal;
    },
  };
  return collection;
}

/** MongoDB keeps `_id` as the first field, and makes one if there is none. */
function withIdFirst(document: PlainDocument): PlainDocument {
  const { _id: given, ...rest } = document;
  const id = Object.hasOwn(document, "_id") ? given : new ObjectId();
  if (Array.isArray(id) || id === undefined || id instanceof RegExp || id instanceof BSONRegExp) {
    const kind = Array.isArray(id) ? "array" : id === undefined ? "undefined" : "regex";
    throw new CommandError(53, "InvalidIdField", `The '_id' value cannot be of type ${kind}`);
  }
  if (Object.keys(document)[0] === "_id") return document;
  return { _id: id, ...rest };
}
