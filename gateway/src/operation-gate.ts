import { type ApolloServerPlugin, type GraphQLRequestContext, type GraphQLRequestListener } from "@apollo/server";
import { type OperationDefinitionNode, OperationTypeNode } from "graphql";
import { badRequest } from "./bad-request";
import { type CachePolicy } from "./cache-control";
import { type RequireAffordable } from "./limits/cost-limit";
import { type CredentialAttempt, findCredentialAttempts } from "./limits/credential-attempts";
import { type RateLimits } from "./limits/rate-limits";
import { type RequestContext } from "./request-context";
import { type SupergraphSource } from "./supergraph";

/**
 * All that queries and mutations are held against once they are valid, whichever door they came in by, and what their
 * answers say to caches. One plugin, since Apollo Server waits for each.
 */
export function createOperationGate(deps: {
  readonly supergraph: SupergraphSource;
  readonly requireAffordable: RequireAffordable;
  readonly rateLimits: RateLimits;
  readonly maxAgeSecondsOf: CachePolicy;
}): ApolloServerPlugin<RequestContext> {
  const { supergraph, requireAffordable, rateLimits } = deps;
  const tried = new WeakMap<GraphQLRequestContext<RequestContext>, readonly CredentialAttempt[]>();

  const listener: GraphQLRequestListener<RequestContext> = {
    didResolveOperation: (request) => {
      const { document, contextValue } = request;
      const operation = requireAnswerable(request.operation);
      const variables = request.request.variables ?? {};
      requireAffordable({ schema: supergraph.current().supergraphSchema, document, operation, variables });
      const attempts = findCredentialAttempts(document, operation, variables, contextValue.viewer);
      if (attempts.length === 0) return nothingMore;
      tried.set(request, attempts);
      return rateLimits.admitCredentials(attempts, contextValue);
    },
    willSendResponse: (request) => {
      const { http, body } = request.response;
      if (body.kind !== "single") return nothingMore;
      const { data, errors } = body.singleResult;
      const attempts = tried.get(request);
      if (attempts !== undefined) rateLimits.settleCredentials(attempts, data ?? {});
      const { document, operation } = request;
      if (document && operation && errors === undefined && isAskedByAnyone(request)) {
        const maxAgeSeconds = deps.maxAgeSecondsOf(document, operation);
        if (maxAgeSeconds > 0) http.headers.set("cache-control", `public, max-age=${maxAgeSeconds}`);
      }
      return nothingMore;
    },
  };
  const started = Promise.resolve(listener);
  return { requestDidStart: () => started };
}

const nothingMore = Promise.resolve();

/** What @apollo/gateway itself would fail on: no operation of that name, and a subscription where only one answer fits. */
function requireAnswerable(operation: OperationDefinitionNode | null | undefined): OperationDefinitionNode {
  if (operation == null) {
    throw badRequest("Name the operation to run in `operationName`: one that the document holds.");
  }
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw badRequest(
      "Subscriptions are served over a WebSocket (graphql-transport-ws) or as server-sent events (accept: text/event-stream).",
    );
  }
  return operation;
}

/** Only a GET without a token has an answer that others may be given. */
function isAskedByAnyone({ request, contextValue }: GraphQLRequestContext<RequestContext>): boolean {
  return request.http?.method === "GET" && contextValue.authorization === undefined;
}
