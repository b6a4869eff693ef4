import { evalExpr } from "mingo/core";
import { Aggregator } from "mingo/aggregator";
import { type Iterator, Lazy } from "mingo/lazy";
import {
  $addFields,
  $count,
  $limit,
  $lookup,
  $match,
  $project,
  $replaceRoot,
  $replaceWith,
  $set,
  $skip,
  $sortByCount,
  $unionWith,
  $unset,
} from "mingo/operators/pipeline";
import { type Options } from "mingo/types";
import { badValue, CommandError } from "../errors";
import { isDocument, type PlainDocument } from "../values/bson";
import { compareValues } from "../values/compare";
import { defineField, ownField, type Path, splitPath } from "../values/paths";
import { accumulate, group } from "./group";
import { type PipelineOperators } from "./mingo-operators";
import { parseSort, sortItems } from "./sort";

// Written here rather than taken from mingo: stages that order values, lose some, or write into their input there.

const sort = (documents: Iterator, spec: unknown) =>
  documents.transform((all: PlainDocument[]) => Lazy(sortItems(all, (document) => document, parseSort(spec))));

function unwind(documents: Iterator, spec: unknown): Iterator {
  const { path, includeArrayIndex, preserveNullAndEmptyArrays } = isDocument(spec)
    ? spec
    : { path: spec, includeArrayIndex: undefined, preserveNullAndEmptyArrays: false };
  if (typeof path !== "string" || !path.startsWith("$")) throw badValue("path option to $unwind must start with '$'");
  const field = splitPath(path.slice(1));
  const withIndex = (document: PlainDocument, index: number | null) =>
    typeof includeArrayIndex === "string" ? withField(document, splitPath(includeArrayIndex), index) : document;
  function* unwound(): Generator<PlainDocument> {
    for (const document of documents as Iterable<PlainDocument>) {
      const value = fieldAt(document, field);
      if (Array.isArray(value) && value.length > 0) {
        for (const [index, element] of value.entries()) yield withIndex(withField(document, field, element), index);
      } else if (preserveNullAndEmptyArrays === true) {
        yield withIndex(Array.isArray(value) ? withField(document, field, undefined) : document, null);
      } else if (value !== undefined && value !== null && !Array.isArray(value)) {
        yield withIndex(document, null);
      }
    }
  }
  return Lazy(unwound());
}

const fieldAt = (document: PlainDocument, path: Path) =>
  path.reduce<unknown>((value, segment) => (isDocument(value) ? ownField(value, segment) : undefined), document);

/** A copy in which a field has another value, or, with undefined, is missing. Shares all else. */
function withField(document: PlainDocument, [name = "", ...rest]: Path, value: unknown): PlainDocument {
  const child = ownField(document, name);
  const changed = rest.length === 0 ? value : withField(isDocument(child) ? child : {}, rest, value);
  const copy = { ...document };
  if (changed === undefined) Reflect.deleteProperty(copy, name);
  else defineField(copy, name, changed);
  return copy;
}

function bucket(documents: Iterator, spec: PlainDocument, options: Options): Iterator {
  const { groupBy, boundaries, default: other, output = { count: { $sum: 1 } } } = spec;
  if (!Array.isArray(boundaries) || boundaries.length < 2 || !isDocument(output)) {
    throw badValue("The $bucket 'boundaries' field must be an array of at least 2 values");
  }
  const bounds = boundaries as unknown[];
  return documents.transform((all: PlainDocument[]) => {
    const buckets = new Map<unknown, PlainDocument[]>();
    for (const document of all) {
      const value = evalExpr(document, groupBy, options);
      const above = bounds.findIndex((bound) => compareValues(value, bound) < 0);
      if (above < 1 && !Object.hasOwn(spec, "default")) {
        const message = "$switch could not find a matching branch for an input, and no default was specified.";
        throw new CommandError(40066, "Location40066", message);
      }
      const key = above < 1 ? other : bounds[above - 1];
      const members = buckets.get(key);
      if (members === undefined) buckets.set(key, [document]);
      else members.push(document);
    }
    const keys = [...buckets.keys()].toSorted(compareValues);
    return Lazy(keys.map((key) => ({ _id: key, ...accumulate(buckets.get(key) ?? [], output, options) })));
  });
}

/** Unlike mingo's, without a deep copy of every document for every facet: no stage of ours writes into its input. */
const facet = (documents: Iterator, facets: PlainDocument, options: Options) =>
  documents.transform((all: PlainDocument[]) => {
    const run = (pipeline: unknown) => new Aggregator(pipeline as PlainDocument[], options).run(all);
    return Lazy([Object.fromEntries(Object.entries(facets).map(([name, pipeline]) => [name, run(pipeline)]))]);
  });

type Stage<Spec> = (documents: Iterator, spec: Spec, options: Options) => Iterator;

/** mingo's stages that change fields copy a document's top level only: where they reach deeper, all of it is copied. */
const onCopies =
  <Spec>(stage: Stage<Spec>): Stage<Spec> =>
  (documents, spec, options) =>
    stage(reachesDeep(spec) ? documents.map(deepCopy) : documents, spec, options);

const reachesDeep = (spec: unknown) =>
  [spec].flat().some((part) => {
    if (!isDocument(part)) return String(part).includes(".");
    return Object.entries(part).some(([name, value]) => name.includes(".") || isDocument(value));
  });

function deepCopy<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(deepCopy) as Value;
  if (!isDocument(value)) return value;
  const copy = {};
  for (const [name, field] of Object.entries(value)) defineField(copy, name, deepCopy(field));
  return copy as Value;
}

/** Where a few fields of the document itself are picked they are taken over as they are. */
function project(documents: Iterator, spec: PlainDocument, options: Options): Iterator {
  const { _id: idShown = true, ...others } = spec;
  const names = Object.keys(others);
  const isPick =
    names.length > 0 && names.every((name) => !name.includes(".") && (others[name] === 1 || others[name] === true));
  if (!isPick || (typeof idShown !== "boolean" && typeof idShown !== "number"))
    return onCopies($project)(documents, spec, options);
  const shown = idShown ? ["_id", ...names] : names;
  return documents.map((document: PlainDocument) => {
    const picked = {};
    for (const name of shown) if (Object.hasOwn(document, name)) defineField(picked, name, document[name]);
    return picked;
  });
}

/** Every stage that a pipeline may have here. */
export const pipelineStages = {
  $addFields: onCopies($addFields),
  $bucket: bucket,
  $count,
  $facet: facet,
  $group: group,
  $limit,
  $lookup,
  $match,
  $project: project,
  $replaceRoot,
  $replaceWith,
  $set: onCopies($set),
  $skip,
  $sort: sort,
  $sortByCount,
  $unionWith,
  $unset: onCopies($unset),
  $unwind: unwind,
} as unknown as PipelineOperators;
