import { readFileSync } from "node:fs";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { notImplemented } from "@shop/graphql-errors";
import { scalarResolvers } from "@shop/scalars";
import { type GraphQLSchema, Kind, parse } from "graphql";

/** Each type's resolvers. Codegen types them, against the context of the subgraph, which is not known here. */
export type Resolvers = Readonly<Record<string, object | undefined>>;

type ResolverMap = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>["resolvers"]
>;

/**
 * The executable schema of a subgraph. A root field without a resolver answers NOT_IMPLEMENTED rather than null.
 * @param schemaFile path of its schema.graphql
 */
export function buildSchema(schemaFile: string, resolvers: Resolvers): GraphQLSchema {
  const typeDefs = parse(readFileSync(schemaFile, "utf8"));
  const schema = buildSubgraphSchema({ typeDefs, resolvers: { ...scalarsOf(typeDefs), ...resolvers } as ResolverMap });
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      field.resolve ??= () => {
        throw notImplemented(`${root?.name ?? ""}.${field.name}`);
      };
    }
  }
  return schema;
}

function scalarsOf(typeDefs: ReturnType<typeof parse>): Resolvers {
  const declared = new Set(
    typeDefs.definitions.flatMap((node) => (node.kind === Kind.SCALAR_TYPE_DEFINITION ? [node.name.value] : [])),
  );
  return Object.fromEntries(Object.entries(scalarResolvers).filter(([name]) => declared.has(name)));
}
