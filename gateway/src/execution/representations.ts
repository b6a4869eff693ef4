import { type FetchDataRewrite, type QueryPlanFieldNode, type QueryPlanSelectionNode } from "@apollo/query-planner";
import { type GraphQLSchema } from "graphql";
import { isObject, type JsonObject } from "./merge";
import { type RequiredField } from "./required-arguments";
import { compileRewrites } from "./rewrites";
import { compileTypeCondition, type MatchesType } from "./type-conditions";

export type Representation =
  /** Its JSON text, by which equal ones are known. */
  | { readonly kind: "text"; readonly text: string }
  /** An object of another type than the fetch is for. */
  | { readonly kind: "other" }
  /** What it needs did not arrive. */
  | { readonly kind: "incomplete"; readonly missing: string };

/** How a fetch names its entities to the subgraph. */
export interface Representer {
  /** Where one key says all: the same value of it is the same entity. Undefined for an object that is not so simple. */
  keyOf(entity: JsonObject): string | number | undefined;
  represent(entity: JsonObject): Representation;
}

export interface RepresenterOptions {
  readonly schema: GraphQLSchema;
  readonly requires: readonly QueryPlanSelectionNode[];
  readonly inputRewrites: readonly FetchDataRewrite[] | undefined;
  readonly requiredFields: ReadonlyMap<string, RequiredField>;
}

const other: Representation = { kind: "other" };

export function compileRepresenter(options: RepresenterOptions): Representer {
  const rewrite = compileRewrites(options.schema, options.inputRewrites);
  const select = compileSelections(options.requires, options);
  const represent = (entity: JsonObject): Representation => {
    const representation: JsonObject = {};
    const missing = select(entity, representation);
    if (missing !== undefined) return { kind: "incomplete", missing };
    if (typeof representation["__typename"] !== "string") return other;
    rewrite?.(representation);
    return { kind: "text", text: JSON.stringify(representation) };
  };
  return { keyOf: compileKey(options), represent };
}

/** Copies what is selected into the representation. @returns what is missing for it */
type Select = (source: JsonObject, into: JsonObject) => string | undefined;

function compileSelections(selections: readonly QueryPlanSelectionNode[], options: RepresenterOptions): Select {
  const compiled = selections.map((selection): Select => {
    if (selection.kind === "Field") return compileField(selection, options);
    const select = compileSelections(selection.selections, options);
    if (selection.typeCondition === undefined) return select;
    const matches = compileTypeCondition(options.schema, selection.typeCondition);
    return (source, into) => (isOfType(source, matches) ? select(source, into) : undefined);
  });
  return (source, into) => {
    for (const select of compiled) {
      const missing = select(source, into);
      if (missing !== undefined) return missing;
    }
    return undefined;
  };
}

function isOfType(source: JsonObject, matches: MatchesType): boolean {
  const typeName = source["__typename"];
  return typeof typeName === "string" && matches(typeName);
}

function compileField(field: QueryPlanFieldNode, options: RepresenterOptions): Select {
  const from = field.alias ?? field.name;
  const to = options.requiredFields.get(field.name)?.name ?? from;
  const below = field.selections && compileSelections(field.selections, options);
  if (below === undefined) {
    return (source, into) => {
      if (!Object.hasOwn(source, from)) return from;
      into[to] = source[from];
      return undefined;
    };
  }
  /** Of objects in lists of any depth. */
  const copy = (value: unknown, present: unknown): { missing: string } | { value: unknown } => {
    if (Array.isArray(value)) {
      const copies: unknown[] = [];
      for (const [index, element] of value.entries()) {
        const copied = copy(element, Array.isArray(present) ? present[index] : undefined);
        if ("missing" in copied) return copied;
        copies.push(copied.value);
      }
      return { value: copies };
    }
    if (!isObject(value)) return { value };
    // Two fragments may each select a part of the same object.
    const object: JsonObject = isObject(present) ? present : {};
    const missing = below(value, object);
    return missing === undefined ? { value: object } : { missing };
  };
  return (source, into) => {
    if (!Object.hasOwn(source, from)) return from;
    const copied = copy(source[from], into[to]);
    if ("missing" in copied) return from;
    into[to] = copied.value;
    return undefined;
  };
}

/** The usual case, at a fraction of the cost: one type, one key that is a string or a number. */
function compileKey({ schema, requires, inputRewrites }: RepresenterOptions): Representer["keyOf"] {
  const [only, ...others] = requires;
  const isSimple = only?.kind === "InlineFragment" && others.length === 0 && (inputRewrites ?? []).length === 0;
  if (!isSimple || only.typeCondition === undefined) return () => undefined;
  const typeName = only.typeCondition;
  const fields = only.selections.flatMap((each) =>
    each.kind === "Field" && each.selections === undefined ? [each.alias ?? each.name] : [],
  );
  const [key, ...more] = fields.filter((name) => name !== "__typename");
  const oneKey = fields.length === only.selections.length && fields.includes("__typename") && more.length === 0;
  if (!oneKey || key === undefined || schema.getType(typeName) === undefined) return () => undefined;
  return (entity) => {
    const value = entity[key];
    return entity["__typename"] === typeName && (typeof value === "string" || typeof value === "number")
      ? value
      : undefined;
  };
}
