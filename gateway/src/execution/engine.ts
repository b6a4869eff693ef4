import { type DocumentNode, type GraphQLSchema } from "graphql";
import { getVariableValues } from "graphql/execution/values";
import { type RequestContext } from "../request-context";
import { complete } from "./complete";
import { type JsonObject } from "./merge";
import { type Outcome } from "./outcome";
import { type Planner } from "./planner";
import { prepareOperation, type PreparedOperation, type Variant } from "./prepared-operation";
import { createRun, type Run, runFetches, type RunDeps, takeFields } from "./run-fetches";
import { type SubgraphAnswer, type SubgraphClient } from "./subgraph-client";
import { isConcrete } from "./type-conditions";

export type Variables = Readonly<Record<string, unknown>>;

/** Runs operations on one supergraph. */
export interface Engine {
  /**
   * Plans and compiles an operation, once for a document and name: it is kept as long as the document is.
   * @param document valid against the supergraph's schema
   * @throws what the planner throws where it has no plan
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
  const context = { schema, clientSchema, planner, requiredFields: planner.requiredArguments.fields };
  const clients = new Map(rest.subgraphs.map((subgraph) => [subgraph.name, rest.clientOf(subgraph)]));
  const deps: RunDeps = {
    clientOf: (name) => {
      const client = clients.get(name);
      if (client === undefined) throw new Error(`The plan names an unknown subgraph: ${name}`);
      return client;
    },
    isConcrete: (typeName) => isConcrete(schema, typeName),
  };
  const prepared = new WeakMap<DocumentNode, Map<string, PreparedOperation>>();

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
    prepare: (document, operationName) => {
      const byName = prepared.get(document) ?? new Map<string, PreparedOperation>();
      prepared.set(document, byName);
      const known = byName.get(operationName ?? "");
      if (known !== undefined) return known;
      const operation = prepareOperation(document, operationName, context);
      byName.set(operationName ?? "", operation);
      return operation;
    },
    execute: async (operation, variables, context) => {
      const { variableDefinitions = [] } = operation.operation;
      const { errors, coerced } = getVariableValues(clientSchema, variableDefinitions, variables, {
        maxErrors: maxVariableErrors,
      });
      if (errors !== undefined) return { errors };
      return run(operation.variantFor(coerced), coerced, createRun({ variables, context }, deps));
    },
    runEvent: (operation, event, coerced, context) => {
      const { primary } = operation;
      if (primary === undefined) throw new Error("Only a subscription has events.");
      const started = createRun({ variables: coerced, context }, deps);
      takeFields(primary, event, [started.data], started);
      return run(operation.variantFor(coerced), coerced, started);
    },
  };
}

function answerIntrospection({ shape, introspect }: Variant, variables: Variables, data: JsonObject): void {
  const answers = introspect?.(variables) ?? {};
  for (const { key, dataKey, name } of shape.fields) {
    if (name.startsWith("__") && Object.hasOwn(answers, key)) data[dataKey] = answers[key];
  }
}
