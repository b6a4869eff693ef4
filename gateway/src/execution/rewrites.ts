import { type FetchDataRewrite } from "@apollo/query-planner";
import { type GraphQLSchema } from "graphql";
import { isObject, type JsonObject, put } from "./merge";
import { compileTypeCondition } from "./type-conditions";

export type Rewrite = (value: unknown) => void;

const conditionPrefix = "... on ";

/**
 * Compiles what a plan changes in a representation before it is sent, or in data that came: a type's name where subgraphs
 * disagree on it (`@interfaceObject`), a key that had to be asked for under another name.
 */
export function compileRewrites(
  schema: GraphQLSchema,
  rewrites: readonly FetchDataRewrite[] | undefined,
): Rewrite | undefined {
  if (rewrites === undefined || rewrites.length === 0) return undefined;
  const compiled = rewrites.map((rewrite) => compileRewrite(schema, rewrite));
  return (value) => {
    for (const rewrite of compiled) rewrite(value);
  };
}

function compileRewrite(schema: GraphQLSchema, rewrite: FetchDataRewrite): Rewrite {
  const last = rewrite.path.at(-1);
  if (last === undefined) return () => undefined;
  const change = (object: JsonObject): void => {
    if (rewrite.kind === "ValueSetter") {
      object[last] = rewrite.setValueTo;
    } else if (Object.hasOwn(object, last)) {
      put(object, rewrite.renameKeyTo, object[last]);
      Reflect.deleteProperty(object, last);
    }
  };
  return compilePath(schema, rewrite.path.slice(0, -1), change);
}

function compilePath(schema: GraphQLSchema, path: readonly string[], change: (object: JsonObject) => void): Rewrite {
  const [step, ...rest] = path;
  if (step === undefined) return forEachObject(change);
  const below = compilePath(schema, rest, change);
  if (!step.startsWith(conditionPrefix)) return forEachObject((object) => below(object[step]));
  const matches = compileTypeCondition(schema, step.slice(conditionPrefix.length));
  return forEachObject((object) => {
    const typeName = object["__typename"];
    // What does not say its type was asked for where only one type can be.
    if (typeof typeName !== "string" || matches(typeName)) below(object);
  });
}

function forEachObject(change: (object: JsonObject) => void): Rewrite {
  const visit: Rewrite = (value) => {
    if (Array.isArray(value)) value.forEach(visit);
    else if (isObject(value)) change(value);
  };
  return visit;
}
