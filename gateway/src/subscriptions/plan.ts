import { GraphQLError } from "graphql";
import { badRequest } from "../bad-request";
import { type Variant } from "../execution/prepared-operation";
import { type LoadedSupergraph } from "../supergraph";
import { type Resumable, toResumable } from "./resume";

/** How a subscription is served: what is opened at the subgraph that owns it, and what is fetched for each event. */
export interface SubscriptionPlan {
  readonly supergraph: LoadedSupergraph;
  readonly variant: Variant;
  /** Which subgraph's event source it is, and what is asked of it. */
  readonly primary: {
    readonly subgraph: { readonly name: string; readonly url: string };
    readonly operation: string;
    readonly variableNames: readonly string[];
  };
  readonly resumable: Resumable | undefined;
}

const nothingToWaitFor = "A subscription needs one field of an event source.";

/**
 * Plans a subscription that is valid against the supergraph's schema.
 * @param found for the values of the variables in `@skip` and `@include`
 * @throws BAD_REQUEST where it has nothing to wait for: introspection alone, or a field that is skipped
 */
export function planSubscription(supergraph: LoadedSupergraph, found: Variant | GraphQLError): SubscriptionPlan {
  const variant = requirePlan(found);
  const { primary } = variant;
  if (primary === undefined) throw badRequest(nothingToWaitFor);
  const subgraph = supergraph.subgraphs.find(({ name }) => name === primary.subgraph);
  if (subgraph === undefined) throw new Error(`The plan names an unknown subgraph: ${primary.subgraph}`);
  return {
    supergraph,
    variant,
    primary: { subgraph, operation: primary.operation, variableNames: primary.variableNames },
    resumable: toResumable(primary.operation, supergraph.supergraphSchema),
  };
}

function requirePlan(variant: Variant | GraphQLError): Variant {
  if (!(variant instanceof GraphQLError)) return variant;
  // The planner has none where nothing is left to subscribe to.
  throw variant.extensions["code"] === "INTERNAL_SERVER_ERROR" ? badRequest(nothingToWaitFor) : variant;
}
