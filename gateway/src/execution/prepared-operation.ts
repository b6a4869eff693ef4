import { type Tally } from "@shop/telemetry";
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  parse,
  visit,
} from "graphql";
import { type CompileContext, type CompiledFetch, compileFetches, type FetchOfFields } from "./compile-fetches";
import { compileFastShaper, type FastShaper } from "./fast-shaper";
import { compact, topKeys } from "./fetch-documents";
import { compileIntrospection, type Introspect } from "./introspection";
import { type Planner } from "./planner";
import { type RecentlyUsed } from "../recently-used";
import { restoreRequired } from "./restore-required";
import { compileRewrites } from "./rewrites";
import { type FieldShape, type ObjectShape, shapeOperation } from "./shapes";
import { specialise } from "./specialise";

/** An operation with all that can be worked out before it runs. */
export interface PreparedOperation {
  readonly operation: OperationDefinitionNode;
  /**
   * Planned and compiled for the values of the variables in `@skip` and `@include`; the same for the same values.
   * @param variables coerced
   * @returns GraphQLError where there is no plan, or finding one would cost too much
   */
  variantFor(variables: Variables): Variant | GraphQLError;
}

export interface Variant {
  /** Of a subscription: what is opened at the subgraph that has its events, and how an event's data is taken over. */
  readonly primary: Primary | undefined;
  readonly fetches: readonly CompiledFetch[];
  readonly shape: ObjectShape;
  readonly shapeFast: FastShaper;
  /** Of root fields that must not be null. */
  readonly requiredKeys: ReadonlySet<string>;
  readonly introspect: Introspect | undefined;
  /** A root field that no fetch brings: the planner found no way to it. */
  readonly unreachable: FieldShape | undefined;
  /** Names in the plan of variables that the client calls otherwise. */
  readonly clientVariables: ReadonlyMap<string, string>;
}

export interface Primary extends Pick<FetchOfFields, "subgraph" | "keys" | "path" | "rewrite" | "variableNames"> {
  readonly operation: string;
}

export type Variables = Readonly<Record<string, unknown>>;

export interface PrepareContext extends CompileContext {
  readonly planner: Planner;
  /** What clients see. */
  readonly clientSchema: GraphQLSchema;
  readonly interfaceObjects: ReadonlySet<string>;
  /** Of all operations, so that neither many of them nor many variants of one fill the memory; made again when needed. */
  readonly variants: RecentlyUsed<Variant | GraphQLError>;
  /** Counts how often one was there, and how often it had to be made. */
  readonly lookups: { readonly hits: Tally; readonly misses: Tally };
}

/** How many there have been: a number tells the variants of one from those of another. */
let operations = 0;

/** @throws GraphQLError where the document has no such operation */
export function prepareOperation(
  document: DocumentNode,
  operationName: string | undefined,
  context: PrepareContext,
): PreparedOperation {
  const operation = operationOf(document, operationName);
  const fragments = [...fragmentsOf(document).values()];
  const conditionNames = conditionVariables(document);
  const { variants, lookups } = context;
  const id = (operations += 1);

  return {
    operation,
    variantFor: (variables) => {
      const key = `${id} ${conditionNames.map((name) => (variables[name] === true ? "1" : "0")).join("")}`;
      const known = variants.get(key);
      if (known !== undefined) {
        lookups.hits.add();
        return known;
      }
      lookups.misses.add();
      const conditions = Object.fromEntries(conditionNames.map((name) => [name, variables[name] === true]));
      // What has no plan today has none tomorrow, and finding that out is as dear as finding one.
      const variant = tryCompile(specialise(operation, fragments, conditions), context);
      variants.set(key, variant);
      return variant;
    },
  };
}

function tryCompile(document: DocumentNode, context: PrepareContext): Variant | GraphQLError {
  try {
    return compileVariant(document, context);
  } catch (error) {
    if (error instanceof GraphQLError) return error;
    const originalError = error instanceof Error ? error : new Error(String(error));
    const extensions = { code: "INTERNAL_SERVER_ERROR" };
    return new GraphQLError("The services cannot answer this as it is asked for.", { originalError, extensions });
  }
}

function compileVariant(document: DocumentNode, context: PrepareContext): Variant {
  const { clientSchema: schema, interfaceObjects, planner } = context;
  const planned = planner.plan(document);
  const fetches = compileFetches(planned.fetches, context);
  const operation = operationOf(planned.document);
  const fragments = fragmentsOf(planned.document);
  const shape = shapeOperation({ schema, operation, fragments, interfaceObjects, clientKeys: planned.clientKeys });
  return {
    primary: planned.primary && compilePrimary(planned.primary, context),
    fetches,
    shape,
    shapeFast: compileFastShaper(shape),
    requiredKeys: new Set(shape.fields.flatMap(({ dataKey, type }) => (isNonNullType(type) ? [dataKey] : []))),
    introspect: compileIntrospection({ schema, operation: operationOf(document), fragments: fragmentsOf(document) }),
    unreachable: planned.primary === undefined ? findUnreachable(shape, fetches) : undefined,
    clientVariables: planned.clientVariables,
  };
}

function compilePrimary(
  fetch: NonNullable<ReturnType<Planner["plan"]>["primary"]>,
  { schema, requiredFields }: CompileContext,
): Primary {
  const document = restoreRequired(parse(fetch.operation, { noLocation: true }), requiredFields);
  return {
    subgraph: fetch.serviceName,
    operation: compact(document),
    variableNames: fetch.variableUsages ?? [],
    path: [],
    keys: topKeys(document),
    rewrite: compileRewrites(schema, fetch.outputRewrites),
  };
}

function findUnreachable(shape: ObjectShape, fetches: readonly CompiledFetch[]): FieldShape | undefined {
  const brought = new Set(
    fetches.flatMap((fetch) => (fetch.kind === "FIELDS" && fetch.path.length === 0 ? fetch.keys : [])),
  );
  return shape.fields.find(({ name, dataKey }) => !name.startsWith("__") && !brought.has(dataKey));
}

function operationOf(document: DocumentNode, operationName?: string): OperationDefinitionNode {
  const operation = getOperationAST(document, operationName);
  if (operation == null) throw new GraphQLError("The document has no operation of that name.");
  return operation;
}

function fragmentsOf(document: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition]] : [],
    ),
  );
}

/** The variables that decide what is part of the operation. */
function conditionVariables(document: DocumentNode): string[] {
  const names = new Set<string>();
  visit(document, {
    Directive: ({ name, arguments: args }) => {
      if (name.value !== "skip" && name.value !== "include") return;
      for (const { value } of args ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return [...names].sort();
}
