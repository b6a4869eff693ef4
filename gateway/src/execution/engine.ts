import { createCounter } from "@shop/telemetry";
import { type DocumentNode, GraphQLError, type GraphQLSchema } from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { type RequestContext } from "../request-context";
import { complete } from "./complete";
import { takeFields } from "./fetch-fields";
import { type JsonObject } from "./merge";
import { type Outcome } from "./outcome";
import { type Planner } from "./planner";
import {
  type PrepareContext,
  prepareOperation,
  type PreparedOperation,
  type Variables,
  type Variant,
} from "./prepared-operation";
import { createRecentlyUsed } from "../recently-used";
import { createRun, type Run, type RunDeps } from "./run";
import { runFetches } from "./run-fetches";
import { type SubgraphAnswer, type SubgraphClient } from "./subgraph-client";
import { type FieldShape } from "./shapes";
import { interfaceObjectsOf, isConcrete } from "./type-conditions";

/** Runs operations on one supergraph. */
export interface Engine {
  /**
   * An operation, to be planned and compiled when it first runs; the same one as long as the document lives.
   * @param document valid against the supergraph's schema
   * @throws GraphQLError where it has no operation of that name
   */
  prepare(document: DocumentNode, operationName?: string): PreparedOperation;
  /** Runs a query or mutation. @param variables as the client gave them; what does not fit is an outcome without data */
  execute(operation: PreparedOperation, variables: Variables, context: RequestContext): Promise<Outcome>;
  /** Fills a subscription's event from every subgraph that its selection reaches into. @param variables coerced */
  runEvent(variant: Variant, event: SubgraphAnswer, variables: Variables, context: RequestContext): Promise<Outcome>;
}

export interface EngineDeps {
  /** What clients see. */
  readonly schema: GraphQLSchema;
  /** With what they do not. */
  readonly supergraphSchema: GraphQLSchema;
  readonly planner: Planner;
  readonly subgraphs: readonly { readonly name: string; readonly url: string }[];
  readonly clientOf: (subgraph: { readonly name: string; readonly url: string }) => SubgraphClient;
}

/** What is compiled takes 20 to 100 KB each. */
const maxVariants = 1_000;
/** More would help nobody, and each is a message of its own. */
const maxVariableErrors = 20;

export function createEngine(deps: EngineDeps): Engine {
  const { schema: clientSchema, supergraphSchema, planner } = deps;
  const lookups = createCounter("shop.plan_cache.lookups", {
    description: "Looks for an operation's compiled plan, by whether it was there",
    unit: "{lookup}",
  });
  const prepareContext: PrepareContext = {
    schema: supergraphSchema,
    clientSchema,
    planner,
    requiredFields: planner.requiredArguments.fields,
    interfaceObjects: interfaceObjectsOf(supergraphSchema),
    variants: createRecentlyUsed({ maxValues: maxVariants }),
    lookups: { hits: lookups.of({ result: "hit" }), misses: lookups.of({ result: "miss" }) },
  };
  const clients = new Map(deps.subgraphs.map((subgraph) => [subgraph.name, deps.clientOf(subgraph)]));
  const runDeps: RunDeps = {
    clientOf: (name) => {
      const client = clients.get(name);
      if (client === undefined) throw new Error(`The plan names an unknown subgraph: ${name}`);
      return client;
    },
    isConcrete: (typeName) => isConcrete(supergraphSchema, typeName),
  };
  const prepared = new WeakMap<DocumentNode, Map<string, PreparedOperation>>();

  const finish = async (variant: Variant, coerced: Variables, run: Run): Promise<Outcome> => {
    await runFetches(variant.fetches, variant.requiredKeys, run);
    if (variant.introspect !== undefined) answerIntrospection(variant, coerced, run.data);
    if (run.errors.length === 0 && run.gaps.size === 0) {
      const data = variant.shapeFast(run.data);
      if (data !== undefined) return { data };
    }
    return complete(variant.shape, run);
  };

  return {
    prepare: (document, operationName = "") => {
      const byName = prepared.get(document) ?? new Map<string, PreparedOperation>();
      prepared.set(document, byName);
      const operation =
        byName.get(operationName) ?? prepareOperation(document, operationName || undefined, prepareContext);
      byName.set(operationName, operation);
      return operation;
    },
    execute: async (operation, variables, context) => {
      const { variableDefinitions = [] } = operation.operation;
      const { errors, coerced } = getVariableValues(clientSchema, variableDefinitions, variables, {
        maxErrors: maxVariableErrors,
      });
      if (errors !== undefined) return { errors };
      const variant = operation.variantFor(coerced);
      if (variant instanceof GraphQLError) return toRefusal(variant);
      if (variant.unreachable !== undefined) return { data: null, errors: [noWayTo(variant.unreachable)] };
      return finish(variant, coerced, createRun(planVariables(variant, variables), context, runDeps));
    },
    runEvent: (variant, event, coerced, context) => {
      if (variant.primary === undefined) throw new Error("Only a subscription has events.");
      const run = createRun(planVariables(variant, coerced), context, runDeps);
      takeFields(variant.primary, event, [run.data], run);
      return finish(variant, coerced, run);
    },
  };
}

/** Variables under the names that the plan has for them. */
export function planVariables({ clientVariables }: Variant, variables: Variables): Variables {
  if (clientVariables.size === 0) return variables;
  return { ...variables, ...Object.fromEntries([...clientVariables].map(([name, of]) => [name, variables[of]])) };
}

/** What is refused is a request that fails, and has no data; what has no plan is an answer, of null. */
function toRefusal(error: GraphQLError): Outcome {
  return error.extensions["http"] === undefined ? { data: null, errors: [error] } : { errors: [error] };
}

/** Nothing has been asked of any subgraph by then, so that a mutation has had no effect. */
function noWayTo({ key }: FieldShape): GraphQLError {
  return new GraphQLError("No service can answer this field as it is asked for.", {
    path: [key],
    extensions: { code: "INTERNAL_SERVER_ERROR" },
  });
}

function answerIntrospection({ shape, introspect }: Variant, variables: Variables, data: JsonObject): void {
  const answers = introspect?.(variables) ?? {};
  for (const { key, dataKey, name } of shape.fields) {
    if (name.startsWith("__") && Object.hasOwn(answers, key)) data[dataKey] = answers[key];
  }
}
