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
import { type LoadedSupergraph } from "../supergraph";
import { planSubscription, type SubscriptionPlan } from "./plan";
import { readSharing, type Sharing } from "./sharing";

export interface PlannedSubscription {
  readonly plan: SubscriptionPlan;
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly sharing: Sharing;
}

export type Planned =
  | { readonly ok: true; readonly planned: PlannedSubscription }
  | { readonly ok: false; readonly errors: readonly GraphQLError[] };

export interface Plans {
  /** @throws GraphQLError where a valid subscription cannot be planned */
  planOf(
    request: { query: string; document: DocumentNode; operationName?: string | null | undefined },
    supergraph: LoadedSupergraph,
  ): Planned;
}

const maxPlans = 500;

/** Validated and planned subscriptions, the last that were used. */
export function createPlans(options: { production: boolean; introspection: boolean }): Plans {
  const known = new Map<string, PlannedSubscription>();
  const rules = options.introspection ? specifiedRules : [...specifiedRules, NoSchemaIntrospectionCustomRule];

  return {
    planOf: ({ query, document, operationName }, supergraph) => {
      const key = `${operationName ?? ""} ${query}`;
      const found = known.get(key);
      known.delete(key);
      if (found?.plan.supergraph === supergraph) {
        known.set(key, found); // the last used are the last to go
        return { ok: true, planned: found };
      }
      const errors = validate(supergraph.schema, document, rules, { hideSuggestions: options.production });
      if (errors.length > 0) return { ok: false, errors: errors.map(toValidationError) };
      const operation = getOperationAST(document, operationName);
      if (operation == null) throw badRequest("Name the operation to run in `operationName`.");
      const plan = planSubscription(supergraph, document, operationName ?? undefined);
      const planned = { plan, document, operation, sharing: readSharing({ plan, query, document, operation }) };
      const [oldest] = known.keys();
      if (known.size >= maxPlans && oldest !== undefined) known.delete(oldest);
      known.set(key, planned);
      return { ok: true, planned };
    },
  };
}

function toValidationError(error: GraphQLError): GraphQLError {
  const extensions = { code: "GRAPHQL_VALIDATION_FAILED" };
  return new GraphQLError(error.message, { nodes: error.nodes, originalError: error, extensions });
}
