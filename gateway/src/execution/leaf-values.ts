import { type GraphQLLeafType, isEnumType } from "graphql";

/** What JSON of a type may look like; undefined where it may be anything, as of a scalar that only subgraphs know. */
export type LeafKind = "string" | "number" | "integer" | "boolean" | "id" | ReadonlySet<string> | undefined;

const builtIn: Readonly<Record<string, LeafKind>> = {
  String: "string",
  Float: "number",
  Int: "integer",
  Boolean: "boolean",
  ID: "id",
};

export function leafKind(type: GraphQLLeafType): LeafKind {
  if (isEnumType(type)) return new Set(type.getValues().map(({ name }) => name));
  return Object.hasOwn(builtIn, type.name) ? builtIn[type.name] : undefined;
}

/** Whether a value that is not null fits a leaf type. */
export function fits(kind: LeafKind, value: unknown): boolean {
  switch (kind) {
    case undefined:
      return true;
    case "integer":
      return value === ((value as number) | 0);
    case "id":
      return typeof value === "string" || Number.isInteger(value);
    case "string":
    case "number":
    case "boolean":
      return typeof value === kind;
    default:
      return typeof value === "string" && kind.has(value);
  }
}
