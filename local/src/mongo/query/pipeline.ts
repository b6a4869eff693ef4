import { Aggregator } from "mingo/aggregator";
import { Context } from "mingo/core";
import * as projectionOperators from "mingo/operators/projection";
import { type Options } from "mingo/types";
import { CommandError, failedToParse, notSupported, unrecognizedStage } from "../errors";
import { isDocument, type PlainDocument } from "../values/bson";
import { accumulatorOperators, expressionOperators } from "./expressions";
import { asCommandError, queryOperators } from "./filter";
import { pipelineStages } from "./stages";

export const pipelineContext = Context.init({
  accumulator: accumulatorOperators,
  expression: expressionOperators,
  pipeline: pipelineStages,
  projection: projectionOperators,
  query: queryOperators,
});

/** What a pipeline may refer to besides its input. */
export type PipelineOptions = Pick<Options, "collectionResolver" | "variables">;

/**
 * Runs a pipeline that parsePipeline has passed. The input is left as it is; the result may share parts with it.
 * @throws CommandError naming the expression that is unknown or misused
 */
export function runPipeline(
  pipeline: readonly PlainDocument[],
  documents: readonly PlainDocument[],
  options: PipelineOptions,
): PlainDocument[] {
  try {
    const aggregator = new Aggregator([...pipeline], { ...options, context: pipelineContext, scriptEnabled: false });
    return aggregator.run<PlainDocument>(documents);
  } catch (error) {
    throw asCommandError(error);
  }
}

/** MongoDB has these, this server has not. */
const missingStages = new Set([
  "$bucketAuto",
  "$collStats",
  "$densify",
  "$documents",
  "$fill",
  "$geoNear",
  "$graphLookup",
  "$indexStats",
  "$merge",
  "$out",
  "$redact",
  "$sample",
  "$search",
  "$setWindowFields",
]);

/** @throws CommandError naming the stage that is unknown or missing, in a facet or a lookup's own pipeline too */
export function parsePipeline(pipeline: unknown): PlainDocument[] {
  if (!Array.isArray(pipeline)) throw failedToParse("'pipeline' must be an array of objects");
  return (pipeline as unknown[]).map((stage) => {
    const [name, ...more] = isDocument(stage) ? Object.keys(stage) : [];
    if (!isDocument(stage) || name === undefined || more.length > 0) {
      const message = "A pipeline stage specification object must contain exactly one field.";
      throw new CommandError(40323, "Location40323", message);
    }
    requireStage(name);
    const spec = stage[name];
    if (name === "$facet" && isDocument(spec)) Object.values(spec).forEach(parsePipeline);
    if ((name === "$lookup" || name === "$unionWith") && isDocument(spec) && spec["pipeline"] !== undefined) {
      parsePipeline(spec["pipeline"]);
    }
    return stage;
  });
}

function requireStage(name: string): void {
  if (name === "$changeStream") {
    const message = "The $changeStream stage is only supported on replica sets";
    throw new CommandError(40573, "Location40573", message, {}, true);
  }
  if (missingStages.has(name)) throw notSupported(`pipeline stage ${name}`);
  if (!Object.hasOwn(pipelineStages, name)) throw unrecognizedStage(name);
}
