import { type DocumentNode, GraphQLError } from "graphql";
import { badRequest } from "../bad-request";
import { type PreparedOperation } from "../execution/prepared-operation";
import { type LoadedSupergraph } from "../supergraph";
import { type Resumable, toResumable } from "./resume";

/** How a subscription is served: what is opened at the subgraph that owns it, and what is fetched for each event. */
export interface SubscriptionPlan {
  readonly supergraph: LoadedSupergraph;
  readonly prepared: PreparedOperation;
  /** Which subgraph's event source it is, and what is asked of it. */
  readonly primary: {
    readonly subgraph: { readonly name: string; readonly url: string };
    readonly operation: string;
    readonly variableNames: readonly string[];
  };
  readonly resumable: Resumable | undefined;
}

const nothingToWaitFor = "A subscription needs one field of an event source, without @skip or @include on it.";

/**
 * Plans a subscription that is valid against the supergraph's schema.
 * @throws BAD_REQUEST where it has nothing to wait for: introspection alone, or a condition on its one field
 */
export function planSubscription(
  supergraph: LoadedSupergraph,
  document: DocumentNode,
  operationName: string | undefined,
): SubscriptionPlan {
  const prepared = prepare(supergraph, document, operationName);
  const { primary } = prepared;
  if (primary === undefined) throw badRequest(nothingToWaitFor);
  const subgraph = supergraph.subgraphs.find(({ name }) => name === primary.subgraph);
  if (subgraph === undefined) throw new Error(`The plan names an unknown subgraph: ${primary.subgraph}`);
  return {
    supergraph,
    prepared,
    primary: { subgraph, operation: primary.operation, variableNames: primary.variableNames },
    resumable: toResumable(primary.operation, supergraph.supergraphSchema),
  };
}

function prepare({ engine }: LoadedSupergraph, document: DocumentNode, operationName: string | undefined) {
  try {
    return engine.prepare(document, operationName);
  } catch (error) {
    // The planner has no plan for a condition at the top.
    const hasNoPlan = error instanceof GraphQLError && error.extensions["code"] === "INTERNAL_SERVER_ERROR";
    throw hasNoPlan ? badRequest(nothingToWaitFor) : error;
  }
}
