import { z } from "zod";
import { type Command, defineCommand, field } from "../command";
import { CommandError, namespaceNotFound } from "../errors";
import { compileFilter } from "../query/filter";
import { describeIndex, idIndexSpec, parseIndexSpec } from "../storage/index-spec";
import { type Collection } from "../storage/collection";
import { encode, isDocument, type PlainDocument } from "../values/bson";
import { equalValues } from "../values/compare";

const listDatabases = defineCommand(
  z.strictObject({ listDatabases: field.ignored, nameOnly: field.flag.optional(), filter: field.document.optional() }),
  ({ filter = {} }, { store }) => {
    const passes = compileFilter(filter);
    const databases = store.databaseNames().map((name) => ({ name, sizeOnDisk: 1, empty: false }));
    return { databases: databases.filter(passes), totalSize: 1 };
  },
);

const dropDatabase = defineCommand(z.strictObject({ dropDatabase: field.ignored }), (_input, { store, database }) => {
  for (const name of [...store.collectionsOf(database).keys()]) store.drop(database, name);
  return { dropped: database };
});

const create = defineCommand(
  z.strictObject({ create: field.collection, autoIndexId: field.ignored, idIndex: field.ignored }),
  ({ create: name }, { store, database }) => {
    if (store.find(database, name) !== undefined) {
      throw new CommandError(48, "NamespaceExists", `Collection ${database}.${name} already exists.`);
    }
    store.findOrCreate(database, name);
    return {};
  },
);

const drop = defineCommand(z.strictObject({ drop: field.collection }), ({ drop: name }, { store, database }) => {
  const nIndexesWas = store.find(database, name)?.indexes.length;
  // Since MongoDB 7 dropping what is not there succeeds.
  if (!store.drop(database, name)) return {};
  return { ns: `${database}.${name}`, nIndexesWas };
});

const cursorOptions = z.object({ batchSize: field.count.optional() }).optional();

const listCollections = defineCommand(
  z.strictObject({
    listCollections: field.ignored,
    filter: field.document.optional(),
    nameOnly: field.ignored,
    authorizedCollections: field.ignored,
    cursor: cursorOptions,
  }),
  ({ filter = {}, cursor }, { store, database, cursors }) => {
    const passes = compileFilter(filter);
    const collections = [...store.collectionsOf(database).keys()].map((name) => ({
      name,
      type: "collection",
      options: {},
      info: { readOnly: false },
      idIndex: describeIndex(idIndexSpec),
    }));
    const listed = collections.filter(passes).map((collection) => encode(collection));
    return cursors.open(`${database}.$cmd.listCollections`, listed, cursor?.batchSize);
  },
);

const createIndexes = defineCommand(
  z.strictObject({
    createIndexes: field.collection,
    indexes: z.array(field.document).min(1),
    commitQuorum: field.ignored,
  }),
  ({ createIndexes: name, indexes }, { store, database }) => {
    const specs = indexes.map(parseIndexSpec);
    const createdCollectionAutomatically = store.find(database, name) === undefined;
    const collection = store.findOrCreate(database, name);
    const numIndexesBefore = collection.indexes.length;
    for (const spec of specs) collection.createIndex(spec);
    return { numIndexesBefore, numIndexesAfter: collection.indexes.length, createdCollectionAutomatically };
  },
);

const listIndexes = defineCommand(
  z.strictObject({ listIndexes: field.collection, cursor: cursorOptions }),
  ({ listIndexes: name, cursor }, { store, database, cursors }) => {
    const collection = requireCollection(store.find(database, name), database, name);
    const described = collection.indexes.map(({ spec }) => encode(describeIndex(spec)));
    return cursors.open(collection.namespace, described, cursor?.batchSize);
  },
);

const dropIndexes = defineCommand(
  z.strictObject({ dropIndexes: field.collection, index: z.union([z.string(), z.array(z.string()), field.document]) }),
  ({ dropIndexes: name, index }, { store, database }) => {
    const collection = requireCollection(store.find(database, name), database, name);
    const nIndexesWas = collection.indexes.length;
    for (const dropped of indexNames(collection, index)) collection.dropIndex(dropped);
    return { nIndexesWas };
  },
);

/** The indexes that are asked to be dropped: by name, names, keys, or "*" for all but that on _id. */
function indexNames(collection: Collection, asked: string | string[] | PlainDocument): string[] {
  const names = collection.indexes.map(({ spec }) => spec.name).filter((name) => name !== idIndexSpec.name);
  if (asked === "*") return names;
  if (isDocument(asked)) {
    const found = collection.indexes.find(({ spec }) => equalValues(spec.key, asked))?.spec.name;
    return [requireIndex(names, found ?? JSON.stringify(asked))];
  }
  return [asked].flat().map((name) => requireIndex(names, name));
}

function requireIndex(names: readonly string[], name: string): string {
  if (name === idIndexSpec.name) throw new CommandError(72, "InvalidOptions", "cannot drop _id index");
  if (!names.includes(name)) throw new CommandError(27, "IndexNotFound", `index not found with name [${name}]`);
  return name;
}

function requireCollection(collection: Collection | undefined, database: string, name: string): Collection {
  if (collection === undefined) throw namespaceNotFound(`ns does not exist: ${database}.${name}`);
  return collection;
}

export const schemaCommands: Record<string, Command> = {
  listDatabases,
  dropDatabase,
  create,
  drop,
  listCollections,
  createIndexes,
  listIndexes,
  dropIndexes,
};
