import { type FetchDataRewrite, type QueryPlanFieldNode, type QueryPlanSelectionNode } from "@apollo/query-planner";
import { type GraphQLSchema } from "graphql";
import { isObject, type JsonObject } from "./merge";
import { type RequiredField } from "./required-arguments";
import { compileRewrites } from "./rewrites";
import { compileTypeCondition, isConcrete, type MatchesType } from "./type-conditions";

export type Representation =
  /** Its JSON text, by which equal ones are known. */
  | { readonly kind: "text"; readonly text: string }
  /** An object of another type than the fetch is for. */
  | { readonly kind: "other" }
  /** What it needs did not arrive. */
  | { readonly kind: "incomplete"; readonly missing: string };

/** How a fetch names its entities to the subgraph. */
export interface Representer {
  /** Where type and one key say all: that key, equal for equal representations. Undefined for an entity that needs more. */
  keyOf(entity: JsonObject): string | number | undefined;
  /** Whether nothing but what represents it is known of an entity that has a key. */
  isStub(entity: JsonObject): boolean;
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
  const flat = options.inputRewrites === undefined ? flatSelection(options) : undefined;
  if (flat !== undefined) return compileFlat(flat);
  const rewrite = compileRewrites(options.schema, options.inputRewrites);
  const select = compileSelections(options.requires, options);
  return {
    keyOf: () => undefined,
    isStub: () => false,
    represent: (entity) => {
      const representation: JsonObject = {};
      const missing = select(entity, representation);
      if (missing !== undefined) return { kind: "incomplete", missing };
      if (typeof representation["__typename"] !== "string") return other;
      rewrite?.(representation);
      return { kind: "text", text: JSON.stringify(representation) };
    },
  };
}

/** Type and scalars of one object type, as most representations are. */
interface FlatSelection {
  readonly typeName: string;
  /** Without `__typename`: as they are in the data, and in the representation. */
  readonly fields: readonly { readonly from: string; readonly to: string }[];
}

function flatSelection({ schema, requires, requiredFields }: RepresenterOptions): FlatSelection | undefined {
  const [only, ...others] = requires;
  if (only?.kind !== "InlineFragment" || others.length > 0 || only.typeCondition === undefined) return undefined;
  if (!isConcrete(schema, only.typeCondition)) return undefined;
  const fields: { from: string; to: string }[] = [];
  for (const field of only.selections) {
    if (field.kind !== "Field" || field.selections !== undefined) return undefined;
    const from = field.alias ?? field.name;
    fields.push({ from, to: requiredFields.get(field.name)?.name ?? from });
  }
  const isTyped = fields.some(({ to }) => to === "__typename");
  return isTyped ? { typeName: only.typeCondition, fields: fields.filter(({ to }) => to !== "__typename") } : undefined;
}

/** The same as the general case, without an object for each representation. */
function compileFlat({ typeName, fields }: FlatSelection): Representer {
  const head = `{"__typename":${JSON.stringify(typeName)}`;
  const parts = fields.map(({ from, to }) => ({ from, before: `,${JSON.stringify(to)}:` }));
  const [key, ...others] = fields;
  const onlyKey = others.length === 0 ? key?.from : undefined;
  return {
    keyOf: (entity) => {
      if (onlyKey === undefined || entity["__typename"] !== typeName) return undefined;
      const value = entity[onlyKey];
      return typeof value === "string" || typeof value === "number" ? value : undefined;
    },
    isStub: (entity) => {
      let known = 0;
      for (const _name in entity) known += 1;
      return known === fields.length + 1;
    },
    represent: (entity) => {
      if (entity["__typename"] !== typeName) return other;
      let text = head;
      for (const { from, before } of parts) {
        // Neither what is missing has a text, nor what an object has by nature, as `constructor`.
        const value = JSON.stringify(entity[from]) as string | undefined;
        if (value === undefined) return { kind: "incomplete", missing: from };
        text += before + value;
      }
      return { kind: "text", text: `${text}}` };
    },
  };
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
