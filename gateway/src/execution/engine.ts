import { type DocumentNode, GraphQLError, type GraphQLSchema } from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { tooComplex } from "../limits/too-complex";
import { type RequestContext } from "../request-context";
import { complete } from "./complete";
import { takeFields } from "./fetch-fields";
import { type JsonObject } from "./merge";
import { type Outcome } from "./outcome";
import { type Planner } from "./planner";
import { type PrepareContext, prepareOperation, type PreparedOperation, type Variant } from "./prepared-operation";
import { createRun, type Run, type RunDeps } from "./run";
import { runFetches } from "./run-fetches";
import { type SubgraphAnswer, type SubgraphClient } from "./subgraph-client";
import { type FieldShape } from "./shapes";
import { interfaceObjectsOf, isConcrete } from "./type-conditions";

export type Variables = Readonly<Record<string, unknown>>;

/** Runs operations on one supergraph. */
export interface Engine {
  /**
   * Plans and compiles an operation, once for a document and name: it is kept as long as the document is.
   * @param document valid against the supergraph's schema
   * @throws GraphQLError where there is no plan for it, or finding one would cost too much
   */
  prepare(document: DocumentNode, operationName?: string): PreparedOperation;
  /** Runs a query or mutation. @param variables as the client gave them; what does not fit is an outcome without data */
  execute(operation: PreparedOperation, variables: Variables, context: RequestContext): Promise<Outcome>;
  /** Fills a subscription's event from every subgraph that its selection reaches into. */
  runEvent(
    operation: PreparedOperation,
    event: SubgraphAnswer,
    variables: Variables,
    context: RequestContext,
  ): Promise<Outcome>;
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

/** More would help nobody, and each is a message of its own. */
const maxVariableErrors = 20;

export function createEngine({ schema: clientSchema, supergraphSchema: schema, planner, ...rest }: EngineDeps): Engine {
  const context = {
    ...{ schema, clientSchema, planner },
    requiredFields: planner.requiredArguments.fields,
    interfaceObjects: interfaceObjectsOf(schema),
  };
  const clients = new Map(rest.subgraphs.map((subgraph) => [subgraph.name, rest.clientOf(subgraph)]));
  const deps: RunDeps = {
    clientOf: (name) => {
      const client = clients.get(name);
      if (client === undefined) throw new Error(`The plan names an unknown subgraph: ${name}`);
      return client;
    },
    isConcrete: (typeName) => isConcrete(schema, typeName),
  };
  const prepared = new WeakMap<DocumentNode, Map<string, PreparedOperation | GraphQLError>>();

  const run = async (variant: Variant, coerced: Variables, run: Run): Promise<Outcome> => {
    await runFetches(variant.fetches, run);
    if (variant.introspect !== undefined) answerIntrospection(variant, coerced, run.data);
    if (run.errors.length === 0 && run.gaps.size === 0) {
      const data = variant.shapeFast(run.data);
      if (data !== undefined) return { data };
    }
    return complete(variant.shape, run);
  };

  return {
    prepare: (document, operationName = "") => {
      const byName = prepared.get(document) ?? new Map<string, PreparedOperation | GraphQLError>();
      prepared.set(document, byName);
      // What has no plan today has none tomorrow, and finding that out is as dear as finding one.
      const found = byName.get(operationName) ?? tryPrepare(document, operationName || undefined, context);
      byName.set(operationName, found);
      if (found instanceof GraphQLError) throw found;
      return found;
    },
    execute: async (operation, variables, context) => {
      const { variableDefinitions = [] } = operation.operation;
      const { errors, coerced } = getVariableValues(clientSchema, variableDefinitions, variables, {
        maxErrors: maxVariableErrors,
      });
      if (errors !== undefined) return { errors };
      const variant = operation.variantFor(coerced);
      if (variant.unreachable !== undefined) return { data: null, errors: [noWayTo(variant.unreachable)] };
      return run(variant, coerced, createRun(variables, context, deps));
    },
    runEvent: (operation, event, coerced, context) => {
      const { primary } = operation;
      if (primary === undefined) throw new Error("Only a subscription has events.");
      const started = createRun(coerced, context, deps);
      takeFields(primary, event, [started.data], started);
      return run(operation.variantFor(coerced), coerced, started);
    },
  };
}

function tryPrepare(
  document: DocumentNode,
  operationName: string | undefined,
  context: PrepareContext,
): PreparedOperation | GraphQLError {
  try {
    return prepareOperation(document, operationName, context);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    const originalError = error instanceof Error ? error : new Error(String(error));
    if (originalError.message.startsWith("Too many options")) return tooComplex("has too many ways to be answered");
    const extensions = { code: "INTERNAL_SERVER_ERROR" };
    return new GraphQLError("The services cannot answer this as it is asked for.", { originalError, extensions });
  }
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
