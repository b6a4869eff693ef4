import { z } from "zod";
import { type Command, defineCommand, field } from "../command";
import { CommandError } from "../errors";
import { parsePipeline, runPipeline } from "../query/pipeline";
import { type FindQuery, prepareFind } from "../query/planner";
import { encode, isDocument, type PlainDocument } from "../values/bson";
import { collectionResolver } from "./read";

const aggregateFields = z.strictObject({
  aggregate: z.union([field.collection, z.literal(1)]),
  pipeline: z.unknown(),
  cursor: z.object({ batchSize: field.count.optional() }),
  let: field.document.optional(),
  hint: z.unknown().optional(),
  allowDiskUse: field.ignored,
});

const aggregate = defineCommand(aggregateFields, (input, { store, database, cursors }) => {
  const name = input.aggregate === 1 ? "$cmd.aggregate" : input.aggregate;
  const { query, rest } = splitPipeline(parsePipeline(input.pipeline));
  const options = { collectionResolver: collectionResolver(store, database), variables: input.let };
  const found = prepareFind(store.find(database, name), { ...query, ...options, hint: input.hint }).run();
  const namespace = `${database}.${name}`;
  if (rest.length === 0) {
    const stored = found.map(({ bytes }) => bytes);
    return cursors.open(namespace, stored, input.cursor.batchSize);
  }
  const results = runPipeline(
    rest,
    found.map(({ document }) => document),
    options,
  );
  return cursors.open(namespace, results.map(encode), input.cursor.batchSize);
});

/** The stages at the start that a find can do, through an index: $match, $sort, $skip, $limit, in this order. */
function splitPipeline(pipeline: readonly PlainDocument[]): { query: FindQuery; rest: readonly PlainDocument[] } {
  const rest = [...pipeline];
  const takeFirst = (stage: string): unknown => {
    const [first] = rest;
    return first && Object.hasOwn(first, stage) ? rest.shift()?.[stage] : undefined;
  };
  const filter = takeFirst("$match") ?? {};
  const sort = takeFirst("$sort");
  const skip = takeFirst("$skip");
  const limit = takeFirst("$limit");
  if (!isDocument(filter))
    throw new CommandError(15959, "Location15959", "the match filter must be an expression in an object");
  const query = { filter, sort, skip: requireCount("$skip", skip, 0), limit: requireCount("$limit", limit, 1) };
  return { query, rest };
}

function requireCount(stage: string, value: unknown, least: number): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= least) return value;
  throw new CommandError(
    5107201,
    "Location5107201",
    `invalid argument to ${stage} stage: expected an integer >= ${least}`,
  );
}

export const aggregateCommands: Record<string, Command> = { aggregate };
