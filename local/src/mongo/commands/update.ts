import { z } from "zod";
import { type Command, defineCommand, field } from "../command";
import { failedToParse } from "../errors";
import { prepareFind } from "../query/planner";
import { createProjection } from "../query/projection";
import { type StoredRecord } from "../storage/stored-record";
import { decodeTyped, type PlainDocument } from "../values/bson";
import { collectionResolver } from "./read";
import { runUpdate } from "./run-update";
import { ordered, runStatements } from "./statements";

const updateStatement = z.strictObject({
  q: field.document,
  u: z.unknown(),
  c: field.document.optional(),
  arrayFilters: z.unknown().optional(),
  sort: field.document.optional(),
  hint: z.unknown().optional(),
  multi: field.flag.default(false),
  upsert: field.flag.default(false),
});

const update = defineCommand(
  z.strictObject({
    update: field.collection,
    updates: z.array(updateStatement),
    ordered,
    let: field.document.optional(),
  }),
  (input, context) => {
    const typed = context.typedCommand()["updates"] as PlainDocument[];
    const upserted: PlainDocument[] = [];
    let n = 0;
    let nModified = 0;
    const outcome = runStatements(input.updates.length, input.ordered, context, (index) => {
      const { q, u, c, ...options } = input.updates[index] as z.infer<typeof updateStatement>;
      const variables = { ...input.let, ...c };
      const typedStatement = { typedFilter: typed[index]?.["q"] as PlainDocument, typedUpdate: typed[index]?.["u"] };
      const done = runUpdate(input.update, { ...options, ...typedStatement, filter: q, update: u, variables }, context);
      n += done.changed.length + (done.upserted ? 1 : 0);
      nModified += done.changed.filter(({ before, after }) => before !== after).length;
      if (done.upserted) upserted.push({ index, _id: done.upserted.document["_id"] });
    });
    return { n, nModified, ...(upserted.length > 0 && { upserted }), ...outcome };
  },
);

const findAndModifyFields = z.strictObject({
  findAndModify: field.collection,
  query: field.document.default({}),
  sort: field.document.optional(),
  fields: field.document.optional(),
  hint: z.unknown().optional(),
  let: field.document.optional(),
  update: z.unknown().optional(),
  arrayFilters: z.unknown().optional(),
  remove: field.flag.default(false),
  new: field.flag.default(false),
  upsert: field.flag.default(false),
});

const findAndModify = defineCommand(findAndModifyFields, (input, context) => {
  const { findAndModify: name, query: filter, sort, hint, let: variables } = input;
  const project = createProjection(input.fields);
  const show = (record: StoredRecord | undefined) => (record === undefined ? null : decodeTyped(project(record)));
  if (input.remove) {
    if (input.update !== undefined) throw failedToParse("Cannot specify both an update and remove=true");
    const collection = context.store.find(context.database, name);
    const resolver = collectionResolver(context.store, context.database);
    const query = { filter, sort, hint, variables, collectionResolver: resolver, limit: 1 };
    const [removed] = prepareFind(collection, query).run();
    if (removed !== undefined) collection?.remove(removed);
    return { lastErrorObject: { n: removed ? 1 : 0 }, value: show(removed) };
  }
  if (input.update === undefined) throw failedToParse("Either an update or remove=true must be specified");
  const typed = context.typedCommand();
  const statement = {
    filter,
    typedFilter: (typed["query"] ?? {}) as PlainDocument,
    update: input.update,
    typedUpdate: typed["update"],
    arrayFilters: input.arrayFilters,
    multi: false,
    upsert: input.upsert,
    ...{ sort, hint, variables },
  };
  const { changed, upserted } = runUpdate(name, statement, context);
  const [{ before, after } = { before: undefined, after: upserted }] = changed;
  return {
    lastErrorObject: {
      n: before || upserted ? 1 : 0,
      updatedExisting: before !== undefined,
      ...(upserted && { upserted: upserted.document["_id"] }),
    },
    value: show(input.new ? after : before),
  };
});

export const updateCommands: Record<string, Command> = { update, findAndModify };
