import { buildOperationContext, type executeQueryPlan } from "@apollo/gateway";
import { operationFromDocument } from "@apollo/federation-internals";
import { type QueryPlan } from "@apollo/query-planner";
import { type DocumentNode, GraphQLError } from "graphql";
import { badRequest } from "../bad-request";
import { type LoadedSupergraph } from "../supergraph";
import { type Resumable, toResumable } from "./resume";

/** How a subscription is served: what is opened at the subgraph that owns it, and what is fetched for each event. */
export interface SubscriptionPlan {
  readonly supergraph: LoadedSupergraph;
  readonly operationContext: OperationContext;
  /** Which subgraph's event source it is, and what is asked of it. */
  readonly primary: {
    readonly subgraph: { readonly name: string; readonly url: string };
    readonly operation: string;
    readonly variableNames: readonly string[];
  };
  readonly resumable: Resumable | undefined;
  /** Runs once per event; its first fetch, `primary.operation`, is what the event already answers. */
  readonly eventPlan: QueryPlan;
}

type OperationContext = Parameters<typeof executeQueryPlan>[3];

/**
 * Plans a subscription that is valid against the supergraph's schema.
 * @throws BAD_REQUEST where it has nothing to wait for: introspection alone, or a condition on its one field
 */
export function planSubscription(
  supergraph: LoadedSupergraph,
  document: DocumentNode,
  operationName: string | undefined,
): SubscriptionPlan {
  const node = buildPlan(supergraph, document, operationName);
  const subgraph = supergraph.subgraphs.find(({ name }) => name === node.primary.serviceName);
  if (subgraph === undefined) throw new Error(`The plan names an unknown subgraph: ${node.primary.serviceName}`);
  return {
    supergraph,
    operationContext: buildOperationContext({ schema: supergraph.schema, operationDocument: document, operationName }),
    primary: {
      subgraph,
      operation: node.primary.operation,
      variableNames: node.primary.variableUsages ?? [],
    },
    resumable: toResumable(node.primary.operation, supergraph.supergraphSchema),
    // Execution refuses a subscription's plan, but runs the same fetches as a sequence.
    eventPlan: {
      kind: "QueryPlan",
      node: { kind: "Sequence", nodes: node.rest === undefined ? [node.primary] : [node.primary, node.rest] },
    },
  };
}

function buildPlan(supergraph: LoadedSupergraph, document: DocumentNode, operationName: string | undefined) {
  const nothingToWaitFor = "A subscription needs one field of an event source, without @skip or @include on it.";
  let plan: QueryPlan;
  try {
    plan = supergraph.planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema, document, { operationName }));
  } catch (error) {
    if (error instanceof GraphQLError) throw error;
    throw badRequest(nothingToWaitFor); // the planner has no plan for a condition at the top
  }
  if (plan.node?.kind !== "Subscription") throw badRequest(nothingToWaitFor);
  return plan.node;
}
