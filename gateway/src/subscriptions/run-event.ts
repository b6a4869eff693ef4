import { executeQueryPlan, type GraphQLDataSource } from "@apollo/gateway";
import { type FormattedExecutionResult, GraphQLError } from "graphql";
import { type FormatError, formatErrors } from "../client-errors";
import { readSubgraphErrors } from "../execution/subgraph-errors";
import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type Subgraphs } from "../execution/subgraphs";
import { type RequestContext } from "../request-context";
import { type SubscriptionPlan } from "./plan";

export interface EventRequest {
  readonly plan: SubscriptionPlan;
  readonly query: string;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
}

type RequestContextOfGateway = Parameters<typeof executeQueryPlan>[2];

/**
 * Fills an event from every subgraph that the client's selection reaches into, and shapes it as the client asked. What
 * fails costs its own fields and an error beside the data.
 */
export async function runEvent(
  request: EventRequest,
  event: SubgraphAnswer,
  deps: { subgraphs: Subgraphs; formatError: FormatError },
): Promise<FormattedExecutionResult> {
  const { plan, query, operationName, variables, context } = request;
  const { supergraph } = plan;
  const sources = Object.fromEntries(
    supergraph.subgraphs.map((subgraph) => [subgraph.name, deps.subgraphs.dataSource(subgraph)]),
  );
  const owner = sources[plan.primary.subgraph.name];
  if (owner !== undefined) sources[plan.primary.subgraph.name] = answerPrimaryWith(event, plan, owner);

  // What execution reads of Apollo Server's request context; `metrics` must be there, since it notes errors in it.
  const requestContext = { request: { query, operationName, variables }, context, metrics: {} };
  try {
    const { data, errors } = await executeQueryPlan(
      plan.eventPlan,
      sources,
      requestContext as unknown as RequestContextOfGateway,
      plan.operationContext,
      supergraph.supergraphSchema,
      supergraph.apiSchema,
    );
    const formatted = formatErrors((errors ?? []).map(toGraphQLError), deps.formatError);
    return { data: data ?? null, ...(formatted.length === 0 ? {} : { errors: formatted }) };
  } catch (error) {
    return { data: null, errors: formatErrors([toGraphQLError(error)], deps.formatError) };
  }
}

function answerPrimaryWith(event: SubgraphAnswer, plan: SubscriptionPlan, owner: GraphQLDataSource): GraphQLDataSource {
  const { operation, subgraph } = plan.primary;
  return {
    process: (options) => {
      if (options.request.query !== operation) return owner.process(options);
      const errors = readSubgraphErrors(subgraph.name, event, operation);
      return Promise.resolve({ data: event.data, ...(errors === undefined ? {} : { errors }) });
    },
  };
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError, extensions: { code: "INTERNAL_SERVER_ERROR" } });
}
