import { BSONRegExp, ObjectId } from "bson";
import { CommandError } from "../errors";
import { decodePlain, encode, type PlainDocument, requireStorable } from "../values/bson";
import { equalValues } from "../values/compare";
import { type CollectionIndex, createCollectionIndex } from "./collection-index";
import { findSameIndex, idIndexSpec, type IndexSpec, describeIndex, parseIndexSpec } from "./index-spec";
import { type Journal } from "./journal";
import { type JournalRecord, recordBytes, recordKinds } from "./journal-records";
import { sequenceOf } from "./sorted-entries";
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
    const [entry] = idIndex.entries.ofKey(id, []);
    return entry && records.get(sequenceOf(entry));
  }

  /** How each index would change; found before anything is written, since a unique index may refuse. */
  function indexChanges(before: StoredRecord | undefined, after: StoredRecord | undefined): (() => void)[] {
    return indexes.flatMap((index) => {
      if (before && after && index.isUntouched(before, after)) return [];
      const added = after && { keys: index.keysOf(after), sequence: after.sequence };
      if (added) index.requireUnique(added.keys, added.sequence);
      return () => {
        if (before) index.remove(index.keysOf(before), before.sequence);
        if (added) index.add(added.keys, added.sequence);
      };
    });
  }

  function store(before: StoredRecord | undefined, after: StoredRecord | undefined): void {
    if (after) records.set(after.sequence, after);
    else if (before) records.delete(before.sequence);
    liveBytes += (after ? recordBytes(after.bytes.length) : 0) - (before ? recordBytes(before.bytes.length) : 0);
  }

  function commit(record: JournalRecord, change: () => void): void {
    journal?.append(record);
    change();
    journal?.compactIfWorthwhile(liveBytes, liveRecords);
  }

  function change(before: StoredRecord | undefined, after: StoredRecord | undefined, record: JournalRecord): void {
    const changes = indexChanges(before, after);
    commit(record, () => {
      for (const apply of changes) apply();
      store(before, after);
    });
  }

  /** @throws CommandError DuplicateKey if two documents have the same unique key */
  function buildIndex(index: CollectionIndex): void {
    for (const record of records.values()) {
      const keys = index.keysOf(record);
      index.requireUnique(keys, record.sequence);
      index.add(keys, record.sequence);
    }
  }

  function removeIndex(name: string): void {
    indexes.splice(
      indexes.findIndex((index) => index.spec.name === name),
      1,
    );
  }

  /** All there is at this moment. */
  function liveRecords(): JournalRecord[] {
    return [
      { kind: recordKinds.namespace, bson: encode({ namespace }) },
      ...indexes.slice(1).map(({ spec }) => ({ kind: recordKinds.createIndex, bson: encode(describeIndex(spec)) })),
      ...Array.from(records.values(), ({ bytes }) => ({ kind: recordKinds.put, bson: bytes })),
    ];
  }

  const collection = {
    namespace,
    records: records as ReadonlyMap<number, StoredRecord>,
    indexes: indexes as readonly CollectionIndex[],
    byId,

    /**
     * @param document decoded, its values in their BSON types if there are no `bytes`
     * @param bytes as the client sent it, `_id` first
     * @throws CommandError if a unique index refuses the document, or it is too large
     */
    insert(document: PlainDocument, bytes?: Buffer): StoredRecord {
      const encoded = bytes === undefined ? encode(withIdFirst(document)) : requireStorable(Buffer.from(bytes));
      const decoded = bytes === undefined ? decodePlain(encoded) : document;
      const after: StoredRecord = { sequence: nextSequence++, bytes: encoded, document: decoded };
      change(undefined, after, { kind: recordKinds.put, bson: encoded });
      return after;
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
      change(record, after, { kind: recordKinds.put, bson: bytes });
      return after;
    },

    remove(record: StoredRecord): void {
      const bson = encode({ _id: record.document["_id"] });
      change(record, undefined, { kind: recordKinds.remove, bson });
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
      const index = createCollectionIndex(namespace, spec);
      buildIndex(index);
      commit({ kind: recordKinds.createIndex, bson: encode(describeIndex(spec)) }, () => indexes.push(index));
      return true;
    },

    dropIndex(name: string): void {
      commit({ kind: recordKinds.dropIndex, bson: encode({ name }) }, () => removeIndex(name));
    },

    /** Repeats a change from the journal. Until `journalTo` the only index that is kept up is the one on _id. */
    replay({ kind, bson }: JournalRecord): void {
      const body = decodePlain(bson);
      switch (kind) {
        case recordKinds.put: {
          const before = byId(body["_id"]);
          const sequence = before?.sequence ?? nextSequence++;
          if (before === undefined) idIndex.add(idKeys(body["_id"]), sequence);
          store(before, { sequence, bytes: bson, document: body });
          break;
        }
        case recordKinds.remove: {
          const before = byId(body["_id"]);
          if (before) idIndex.remove(idKeys(body["_id"]), before.sequence);
          store(before, undefined);
          break;
        }
        case recordKinds.createIndex:
          indexes.push(createCollectionIndex(namespace, parseIndexSpec(body)));
          break;
        case recordKinds.dropIndex:
          removeIndex(String(body["name"]));
          break;
        case recordKinds.namespace:
      }
    },

    /** Ends the replay: indexes what it brought; from now on every change is written to the journal first. */
    journalTo(opened: Journal): void {
      indexes.slice(1).forEach(buildIndex);
      journal = opened;
    },
    get journal() {
      return journal;
    },
  };
  return collection;
}

const idKeys = (id: unknown) => [{ heads: [id], rest: [] }];

/** MongoDB keeps `_id` as the first field, and makes one if there is none. */
function withIdFirst(document: PlainDocument): PlainDocument {
  if (hasIdFirst(document)) return document;
  const { _id: given, ...rest } = document;
  const id = Object.hasOwn(document, "_id") ? given : new ObjectId();
  requireId(id);
  return { _id: id, ...rest };
}

/** @throws CommandError InvalidIdField */
export function hasIdFirst(document: PlainDocument): boolean {
  const [first] = Object.keys(document);
  if (first === "_id") requireId(document["_id"]);
  return first === "_id";
}

function requireId(id: unknown): void {
  if (Array.isArray(id) || id === undefined || id instanceof RegExp || id instanceof BSONRegExp) {
    const kind = Array.isArray(id) ? "array" : id === undefined ? "undefined" : "regex";
    throw new CommandError(53, "InvalidIdField", `The '_id' value cannot be of type ${kind}`);
  }
}
