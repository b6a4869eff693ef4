import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { type Variables } from "./argument-sizes";
import { compileCost } from "./cost";
import { tooComplex } from "./too-complex";

export interface CostedOperation {
  /** The supergraph's. */
  readonly schema: GraphQLSchema;
  /** Valid, and admitted (admission.ts). */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** As the client sent them. */
  readonly variables: Variables;
}

/** @throws TOO_COMPLEX (HTTP 400) where the operation may cost more than is allowed; its extensions have both figures */
export type RequireAffordable = (operation: CostedOperation) => void;

/**
 * Compiles each operation's cost once, for as long as its document lives.
 * @param maxCost in points (cost.ts); undefined: everything is affordable
 */
export function createCostLimit(maxCost: number | undefined): RequireAffordable {
  if (maxCost === undefined) return () => undefined;
  const compiled = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, (variables: Variables) => number>>();
  return ({ schema, document, operation, variables }) => {
    const ofSchema = compiled.get(schema) ?? new WeakMap<OperationDefinitionNode, (variables: Variables) => number>();
    compiled.set(schema, ofSchema);
    const costOf = ofSchema.get(operation) ?? compileCost(schema, document, operation);
    ofSchema.set(operation, costOf);
    const cost = Math.min(costOf(variables), Number.MAX_SAFE_INTEGER);
    if (cost > maxCost) throw tooComplex(`may cost ${cost} points, of ${maxCost} that one may`, { cost, maxCost });
  };
}
