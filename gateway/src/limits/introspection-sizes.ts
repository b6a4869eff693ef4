import { type GraphQLNamedType } from "graphql";

/**
 * How many a list of the introspection's types holds, as if any schema had a hundred types with eight fields: that one
 * introspection of the usual kind passes and ten do not should depend on no schema.
 * @returns undefined for the lists of other types
 */
export function introspectionSize(parent: GraphQLNamedType, field: string): number | undefined {
  if (!parent.name.startsWith("__")) return undefined;
  return sizes.get(`${parent.name}.${field}`) ?? 1;
}

/** A chain of `ofType` is as long as it gets for any type, and nearly always empty after a step or two. */
export function isMostlyEmpty(parent: GraphQLNamedType, field: string): boolean {
  return parent.name === "__Type" && field === "ofType";
}

const sizes: ReadonlyMap<string, number> = new Map([
  ["__Schema.types", 100],
  ["__Type.fields", 8],
]);
