import { operationFromDocument, Supergraph } from "@apollo/federation-internals";
import { type FetchNode, type PlanNode, type QueryPlan, QueryPlanner } from "@apollo/query-planner";
import { type DocumentNode, parse } from "graphql";
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
  /** @param document without conditions: see specialise.ts @throws where the planner finds no plan, or one that would cost too much to find */
  plan(document: DocumentNode): PlannedOperation;
}

/**
 * Planning compares ways through the subgraphs, and on some supergraphs a short operation has millions. With 100 compared
 * the plans of all our suites are the same as with the planner's own 10,000.
 */
const limits = { maxEvaluatedPlans: 100, pathsLimit: 2_000 };

/** @param supergraphSdl a valid supergraph @throws what the planner does not support in it */
export function createPlanner(supergraphSdl: string): Planner {
  const ordered = putResolvableKeysFirst(parse(supergraphSdl, { noLocation: true }));
  const requiredArguments = nameRequiredArguments(ordered);
  // Validated it would be refused for fields that are external and, under their plain names, no longer required.
  const supergraph = Supergraph.build(requiredArguments.supergraph, { validateSupergraph: false });
  const schema = supergraph.apiSchema();
  const planner = new QueryPlanner(supergraph, { debug: limits });
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
      if (isTooMuch(error)) throw error;
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

/** What `limits` stop: written out it would be more. */
function isTooMuch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Too many options");
}
