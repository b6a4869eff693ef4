import { type ApolloServerPlugin } from "@apollo/server";
import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { maxAgeSecondsOf } from "./cache-policy";
import { type RequestContext } from "./request-context";
import { type SupergraphSource } from "./supergraph";

/**
 * Lets caches on the way keep an answer that is the same for everyone: to a query by GET, of somebody who has not signed
 * in, without errors, all of whose fields are public. Everything else stays private, as security-headers.ts says.
 */
export function allowCaching(supergraph: Pick<SupergraphSource, "current">): ApolloServerPlugin<RequestContext> {
  const known = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, number>>();
  const maxAgeOf = (document: DocumentNode, operation: OperationDefinitionNode): number => {
    const { supergraphSchema } = supergraph.current();
    const ages = known.get(supergraphSchema) ?? new WeakMap<OperationDefinitionNode, number>();
    const age = ages.get(operation) ?? maxAgeSecondsOf(supergraphSchema, document, operation);
    known.set(supergraphSchema, ages.set(operation, age));
    return age;
  };

  return {
    requestDidStart: ({ request, contextValue }) => {
      const isForAnyone = request.http?.method === "GET" && contextValue.authorization === undefined;
      if (!isForAnyone) return Promise.resolve();
      return Promise.resolve({
        willSendResponse: ({ document, operation, response: { http, body } }) => {
          const succeeded = body.kind === "single" && body.singleResult.errors === undefined;
          const maxAge = succeeded && document && operation ? maxAgeOf(document, operation) : 0;
          if (maxAge > 0) http.headers.set("cache-control", `public, max-age=${maxAge}`);
          return Promise.resolve();
        },
      });
    },
  };
}
