import { operationFromDocument, Supergraph } from "@apollo/federation-internals";
import { type FetchNode, type PlanNode, type QueryPlan, QueryPlanner } from "@apollo/query-planner";
import { type DocumentNode, parse } from "graphql";
import { tooComplex } from "../limits/too-complex";
import { createRestoreDroppedTypes } from "./dropped-types";
import { expandAbstractTypes } from "./expand-abstract";
import { keepDirectives } from "./linked-directives";
import { mapFetches } from "./plan-nodes";
import { nameRequiredArguments, type RequiredArguments } from "./required-arguments";
import { putResolvableKeysFirst } from "./resolvable-keys";
import { separateConflicts } from "./restore-required";
import { type SeparatedNames, separateNames } from "./separate-names";

/** An operation as it was planned: its document is the client's but for aliases that would have been in the plan's way. */
export interface PlannedOperation extends SeparatedNames {
  /** What a subscription opens at the subgraph that has its events. */
  readonly primary: FetchNode | undefined;
  /** Of a subscription, what is fetched for each event. */
  readonly fetches: PlanNode | undefined;
}

export interface Planner {
  readonly requiredArguments: RequiredArguments;
  /**
   * @param document without conditions: see specialise.ts
   * @throws TOO_COMPLEX where finding a plan would cost too much; what the planner throws where it finds none
   */
  plan(document: DocumentNode): PlannedOperation;
}

/** The plans of all our suites are the same as with the planner's own 10,000. */
const maxEvaluatedPlans = 100;

/**
 * @param supergraphSdl a valid supergraph
 * @param maxPaths how many ways through the subgraphs may be compared at once: on some supergraphs a short operation has millions
 * @throws what the planner does not support in the supergraph
 */
export function createPlanner(supergraphSdl: string, maxPaths: number): Planner {
  const ordered = putResolvableKeysFirst(parse(supergraphSdl, { noLocation: true }));
  const requiredArguments = nameRequiredArguments(ordered);
  // Validated it would be refused for fields that are external and, under their plain names, no longer required.
  const supergraph = Supergraph.build(requiredArguments.supergraph, { validateSupergraph: false });
  const schema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans, pathsLimit: maxPaths } });
  const fieldNames = new Set<string>();
  for (const type of [...supergraph.schema.objectTypes(), ...supergraph.schema.interfaceTypes()]) {
    for (const field of type.fields()) fieldNames.add(field.name);
  }

  const isKnownDirective = (name: string): boolean => schema.directive(name) !== undefined;
  const restoreDroppedTypes = createRestoreDroppedTypes(supergraph);
  const plan = (document: DocumentNode): QueryPlan["node"] =>
    planner.buildQueryPlan(operationFromDocument(schema, document, { validate: false })).node;
  const clientSchema = schema.toGraphQLJSSchema();
  const tryPlan = (document: DocumentNode): QueryPlan["node"] => {
    try {
      return plan(document);
    } catch (error) {
      if (isTooMuch(error)) throw tooComplex("has too many ways to be answered");
      return plan(expandAbstractTypes(document, clientSchema));
    }
  };

  return {
    requiredArguments,
    plan: (document) => {
      const separated = separateNames(keepDirectives(document, isKnownDirective), fieldNames);
      const node = tryPlan(separated.document);
      const restore = restoreDroppedTypes(separated.document);
      const mend = (found: PlanNode): PlanNode =>
        mapFetches(found, (fetch, path) => separateConflicts(restore(fetch, path), requiredArguments));
      if (node?.kind !== "Subscription") return { ...separated, primary: undefined, fetches: node && mend(node) };
      return { ...separated, primary: restore(node.primary, []), fetches: node.rest && mend(node.rest) };
    },
  };
}

/** More paths than allowed; written out by expandAbstractTypes it would have more still. */
function isTooMuch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Too many options");
}
