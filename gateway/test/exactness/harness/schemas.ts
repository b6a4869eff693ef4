import { buildSubgraphSchema } from "@apollo/subgraph";
import {
  buildSchema,
  GraphQLError,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  isScalarType,
  parse,
} from "graphql";
import { readTypeViews, type Records, resolveReference, type StoredRecord } from "./records";

type Resolve = GraphQLFieldResolver<never, unknown>;
type ResolveReference = (reference: never) => unknown;

/** By type and field. A schema takes of it what it declares. */
export type Resolvers = Readonly<Record<string, Readonly<Record<string, Resolve | ResolveReference>>>>;

const federationLink = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@key", "@shareable", "@external", "@provides", "@requires", "@override", "@inaccessible", "@interfaceObject"
])`;

/** A subgraph's SDL as it is composed: with the federation directives imported. */
export function withFederation(sdl: string): string {
  return `${federationLink}\n${sdl}`;
}

/** The graph as one graphql-js schema. Records resolve by their fields; `__typename` tells what an abstract one is. */
export function buildMonolith(sdl: string, resolvers: Resolvers): GraphQLSchema {
  const schema = buildSchema(sdl);
  for (const [typeName, fields] of Object.entries(resolvers)) {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) continue;
    for (const [fieldName, resolve] of Object.entries(fields)) {
      const field = type.getFields()[fieldName];
      if (field !== undefined) field.resolve = resolve as GraphQLFieldResolver<unknown, unknown>;
    }
  }
  return schema;
}

/**
 * One subgraph over the same records. Its entities are looked up by key and know only what this subgraph owns and what
 * the representation brings, so that a plan which forgets to send something is found out.
 */
export function buildSubgraph(sdl: string, monolith: GraphQLSchema, resolvers: Resolvers, records: Records) {
  const withReferences: Record<string, Record<string, unknown>> = {};
  for (const [typeName, fields] of Object.entries(resolvers)) withReferences[typeName] = { ...fields };
  for (const [typeName, view] of readTypeViews(sdl)) {
    if (view.keys.length === 0) continue;
    const candidates = recordsOf(typeName, monolith, records);
    const ownedElsewhere = new Set(
      fieldNames(typeName, monolith).filter((name) => view.external.has(name) || !view.declared.has(name)),
    );
    const resolve = (reference: StoredRecord): StoredRecord | null =>
      resolveReference(reference, candidates, view, ownedElsewhere);
    withReferences[typeName] = { __resolveReference: resolve, ...withReferences[typeName] };
  }
  return buildSubgraphSchema({ typeDefs: parse(withFederation(sdl)), resolvers: withReferences as never });
}

/** Records with their type's name on them, which resolves them where they stand for an interface or a union. */
export function named(records: Readonly<Record<string, readonly StoredRecord[]>>): Records {
  return Object.fromEntries(
    Object.entries(records).map(([typeName, stored]) => [
      typeName,
      stored.map((record) => ({ __typename: typeName, ...record })),
    ]),
  );
}

/** What a resolver throws to fail. */
export function failure(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: "TEST_FAILURE" } });
}

function recordsOf(typeName: string, monolith: GraphQLSchema, records: Records): readonly StoredRecord[] {
  const type = monolith.getType(typeName);
  if (!isAbstractType(type)) return records[typeName] ?? [];
  return monolith.getPossibleTypes(type).flatMap(({ name }) => records[name] ?? []);
}

function fieldNames(typeName: string, monolith: GraphQLSchema): string[] {
  const type = monolith.getType(typeName);
  return type !== undefined && "getFields" in type && !isScalarType(type) ? Object.keys(type.getFields()) : [];
}
