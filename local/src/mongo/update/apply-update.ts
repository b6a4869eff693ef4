import { CommandError, failedToParse } from "../errors";
import { runPipeline, parsePipeline, type PipelineOptions } from "../query/pipeline";
import { type StoredRecord } from "../storage/stored-record";
import { decodePlain, decodeTyped, encode, isDocument, type PlainDocument } from "../values/bson";
import { equalValues } from "../values/compare";
import { arrayOperators } from "./array-operators";
import { fieldOperators, unknownModifier } from "./field-operators";
import { createPositions } from "./positions";
import { type Positions, targetsOf } from "./targets";

/** What an update does: modifiers by operator, a whole new document, or a pipeline. */
export type Update =
  | { readonly kind: "modifiers"; readonly modifiers: readonly (readonly [operator: string, fields: PlainDocument])[] }
  | { readonly kind: "replacement"; readonly replacement: PlainDocument }
  | { readonly kind: "pipeline"; readonly pipeline: readonly PlainDocument[] };

const operators = { ...fieldOperators, ...arrayOperators };
const updateStages = new Set(["$addFields", "$set", "$project", "$unset", "$replaceRoot", "$replaceWith"]);

/**
 * @param typed the update with its values in their BSON types
 * @param plain the same with plain numbers
 * @throws CommandError naming the operator that is unknown, or the paths that conflict
 */
export function parseUpdate(typed: unknown, plain: unknown): Update {
  if (Array.isArray(plain)) {
    const pipeline = parsePipeline(plain);
    const unfit = pipeline.flatMap((stage) => Object.keys(stage)).find((name) => !updateStages.has(name));
    if (unfit !== undefined) throw failedToParse(`${unfit} is not allowed to be used within an update`);
    return { kind: "pipeline", pipeline };
  }
  if (!isDocument(typed)) throw failedToParse("An update must be an object or an array");
  const names = Object.keys(typed);
  if (!names.some((name) => name.startsWith("$"))) return { kind: "replacement", replacement: typed };
  const modifiers = Object.entries(typed).map(([operator, fields]): [string, PlainDocument] => {
    if (!Object.hasOwn(operators, operator)) throw unknownModifier(operator);
    if (!isDocument(fields))
      throw failedToParse(`Modifiers operate on fields but we found another type for ${operator}`);
    return [operator, fields];
  });
  requireNoConflict(modifiers.flatMap(([, fields]) => Object.keys(fields)));
  return { kind: "modifiers", modifiers };
}

function requireNoConflict(paths: readonly string[]): void {
  const sorted = paths.map((path) => `${path}.`).toSorted();
  const conflict = sorted.find((path, index) => index > 0 && path.startsWith(sorted[index - 1] ?? path));
  if (conflict === undefined) return;
  const message = `Updating the path '${conflict.slice(0, -1)}' would create a conflict at '${conflict.slice(0, -1)}'`;
  throw new CommandError(40, "ConflictingUpdateOperators", message);
}

export interface UpdateContext extends PipelineOptions {
  readonly filter: PlainDocument;
  readonly arrayFilters: readonly PlainDocument[];
  /** True where an upsert makes the document: only then does $setOnInsert count. */
  readonly inserting: boolean;
}

/** @returns the new document, its values in their BSON types */
export function applyUpdate(
  update: Update,
  { bytes, document: before }: Pick<StoredRecord, "bytes" | "document">,
  context: UpdateContext,
): PlainDocument {
  const document = decodeTyped(bytes);
  switch (update.kind) {
    case "replacement": {
      const { _id: replacedId, ...fields } = update.replacement;
      const id = Object.hasOwn(update.replacement, "_id") ? replacedId : document["_id"];
      return id === undefined ? fields : { _id: id, ...fields };
    }
    case "pipeline": {
      const [after = {}] = runPipeline(update.pipeline, [before], context);
      return withTypesOf(document, before, decodePlain(encode(after))) as PlainDocument;
    }
    case "modifiers": {
      const positions = createPositions(before, context.filter, context.arrayFilters);
      for (const [operator, fields] of update.modifiers) {
        if (operator === "$setOnInsert" && !context.inserting) continue;
        applyModifier(operator, fields, document, positions);
      }
      return document;
    }
  }
}

function applyModifier(operator: string, fields: PlainDocument, document: PlainDocument, positions: Positions): void {
  for (const [dotted, operand] of Object.entries(fields)) {
    for (const path of targetsOf(document, dotted, positions)) operators[operator]?.(document, path, operand);
  }
}

/** A pipeline knows plain numbers only: what it left as it was gets back the type that it had. */
function withTypesOf(typed: unknown, before: unknown, after: unknown): unknown {
  if (equalValues(before, after)) return typed;
  if (Array.isArray(after) && Array.isArray(before) && Array.isArray(typed)) {
    return after.map((element, index) => withTypesOf(typed[index], before[index], element));
  }
  if (!isDocument(after) || !isDocument(before) || !isDocument(typed)) return after;
  return Object.fromEntries(
    Object.entries(after).map(([name, value]) => [name, withTypesOf(typed[name], before[name], value)]),
  );
}
