import { Lazy } from "mingo/lazy";
import { $project } from "mingo/operators/pipeline";
import { type Options } from "mingo/types";
import { badValue, CommandError, notSupported } from "../errors";
import { type StoredRecord } from "../storage/stored-record";
import {
  decodePlain,
  decodeTyped,
  documentOf,
  elementsOf,
  encode,
  isDocument,
  type PlainDocument,
} from "../values/bson";
import { defineField, splitPath } from "../values/paths";
import { asCommandError } from "./filter";
import { pipelineContext } from "./pipeline";

/** Fields to show or to hide, as a tree of their paths; an empty branch means the field with all below. */
type FieldTree = Map<string, FieldTree>;

/**
 * What of a record a find or findAndModify shows, in BSON. What is merely picked keeps its type and its order.
 * @throws CommandError for a projection that MongoDB would refuse, or a kind that we have not
 */
export function createProjection(projection: unknown): (record: StoredRecord) => Buffer {
  if (projection === undefined || projection === null) return (record) => record.bytes;
  if (!isDocument(projection)) throw badValue("the projection must be an object");
  const fields = Object.entries(projection);
  if (fields.length === 0) return (record) => record.bytes;
  const positional = fields.find(([field]) => field.endsWith(".$"));
  if (positional !== undefined) throw notSupported(`the positional projection '${positional[0]}'`);
  if (fields.every(([, shown]) => typeof shown === "number" || typeof shown === "boolean")) return pick(fields);
  return compute(projection);
}

function pick(fields: readonly [string, unknown][]): (record: StoredRecord) => Buffer {
  const others = fields.filter(([field]) => field !== "_id");
  const idShown = fields.find(([field]) => field === "_id")?.[1];
  const including = others.length > 0 ? Boolean(others[0]?.[1]) : Boolean(idShown);
  const mixed = others.find(([, shown]) => Boolean(shown) !== including);
  if (mixed !== undefined) {
    const [code, verb, kind] = including ? [31254, "exclusion", "inclusion"] : [31253, "inclusion", "exclusion"];
    throw new CommandError(code, `Location${code}`, `Cannot do ${verb} on field ${mixed[0]} in ${kind} projection`);
  }
  const tree: FieldTree = new Map();
  for (const [field] of others) addPath(tree, field);
  const showsId = idShown === undefined ? true : Boolean(idShown);
  if (showsId === including) tree.set("_id", new Map());
  const isFlat = [...tree.values()].every(({ size }) => size === 0);
  if (isFlat)
    return ({ bytes }) =>
      documentOf(
        bytes,
        elementsOf(bytes).filter(({ name }) => tree.has(name) === including),
      );
  return ({ bytes }) => encode(picked(decodeTyped(bytes), tree, including) as PlainDocument);
}

function addPath(tree: FieldTree, field: string): void {
  let branch = tree;
  for (const segment of splitPath(field)) {
    const next: FieldTree = branch.get(segment) ?? new Map<string, FieldTree>();
    branch.set(segment, next);
    branch = next;
  }
}

function picked(value: unknown, tree: FieldTree, including: boolean): unknown {
  if (Array.isArray(value)) {
    const elements = (value as unknown[]).filter((element) => !including || isContainer(element));
    return elements.map((element) => (isContainer(element) ? picked(element, tree, including) : element));
  }
  const result: PlainDocument = {};
  for (const [name, field] of Object.entries(value as PlainDocument)) {
    const branch = tree.get(name);
    if (branch === undefined) {
      if (!including) defineField(result, name, field);
    } else if (branch.size === 0) {
      if (including) defineField(result, name, field);
    } else if (isContainer(field)) {
      defineField(result, name, picked(field, branch, including));
    } else if (!including) {
      defineField(result, name, field);
    }
  }
  return result;
}

const isContainer = (value: unknown) => Array.isArray(value) || isDocument(value);

/** With $slice, $elemMatch or an expression: mingo's projection, on a copy that it may change. */
function compute(projection: PlainDocument): (record: StoredRecord) => Buffer {
  const options = { context: pipelineContext, scriptEnabled: false, idKey: "_id" } as unknown as Options;
  const decode = Object.values(projection).some(isExpression) ? decodePlain : decodeTyped;
  return ({ bytes }) => {
    try {
      const [shown] = $project(Lazy([decode(bytes)]), projection, options).collect<PlainDocument>();
      return encode(shown ?? {});
    } catch (error) {
      throw asCommandError(error);
    }
  };
}

/** Computes, and so needs plain numbers. */
const isExpression = (shown: unknown) =>
  typeof shown === "string" ||
  (isDocument(shown) && !Object.hasOwn(shown, "$slice") && !Object.hasOwn(shown, "$elemMatch"));
