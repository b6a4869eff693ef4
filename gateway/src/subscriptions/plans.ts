import {
  type DocumentNode,
  getOperationAST,
  GraphQLError,
  NoSchemaIntrospectionCustomRule,
  type OperationDefinitionNode,
  specifiedRules,
  validate,
} from "graphql";
import { badRequest } from "../bad-request";
import { createRecentlyUsed } from "../recently-used";
import { type LoadedSupergraph } from "../supergraph";
import { planSubscription, type SubscriptionPlan } from "./plan";
import { readSharing, type Sharing } from "./sharing";

export interface ValidSubscription {
  readonly supergraph: LoadedSupergraph;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** @param variables coerced @throws GraphQLError where it cannot be planned */
  readonly planFor: (variables: Readonly<Record<string, unknown>>) => PlannedSubscription;
}

export interface PlannedSubscription {
  readonly plan: SubscriptionPlan;
  readonly sharing: Sharing;
}

export type Validated =
  | { readonly ok: true; readonly subscription: ValidSubscription }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

export interface Plans {
  /** @throws GraphQLError where the document has no such operation */
  validate(
    request: { query: string; document: DocumentNode; operationName?: string | null | undefined },
    supergraph: LoadedSupergraph,
  ): Validated;
}

/** Their texts together are bounded too, since what is kept of a long one is many times its length. */
const bounds = { maxValues: 500, maxWeight: 1_000_000, weightOf: (_: ValidSubscription, key: string) => key.length };

/** Validated subscriptions with their plans, the last that were used. */
export function createPlans(options: { production: boolean; introspection: boolean }): Plans {
  const known = createRecentlyUsed(bounds);
  const rules = options.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];

  return {
    validate: ({ query, document, operationName }, supergraph) => {
      const key = `${operationName ?? ""} ${query}`;
      const found = known.get(key);
      if (found?.supergraph === supergraph) return { ok: true, subscription: found };
      const errors = validate(supergraph.schema, document, rules, { hideSuggestions: options.production });
      if (errors.length > 0) return { ok: false, errors: errors.map(toValidationError) };
      const operation = getOperationAST(document, operationName);
      if (operation == null) throw badRequest("Name the operation to run in `operationName`.");
      const planFor = createPlanFor({ query, document, operation, operationName, supergraph });
      const subscription = { supergraph, document, operation, planFor };
      known.set(key, subscription);
      return { ok: true, subscription };
    },
  };
}

/** One plan for each of its variants, as long as that is kept. */
function createPlanFor(options: {
  readonly query: string;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName?: string | null | undefined;
  readonly supergraph: LoadedSupergraph;
}): ValidSubscription["planFor"] {
  const { supergraph, document, operationName } = options;
  const prepared = supergraph.engine.prepare(document, operationName ?? undefined);
  const planned = new WeakMap<object, PlannedSubscription>();
  return (variables) => {
    const variant = prepared.variantFor(variables);
    const known = planned.get(variant);
    if (known !== undefined) return known;
    const plan = planSubscription(supergraph, variant);
    const made = { plan, sharing: readSharing({ ...options, plan }) };
    planned.set(variant, made);
    return made;
  };
}

function toValidationError(error: GraphQLError): GraphQLError {
  const extensions = { code: "GRAPHQL_VALIDATION_FAILED" };
  return new GraphQLError(error.message, { nodes: error.nodes, originalError: error, extensions });
}
