import { composeServices } from "@apollo/composition";
import { execute, type GraphQLSchema, parse } from "graphql";
import { type Catalogue } from "./catalogue";
import { type SubgraphName, subgraphNames, typeDefs } from "./schemas";

export interface ComposedSupergraph {
  readonly sdl: string;
  /** What a client sees: one schema, as if one server had it all. */
  readonly apiSchema: GraphQLSchema;
}

/**
 * Composes the benchmark's subgraphs.
 * @param urls where each is
 * @throws where they do not compose, which is a bug in their schemas
 */
export function composeSupergraph(urls: Readonly<Record<SubgraphName, string>>): ComposedSupergraph {
  const services = subgraphNames.map((name) => ({ name, url: urls[name], typeDefs: typeDefs[name] }));
  const composed = composeServices(services);
  if (composed.errors !== undefined) throw new AggregateError(composed.errors, "The subgraphs do not compose.");
  return { sdl: composed.supergraphSdl, apiSchema: composed.schema.toAPISchema().toGraphQLJSSchema() };
}

/** What a single server with the whole catalogue answers: the reference that every gateway must agree with. */
export async function answerFromCatalogue(apiSchema: GraphQLSchema, catalogue: Catalogue, query: string) {
  const rootValue = {
    users: catalogue.users,
    topProducts: ({ first }: { first: number }) => catalogue.products.slice(0, first),
  };
  return execute({ schema: apiSchema, document: parse(query), rootValue });
}
