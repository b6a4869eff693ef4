import { readFileSync } from "node:fs";
import { buildSubgraphSchema } from "@apollo/subgraph";
import { scalarResolvers } from "@shop/scalars";
import { type GraphQLSchema, Kind, parse } from "graphql";

/** Each type's resolvers. Codegen types them, against the context of the subgraph, which is not known here. */
export type Resolvers = Readonly<Record<string, object | undefined>>;

type ResolverMap = NonNullable<
  Extract<Parameters<typeof buildSubgraphSchema>[0], { resolvers?: unknown }>["resolvers"]
>;

/**
 * The executable schema of a subgraph.
 * @param schemaFile path of its schema.graphql
 * @throws where a root field has no resolver: it would answer null, as if there were nothing
 */
export function buildSchema(schemaFile: string, resolvers: Resolvers): GraphQLSchema {
  const typeDefs = parse(readFileSync(schemaFile, "utf8"));
  const schema = buildSubgraphSchema({ typeDefs, resolvers: { ...scalarsOf(typeDefs), ...resolvers } as ResolverMap });
  for (const root of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(root?.getFields() ?? {})) {
      if (field.resolve === undefined) throw new Error(`${root?.name ?? ""}.${field.name} has no resolver.`);
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
