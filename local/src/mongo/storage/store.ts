import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Logger } from "@shop/telemetry";
import { CommandError } from "../errors";
import { decodePlain, encode } from "../values/bson";
import { type Collection, createCollection } from "./collection";
import { openJournal } from "./journal";
import { type JournalRecord, recordKinds } from "./journal-records";

/** How often what was written is forced onto the disk: what a power cut may lose at most. */
const syncIntervalMs = 100;
const maxNamespaceBytes = 255;

export type Store = ReturnType<typeof openStore>;

/**
 * All databases, loaded from `dataDir`: one journal file a collection, named by number because collections' names are
 * longer and richer than file names may be.
 */
export function openStore({ dataDir, log }: { dataDir: string; log: Logger }) {
  const databases = new Map<string, Map<string, Collection>>();
  let nextFileNumber = 1;

  const fileOf = (number: number) => join(dataDir, `collection-${number}.journal`);

  function load(number: number): void {
    let collection: Collection | undefined;
    const onRecord = (record: JournalRecord) => {
      if (record.kind === recordKinds.namespace) {
        collection ??= createCollection(String(decodePlain(record.bson)["namespace"]));
      }
      collection?.replay(record);
    };
    const { journal, droppedBytes } = openJournal(fileOf(number), onRecord);
    if (droppedBytes > 0) log.warn({ file: fileOf(number), droppedBytes }, "cut off an unfinished or damaged end");
    if (collection === undefined) {
      journal.destroy();
      return;
    }
    collection.journalTo(journal);
    register(collection);
  }

  function register(collection: Collection): void {
    const { database, name } = parseNamespace(collection.namespace);
    const collections = databases.get(database) ?? new Map<string, Collection>();
    databases.set(database, collections.set(name, collection));
  }

  function create(database: string, name: string): Collection {
    const namespace = requireNamespace(database, name);
    const collection = createCollection(namespace);
    const { journal } = openJournal(fileOf(nextFileNumber++), () => undefined);
    journal.append({ kind: recordKinds.namespace, bson: encode({ namespace }) });
    collection.journalTo(journal);
    register(collection);
    return collection;
  }

  const find = (database: string, name: string) => databases.get(database)?.get(name);

  function drop(database: string, name: string): boolean {
    const collection = find(database, name);
    if (collection === undefined) return false;
    collection.journal?.destroy();
    databases.get(database)?.delete(name);
    if (databases.get(database)?.size === 0) databases.delete(database);
    return true;
  }

  function* all(): Generator<Collection> {
    for (const collections of databases.values()) yield* collections.values();
  }

  mkdirSync(dataDir, { recursive: true });
  for (const file of readdirSync(dataDir)) {
    if (file.endsWith(".journal.new")) rmSync(join(dataDir, file), { force: true }); // its journal may have done so
    const number = Number(/^collection-(\d+)\.journal$/.exec(file)?.[1]);
    if (Number.isNaN(number)) continue;
    nextFileNumber = Math.max(nextFileNumber, number + 1);
    load(number);
  }
  const syncing = setInterval(() => {
    for (const collection of all()) void collection.journal?.sync();
  }, syncIntervalMs);

  return {
    find,
    /** @throws CommandError InvalidNamespace */
    findOrCreate: (database: string, name: string) => find(database, name) ?? create(database, name),
    /** @returns false if there is no such collection */
    drop,
    databaseNames: () => [...databases.keys()],
    collectionsOf: (database: string): ReadonlyMap<string, Collection> => databases.get(database) ?? new Map(),
    all,
    /** Forces everything onto the disk: what writeConcern j asks for. */
    syncNow(): void {
      for (const collection of all()) collection.journal?.syncNow();
    },
    close(): void {
      clearInterval(syncing);
      for (const collection of all()) collection.journal?.close();
    },
  };
}

/** A database's name has no dot, a collection's may have some. */
function parseNamespace(namespace: string) {
  const dot = namespace.indexOf(".");
  return { database: namespace.slice(0, dot), name: namespace.slice(dot + 1) };
}

function requireNamespace(database: string, name: string): string {
  const namespace = `${database}.${name}`;
  const valid =
    /^[^/\\. "$\0]+$/.test(database) &&
    /^[^$\0]+$/.test(name) &&
    !name.startsWith(".") &&
    Buffer.byteLength(namespace) <= maxNamespaceBytes;
  if (!valid) throw new CommandError(73, "InvalidNamespace", `Invalid namespace specified '${namespace}'`);
  return namespace;
}
