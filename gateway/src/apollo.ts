import { ApolloServer, type ApolloServerPlugin, type GraphQLRequestContext } from "@apollo/server";
import { unwrapResolverError } from "@apollo/server/errors";
import {
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { type Logger } from "@shop/telemetry";
import { OperationTypeNode } from "graphql";
import { createApolloGateway } from "./apollo-gateway";
import { badRequest } from "./bad-request";
import { type FormatError } from "./client-errors";
import { createInFlight } from "./execution/in-flight";
import { type RequestContext } from "./request-context";
import { type SupergraphSource } from "./supergraph";

export interface ApolloOptions {
  readonly supergraph: SupergraphSource;
  readonly formatError: FormatError;
  readonly production: boolean;
  readonly introspection: boolean;
  readonly plugins: readonly ApolloServerPlugin<RequestContext>[];
  readonly log: Logger;
}

/** Queries and mutations: Apollo Server in front of Apollo Gateway, started. */
export async function startApollo(options: ApolloOptions): Promise<ApolloServer<RequestContext>> {
  const inFlight = createInFlight();
  const apollo = new ApolloServer<RequestContext>({
    gateway: createApolloGateway({ ...options, inFlight }),
    stringifyResult: (result) => inFlight.stringify(result),
    introspection: options.introspection,
    hideSchemaDetailsFromClientErrors: options.production,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: true,
    persistedQueries: false,
    formatError: (formatted, error) => options.formatError(formatted, unwrapResolverError(error)),
    logger: options.log,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      { requestDidStart: () => Promise.resolve({ didResolveOperation: refuseUnanswerable }) },
      ...options.plugins,
    ],
  });
  await apollo.start();
  return apollo;
}

/** What @apollo/gateway itself would fail on: no operation of that name, and a subscription where only one answer fits. */
function refuseUnanswerable(request: GraphQLRequestContext<RequestContext>): Promise<void> {
  if (request.operation === undefined) {
    throw badRequest("Name the operation to run in `operationName`: one that the document holds.");
  }
  if (request.operation.operation === OperationTypeNode.SUBSCRIPTION) {
    throw badRequest(
      "Subscriptions are served over a WebSocket (graphql-transport-ws) or as server-sent events (accept: text/event-stream).",
    );
  }
  return Promise.resolve();
}
