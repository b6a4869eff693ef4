import { z } from "zod";
import { type Command, type CommandContext, defineCommand, field } from "../command";
import { failedToParse, notSupported } from "../errors";
import { type FindQuery, prepareFind, type PreparedFind } from "../query/planner";
import { createProjection } from "../query/projection";
import { type Store } from "../storage/store";
import { type PlainDocument } from "../values/bson";
import { compareValues } from "../values/compare";
import { splitPath, valuesAt } from "../values/paths";

const findFields = z.strictObject({
  find: field.collection,
  filter: field.document.default({}),
  projection: field.document.optional(),
  sort: field.document.optional(),
  hint: z.unknown().optional(),
  skip: field.count.optional(),
  limit: field.count.optional(),
  batchSize: field.count.optional(),
  singleBatch: field.flag.optional(),
  let: field.document.optional(),
  allowDiskUse: field.ignored,
  allowPartialResults: field.ignored,
  noCursorTimeout: field.ignored,
});

/** Lets $lookup and $expr see the other collections of a database; what it hands out is to be read only. */
export const collectionResolver = (store: Store, database: string) => (name: string) =>
  [...(store.find(database, name)?.records.values() ?? [])].map(({ document }) => document);

function prepare(collection: string, query: FindQuery, { store, database }: CommandContext): PreparedFind {
  return prepareFind(store.find(database, collection), {
    ...query,
    collectionResolver: collectionResolver(store, database),
  });
}

const find = defineCommand(findFields, (input, context) => {
  const { find: name, projection, batchSize, singleBatch, let: variables, ...query } = input;
  const prepared = prepare(name, { ...query, variables }, context);
  const show = createProjection(projection);
  const documents = prepared.run().map(show);
  return context.cursors.open(`${context.database}.${name}`, documents, batchSize, singleBatch);
});

const getMore = defineCommand(
  z.strictObject({ getMore: z.number(), collection: field.collection, batchSize: field.count.optional() }),
  ({ getMore: id, collection, batchSize }, { database, cursors }) =>
    cursors.more(id, `${database}.${collection}`, batchSize === 0 ? undefined : batchSize),
);

const killCursors = defineCommand(
  z.strictObject({ killCursors: field.collection, cursors: z.array(z.number()) }),
  ({ cursors: ids }, { cursors }) => {
    const killed = ids.filter((id) => cursors.kill(id));
    const notFound = ids.filter((id) => !killed.includes(id));
    return { cursorsKilled: killed, cursorsNotFound: notFound, cursorsAlive: [], cursorsUnknown: [] };
  },
);

const countFields = z.strictObject({
  count: field.collection,
  query: field.document.default({}),
  skip: field.count.optional(),
  limit: z.number().int().optional(),
  hint: z.unknown().optional(),
});

const count = defineCommand(countFields, ({ count: name, query: filter, ...rest }, context) => ({
  n: prepare(name, { ...rest, filter }, context).run().length,
}));

const distinctFields = z.strictObject({
  distinct: field.collection,
  key: z.string().min(1),
  query: field.document.default({}),
  hint: z.unknown().optional(),
});

const distinct = defineCommand(distinctFields, ({ distinct: name, key, query: filter, hint }, context) => {
  const path = splitPath(key);
  const records = prepare(name, { filter, hint }, context).run();
  const sorted = records.flatMap(({ document }) => valuesAt(document, path)).toSorted(compareValues);
  return { values: sorted.filter((value, index) => index === 0 || compareValues(value, sorted[index - 1]) !== 0) };
});

const explain = defineCommand(
  z.strictObject({ explain: field.document, verbosity: z.string().default("allPlansExecution") }),
  ({ explain: command, verbosity }, context) => {
    const name = Object.keys(command)[0] ?? "";
    if (name !== "find") throw notSupported(`explain of ${name}`);
    const known = Object.entries(command).filter(([option]) => Object.hasOwn(findFields.shape, option));
    const parsed = findFields.safeParse(Object.fromEntries(known));
    if (!parsed.success) throw failedToParse("the command to explain is malformed");
    const { find: collection, let: variables, ...query } = parsed.data;
    const prepared = prepare(collection, { ...query, variables }, context);
    const queryPlanner = {
      namespace: `${context.database}.${collection}`,
      parsedQuery: query.filter,
      winningPlan: describePlan(prepared),
      rejectedPlans: [],
    };
    if (verbosity === "queryPlanner") return { queryPlanner };
    const nReturned = prepared.run().length;
    const { keys: totalKeysExamined, documents: totalDocsExamined } = prepared.counts;
    return {
      queryPlanner,
      executionStats: { executionSuccess: true, nReturned, totalKeysExamined, totalDocsExamined },
    };
  },
);

function describePlan({ plan, sortsInMemory }: PreparedFind): PlainDocument {
  const scan = plan && {
    stage: "IXSCAN",
    keyPattern: plan.index.spec.key,
    indexName: plan.index.spec.name,
    isMultiKey: plan.index.arrayPositions.size > 0,
    direction: plan.order === "backwards" ? "backward" : "forward",
  };
  const keys = scan && plan.mergesFrom !== undefined ? { stage: "SORT_MERGE", inputStages: [scan] } : scan;
  const source: PlainDocument = keys ? { stage: "FETCH", inputStage: keys } : { stage: "COLLSCAN" };
  return sortsInMemory ? { stage: "SORT", inputStage: source } : source;
}

export const readCommands: Record<string, Command> = { find, getMore, killCursors, count, distinct, explain };
