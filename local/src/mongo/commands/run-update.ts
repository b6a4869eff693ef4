import { type CommandContext } from "../command";
import { failedToParse } from "../errors";
import { prepareFind } from "../query/planner";
import { type StoredRecord } from "../storage/stored-record";
import { applyUpdate, parseUpdate, type UpdateContext } from "../update/apply-update";
import { parseArrayFilters } from "../update/positions";
import { upsertSeed } from "../update/upsert";
import { decodePlain, encode, type PlainDocument } from "../values/bson";
import { collectionResolver } from "./read";

/** What update and findAndModify say of one update, in both decodings. */
export interface UpdateStatement {
  readonly filter: PlainDocument;
  readonly typedFilter: PlainDocument;
  readonly update: unknown;
  readonly typedUpdate: unknown;
  readonly arrayFilters?: unknown;
  readonly sort?: unknown;
  readonly hint?: unknown;
  readonly variables?: PlainDocument | undefined;
  readonly multi: boolean;
  readonly upsert: boolean;
}

export interface UpdateOutcome {
  /** Each document matched, before and after; the same record twice if nothing differed. */
  readonly changed: readonly { readonly before: StoredRecord; readonly after: StoredRecord }[];
  readonly upserted: StoredRecord | undefined;
}

/** Finds the documents of an update, or the first, and changes each; or makes one where an upsert finds none. */
export function runUpdate(
  name: string,
  statement: UpdateStatement,
  { store, database }: CommandContext,
): UpdateOutcome {
  const { filter, sort, hint, variables, multi } = statement;
  const update = parseUpdate(statement.typedUpdate, statement.update);
  if (multi && update.kind === "replacement")
    throw failedToParse("multi update is not supported for replacement-style update");
  const resolver = collectionResolver(store, database);
  const updateContext: UpdateContext = {
    filter,
    arrayFilters: parseArrayFilters(statement.arrayFilters),
    inserting: false,
    variables,
    collectionResolver: resolver,
  };
  const query = { filter, sort, hint, variables, collectionResolver: resolver, limit: multi ? 0 : 1 };
  const collection = store.find(database, name);
  const found = prepareFind(collection, query).run();
  if (found.length === 0 && statement.upsert) {
    const bytes = encode(upsertSeed(statement.typedFilter));
    const seed = { bytes, document: decodePlain(bytes) };
    const upserted = store
      .findOrCreate(database, name)
      .insert(applyUpdate(update, seed, { ...updateContext, inserting: true }));
    return { changed: [], upserted };
  }
  const changed = found.map((before) => ({
    before,
    after: collection?.replace(before, applyUpdate(update, before, updateContext)) ?? before,
  }));
  return { changed, upserted: undefined };
}
