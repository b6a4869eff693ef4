import { ApolloServer, type ApolloServerPlugin } from "@apollo/server";
import { unwrapResolverError } from "@apollo/server/errors";
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { type Logger } from "@shop/telemetry";
import { createApolloGateway } from "./apollo-gateway";
import { type FormatError } from "./client-errors";
import { createInFlight } from "./execution/in-flight";
import { type RequestContext } from "./request-context";
import { type SupergraphSource } from "./supergraph";

export interface ApolloOptions {
  readonly supergraph: SupergraphSource;
  readonly formatError: FormatError;
  readonly production: boolean;
  readonly introspection: boolean;
  readonly operationGate: ApolloServerPlugin<RequestContext>;
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
    csrfPrevention: false, // http-operation.ts does it, before anything else and for streams as well
    persistedQueries: false,
    formatError: (formatted, error) => options.formatError(formatted, unwrapResolverError(error)),
    logger: options.log,
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      options.operationGate,
    ],
  });
  await apollo.start();
  return apollo;
}
