import {
  type ApolloServerPlugin,
  type GraphQLRequestContext,
  type GraphQLRequestContextDidEncounterErrors,
  type GraphQLRequestContextDidResolveOperation,
  type GraphQLRequestContextWillSendResponse,
} from "@apollo/server";
import { type OperationDefinitionNode, OperationTypeNode } from "graphql";
import { badRequest } from "./bad-request";
import { type CachePolicy } from "./cache-control";
import { noteSpan } from "./client-errors";
import { type RequireAffordable } from "./limits/cost-limit";
import { type MeasureOperation } from "./operation-metrics";
import { type RequestContext } from "./request-context";
import { type SupergraphSource } from "./supergraph";

/**
 * All that queries and mutations are held against once they are valid, whichever door they came in by, and what their
 * answers say to caches. One plugin, since Apollo Server waits for each.
 */
export function createOperationGate(deps: {
  readonly supergraph: SupergraphSource;
  readonly requireAffordable: RequireAffordable;
  readonly maxAgeSecondsOf: CachePolicy;
  readonly measure: MeasureOperation;
}): ApolloServerPlugin<RequestContext> {
  const { supergraph, requireAffordable } = deps;
  const listener = {
    didResolveOperation: (request: GraphQLRequestContextDidResolveOperation<RequestContext>) => {
      const { document } = request;
      const operation = requireAnswerable(request.operation);
      const variables = request.request.variables ?? {};
      requireAffordable({ schema: supergraph.current().supergraphSchema, document, operation, variables });
      return nothingMore;
    },
    didEncounterErrors: ({ errors, contextValue }: GraphQLRequestContextDidEncounterErrors<RequestContext>) => {
      noteSpan(errors, contextValue.span);
      return nothingMore;
    },
  };
  const tellCaches = (request: GraphQLRequestContextWillSendResponse<RequestContext>): Promise<void> => {
    const { http, body } = request.response;
    if (body.kind !== "single") return nothingMore;
    const { document, operation } = request;
    if (document && operation && body.singleResult.errors === undefined && isAskedByAnyone(request)) {
      const maxAgeSeconds = deps.maxAgeSecondsOf(document, operation);
      if (maxAgeSeconds > 0) http.headers.set("cache-control", `public, max-age=${maxAgeSeconds}`);
    }
    return nothingMore;
  };
  return {
    requestDidStart: () => {
      const startedAtMs = performance.now();
      const willSendResponse: typeof tellCaches = (request) => {
        deps.measure(request, startedAtMs);
        return tellCaches(request);
      };
      return Promise.resolve({ ...listener, willSendResponse });
    },
  };
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
