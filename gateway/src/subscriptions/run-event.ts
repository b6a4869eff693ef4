import { type FormattedExecutionResult, GraphQLError } from "graphql";
import { type FormatError, formatErrors } from "../client-errors";
import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type RequestContext } from "../request-context";
import { type SubscriptionPlan } from "./plan";

export interface EventRequest {
  readonly plan: SubscriptionPlan;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly context: RequestContext;
}

/**
 * Fills an event from every subgraph that the client's selection reaches into, and shapes it as the client asked. What
 * fails costs its own fields and an error beside the data.
 * @param event as it came; its data becomes part of the result and is used up
 */
export async function runEvent(
  { plan, variables, context }: EventRequest,
  event: SubgraphAnswer,
  deps: { readonly formatError: FormatError },
): Promise<FormattedExecutionResult> {
  try {
    const outcome = await plan.supergraph.engine.runEvent(plan.variant, event, variables, context);
    const errors = formatErrors(outcome.errors ?? [], deps.formatError);
    return { data: outcome.data ?? null, ...(errors.length === 0 ? {} : { errors }) };
  } catch (error) {
    return { data: null, errors: formatErrors([toGraphQLError(error)], deps.formatError) };
  }
}

function toGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError, extensions: { code: "INTERNAL_SERVER_ERROR" } });
}
