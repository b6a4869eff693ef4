import { rateLimited, serviceUnavailable } from "@shop/graphql-errors";
import { observeLevel } from "@shop/telemetry";
import { type DocumentNode, GraphQLError, type GraphQLFormattedError } from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { formatErrors } from "../client-errors";
import { planVariables } from "../execution/engine";
import { type RequireAffordable } from "../limits/cost-limit";
import { type RequestContext } from "../request-context";
import { type SupergraphSource } from "../supergraph";
import { createEventWork } from "./event-work";
import { createPlans } from "./plans";
import { type StreamDeps } from "./stream";
import { createStreams, type Prepared } from "./streams";
import { createSubscriber, type StreamEnd } from "./subscriber";
import { type ViewerSlots } from "./viewer-slots";

export interface SubscribeRequest {
  readonly query: string;
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
  readonly context: RequestContext;
  /** Called when the client is so slow that its subscription was ended: its connection should be, too. */
  readonly onOverrun: () => void;
}

export type Subscribed =
  /** JSON texts of results, and how it ended. Returning them closes the subscription, and upstream what nobody else uses. */
  | { readonly ok: true; readonly events: AsyncGenerator<string, StreamEnd> }
  | { readonly ok: false; readonly errors: readonly GraphQLFormattedError[] };

export interface Subscriptions {
  subscribe(request: SubscribeRequest): Subscribed;
  /** Takes no more subscriptions, ends all, and waits a few seconds for clients to read what is queued for them. */
  stop(): Promise<void>;
}

export interface SubscriptionsDeps extends Omit<StreamDeps, "eventWork"> {
  readonly supergraph: SupergraphSource;
  readonly production: boolean;
  readonly introspection: boolean;
  readonly requireAffordable: RequireAffordable;
  /** For subscriptions, each of which may be a socket at a subgraph. */
  readonly slots: ViewerSlots;
  /** How many events are filled at once, of all subscriptions. */
  readonly maxEventsAtWork: number;
}

const drainMs = 5_000;
const retryAfterSeconds = 10;

/**
 * Federated subscriptions: an event comes from one subgraph, what is selected in it from all. Clients whose operation and
 * Authorization are the same share the subscription at the subgraph and the filling of its events.
 */
export function createSubscriptions(deps: SubscriptionsDeps): Subscriptions {
  const plans = createPlans(deps);
  const streams = createStreams({ ...deps, eventWork: createEventWork(deps.maxEventsAtWork) });
  deps.supergraph.onSwap(() => streams.replan());
  let open = 0;
  const opened = { description: "Subscriptions of clients that are open", unit: "{subscription}" };
  const withdraw = observeLevel("shop.subscriptions.open", opened, () => open);
  let isStopping = false;
  let onDrained: (() => void) | undefined;

  const refuse = (errors: readonly GraphQLError[]) => ({
    ok: false as const,
    errors: formatErrors(errors, deps.formatError),
  });
  const prepare = (request: SubscribeRequest): Prepared => {
    try {
      const found = plans.validate(request, deps.supergraph.current());
      if (!found.ok) return refuse(found.errors);
      const { supergraph, document, operation, planFor } = found.subscription;
      const { schema, supergraphSchema } = supergraph;
      const given = { ...request.variables };
      deps.requireAffordable({ schema: supergraphSchema, document, operation, variables: given });
      const { errors, coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
      if (errors !== undefined) return refuse(errors.map(toInputError));
      const { plan, sharing } = planFor(coerced);
      const variables = planVariables(plan.variant, coerced);
      const { context } = request;
      const event = { plan, variables };
      const key = sharing.keyOf(variables, context);
      const { promised } = sharing;
      return { ok: true, request: { event, context, promised, start: sharing.startOf(variables), key } };
    } catch (error) {
      if (error instanceof GraphQLError) return refuse([error]);
      throw error;
    }
  };

  return {
    subscribe: (request) => {
      if (isStopping) return refuse([serviceUnavailable("This instance", 1)]);
      const prepared = prepare(request);
      if (!prepared.ok) return prepared;
      const release = deps.slots.take(request.context);
      if (release === undefined) return refuse([rateLimited(retryAfterSeconds)]);
      open += 1;
      const onDone = (): void => {
        release();
        open -= 1;
        if (open === 0) onDrained?.();
      };
      const subscriber = createSubscriber({ onOverrun: request.onOverrun, onDone });
      streams.serve(subscriber, prepared.request, () => prepare(request));
      return { ok: true, events: subscriber.results };
    },
    stop: async () => {
      isStopping = true;
      withdraw();
      streams.stop();
      if (open === 0) return;
      await new Promise<void>((resolve) => {
        onDrained = resolve;
        setTimeout(resolve, drainMs).unref();
      });
    },
  };
}

function toInputError(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes, extensions: { code: "BAD_USER_INPUT" } });
}
