import { type DocumentNode, Kind, type OperationDefinitionNode, type ValueNode } from "graphql";
import { type RequestContext } from "../request-context";
import { type SubscriptionPlan } from "./plan";
import { definitionOf, directiveOn, type Promised, rootFieldOf, variablesIn } from "./subscription-field";

export interface OperationToShare {
  readonly plan: SubscriptionPlan;
  readonly query: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

/** How clients with the same operation may be served by one stream of events. */
export interface Sharing {
  readonly promised: Promised;
  /** Where a client wants to go on from, so that others at that place can be served with it; undefined for "from now". */
  startOf(variables: Variables): string | undefined;
  /**
   * The same text for clients who would get the same events with the same content: same operation, same variables (but
   * the cursor that each starts from), same Authorization, to the letter. Nothing else of a client reaches a subgraph.
   */
  keyOf(variables: Variables, context: Pick<RequestContext, "authorization">): string;
}

type Variables = Readonly<Record<string, unknown>>;

export function readSharing({ plan, query, document, operation }: OperationToShare): Sharing {
  const root = rootFieldOf(plan.primary.operation);
  const start = root?.arguments?.find(({ name }) => name.value === plan.resumable?.argument)?.value;
  const startVariable = start?.kind === Kind.VARIABLE ? start.name.value : undefined;
  // Its definition and its one use; used anywhere else, its value makes a difference to the events themselves.
  const isOnlyStart = variablesIn(document).filter((name) => name === startVariable).length === 2;

  return {
    promised: plan.resumable !== undefined ? "RESUMABLE" : tellsState(plan) ? "CURRENT_STATE" : "NOTHING",
    startOf: (variables) => cursorIn(start, variables),
    keyOf: (variables, { authorization }) => {
      const kept = Object.entries(variables).filter(([name]) => !isOnlyStart || name !== startVariable);
      return JSON.stringify([authorization ?? null, operation.name?.value ?? null, query, kept]);
    },
  };
}

function tellsState({ primary, supergraph }: SubscriptionPlan): boolean {
  const root = rootFieldOf(primary.operation);
  return (
    root !== undefined && directiveOn(definitionOf(root, supergraph.supergraphSchema), "currentState") !== undefined
  );
}

function cursorIn(start: ValueNode | undefined, variables: Variables): string | undefined {
  const value =
    start?.kind === Kind.VARIABLE ? variables[start.name.value] : start?.kind === Kind.STRING ? start.value : undefined;
  return typeof value === "string" ? value : undefined;
}
