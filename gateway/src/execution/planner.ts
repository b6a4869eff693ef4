import { operationFromDocument, Supergraph } from "@apollo/federation-internals";
import { type FetchNode, type PlanNode, type QueryPlan, QueryPlanner } from "@apollo/query-planner";
import { type DocumentNode, parse } from "graphql";
import { tooComplex } from "../limits/too-complex";
import { createRestoreDroppedTypes } from "./dropped-types";
import { expandAbstractTypes } from "./expand-abstract";
import { keepDirectives } from "./linked-directives";
import { mapFetches, renameSubgraphs } from "./plan-nodes";
import { nameRequiredArguments, type RequiredArguments } from "./required-arguments";
import { createChainFinder } from "./requirement-chains";
import { putRequiredFieldsApart } from "./required-fields-apart";
import { createRequirementCheck } from "./requirements-met";
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
  const { supergraph, schema, plan } = createTries(requiredArguments.supergraph, maxPaths);
  const fieldNames = new Set<string>();
  for (const type of [...supergraph.schema.objectTypes(), ...supergraph.schema.interfaceTypes()]) {
    for (const field of type.fields()) fieldNames.add(field.name);
  }

  const isKnownDirective = (name: string): boolean => schema.directive(name) !== undefined;
  const restoreDroppedTypes = createRestoreDroppedTypes(supergraph);
  const meetsRequirements = createRequirementCheck(requiredArguments.supergraph);
  const hasChain = createChainFinder(requiredArguments.supergraph);
  let planApart: Plan | undefined;
  const planToRequirements: Plan = (document) => {
    if (!hasChain(document)) {
      const node = plan(document);
      if (meetsRequirements(node)) return node;
    }
    planApart ??= createPlanApart(requiredArguments.supergraph, maxPaths);
    const node = planApart(document);
    if (meetsRequirements(node)) return node;
    throw new Error("The planner asks a subgraph for something without what that requires.");
  };
  const planOrRefuse: Plan = (document) => {
    try {
      return planToRequirements(document);
    } catch (error) {
      throw isTooMuch(error) ? tooComplex("has too many ways to be answered") : error;
    }
  };

  return {
    requiredArguments,
    plan: (document) => {
      const separated = separateNames(keepDirectives(document, isKnownDirective), fieldNames);
      const node = planOrRefuse(separated.document);
      const restore = restoreDroppedTypes(separated.document);
      const mend = (found: PlanNode): PlanNode =>
        mapFetches(found, (fetch, path) => separateConflicts(restore(fetch, path), requiredArguments));
      if (node?.kind !== "Subscription") return { ...separated, primary: undefined, fetches: node && mend(node) };
      return { ...separated, primary: restore(node.primary, []), fetches: node.rest && mend(node.rest) };
    },
  };
}

type Plan = (document: DocumentNode) => QueryPlan["node"];

/** Plans an operation as it is and, where the planner finds no way, with its abstract fragments written out. */
function createTries(document: DocumentNode, maxPaths: number) {
  // Validated it would be refused for fields that are external and, under their plain names, no longer required.
  const supergraph = Supergraph.build(document, { validateSupergraph: false });
  const schema = supergraph.apiSchema();
  const clientSchema = schema.toGraphQLJSSchema();
  const planner = new QueryPlanner(supergraph, { debug: { maxEvaluatedPlans, pathsLimit: maxPaths } });
  const tryPlan: Plan = (operation) =>
    planner.buildQueryPlan(operationFromDocument(schema, operation, { validate: false })).node;
  const plan: Plan = (operation) => {
    try {
      return tryPlan(operation);
    } catch (error) {
      // Written out it would have more still.
      if (isTooMuch(error)) throw error;
      return tryPlan(expandAbstractTypes(operation, clientSchema));
    }
  };
  return { supergraph, schema, plan };
}

/** Plans with no subgraph seeming to answer what it only requires; see required-fields-apart.ts. */
function createPlanApart(supergraph: DocumentNode, maxPaths: number): Plan {
  const apart = putRequiredFieldsApart(supergraph);
  const { plan } = createTries(apart.supergraph, maxPaths);
  return (document) => renameSubgraphs(plan(document), apart.subgraphOf);
}

/** More paths than allowed. */
function isTooMuch(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith("Too many options");
}
