import { inSpan } from "@shop/telemetry";
import {
  type DocumentNode,
  type FormattedExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  NoSchemaIntrospectionCustomRule,
  specifiedRules,
  validate,
  type ValidationRule,
} from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { type FormatError } from "../client-errors";
import { type SubgraphAnswer } from "../execution/subgraph-client";
import { type RequestContext } from "../request-context";
import { type LoadedSupergraph, type SupergraphSource } from "../supergraph";
import { createEventQueue } from "./event-queue";
import { planSubscription, type SubscriptionPlan } from "./plan";
import { type EventRequest, runEvent } from "./run-event";
import { openUpstream, type Upstream, type UpstreamDeps } from "./upstream";

export interface SubscribeRequest {
  readonly query: string;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly context: RequestContext;
}

export type Subscribed =
  /** A result without `data` is a refusal by the subgraph, or an outage that outlasted all retries; it is the last. */
  | { readonly ok: true; readonly events: AsyncGenerator<FormattedExecutionResult> }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

export interface Subscriptions {
  /** Opens a subscription; returning its events closes it, here and at the subgraph. */
  subscribe(request: SubscribeRequest): Subscribed;
}

export interface SubscriptionsDeps extends UpstreamDeps {
  readonly supergraph: SupergraphSource;
  readonly formatError: FormatError;
  readonly production: boolean;
  readonly introspection: boolean;
  readonly validationRules: readonly ValidationRule[];
}

const maxPlans = 500;

/** Federated subscriptions: an event comes from one subgraph, what is selected in it from all. */
export function createSubscriptions(deps: SubscriptionsDeps): Subscriptions {
  const plans = new Map<string, SubscriptionPlan>();
  const rules = [
    ...specifiedRules,
    ...deps.validationRules,
    ...(deps.introspection ? [] : [NoSchemaIntrospectionCustomRule]),
  ];

  const plan = ({ query, document, operationName }: SubscribeRequest, supergraph: LoadedSupergraph) => {
    const key = `${operationName ?? ""} ${query}`;
    const known = plans.get(key);
    if (known?.supergraph === supergraph) return { ok: true as const, plan: known };
    const errors = validate(supergraph.schema, document, rules, { hideSuggestions: deps.production });
    if (errors.length > 0) return { ok: false as const, errors: errors.map(toValidationError) };
    const made = planSubscription(supergraph, document, operationName ?? undefined);
    const [oldest] = plans.keys();
    if (plans.size >= maxPlans && oldest !== undefined) plans.delete(oldest);
    plans.set(key, made);
    return { ok: true as const, plan: made };
  };

  const prepare = (
    request: SubscribeRequest,
  ): { ok: true; request: EventRequest } | Extract<Subscribed, { ok: false }> => {
    const planned = plan(request, deps.supergraph.current());
    if (!planned.ok) return planned;
    const { schema, operation } = planned.plan.operationContext;
    const given = { ...request.variables };
    const { errors, coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
    if (errors !== undefined) return { ok: false, errors: errors.map(toInputError) };
    const { query, operationName, context } = request;
    return {
      ok: true,
      request: { plan: planned.plan, query, operationName: operationName ?? undefined, variables: coerced, context },
    };
  };

  return {
    subscribe: (request) => {
      try {
        const prepared = prepare(request);
        return prepared.ok ? { ok: true, events: openEvents(prepared.request, deps) } : prepared;
      } catch (error) {
        if (error instanceof GraphQLError) return { ok: false, errors: [error] };
        throw error;
      }
    },
  };
}

function openEvents(request: EventRequest, deps: SubscriptionsDeps): AsyncGenerator<FormattedExecutionResult> {
  // Aborts what is fetched for events that nobody waits for any more.
  const abandoned = new AbortController();
  const context = { ...request.context, signal: abandoned.signal };
  const queue = createEventQueue<SubgraphAnswer, FormattedExecutionResult>({
    run: (event) => inSpan("subscription event", {}, () => runEvent({ ...request, context }, event, deps)),
    onFull: () => upstream.pause(),
    onRoom: () => upstream.resume(),
    onReturn: () => {
      abandoned.abort();
      upstream.close();
    },
  });
  const upstream: Upstream = openUpstream(
    request,
    {
      onEvent: (event) => queue.push(event),
      onEnd: (errors) => queue.end(errors.length === 0 ? undefined : { errors: errors.map(format) }),
    },
    deps,
  );
  const format = (error: GraphQLFormattedError): GraphQLFormattedError =>
    deps.formatError(error, new GraphQLError(error.message, { extensions: error.extensions }));
  return queue.results;
}

function toValidationError(error: GraphQLError): GraphQLError {
  if (error.extensions["code"] === "TOO_COMPLEX") return error;
  const extensions = { code: "GRAPHQL_VALIDATION_FAILED" };
  return new GraphQLError(error.message, { nodes: error.nodes, originalError: error, extensions });
}

function toInputError(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: "BAD_USER_INPUT" } });
}
