import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getOperationAST,
  GraphQLError,
  type GraphQLSchema,
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
import { restoreRequired } from "./restore-required";
import { compileRewrites } from "./rewrites";
import { type FieldShape, type ObjectShape, shapeOperation } from "./shapes";

/** An operation with all that can be worked out before it runs. */
export interface PreparedOperation {
  readonly operation: OperationDefinitionNode;
  /** Of a subscription: what is opened at the subgraph that has its events, and how an event's data is taken over. */
  readonly primary: Primary | undefined;
  /** Compiled for the values of the variables in `@skip` and `@include`. @param variables coerced */
  variantFor(variables: Readonly<Record<string, unknown>>): Variant;
}

export interface Primary extends Pick<FetchOfFields, "subgraph" | "keys" | "path" | "rewrite" | "variableNames"> {
  readonly operation: string;
}

export interface Variant {
  readonly fetches: readonly CompiledFetch[];
  readonly shape: ObjectShape;
  readonly shapeFast: FastShaper;
  readonly introspect: Introspect | undefined;
  /** A root field that no fetch brings: the planner found no way to it. */
  readonly unreachable: FieldShape | undefined;
}

export interface PrepareContext extends CompileContext {
  readonly planner: Planner;
  /** What clients see. */
  readonly clientSchema: GraphQLSchema;
  readonly interfaceObjects: ReadonlySet<string>;
}

/** The variants of one operation that are kept; each is made again when it is asked for. */
const maxVariants = 32;

/** @throws GraphQLError where the document has no such operation; what the planner throws where it has no plan for it */
export function prepareOperation(
  document: DocumentNode,
  operationName: string | undefined,
  context: PrepareContext,
): PreparedOperation {
  const operation = operationOf(document, operationName);
  const planned = context.planner.plan(document, operationName);
  const plannedOperation = operationOf(planned.document, operationName);
  const conditionNames = conditionVariables(document);
  const variants = new Map<string, Variant>();

  const compileVariant = (conditions: Readonly<Record<string, boolean>>): Variant => {
    const shape = shapeOperation({
      schema: context.clientSchema,
      operation: plannedOperation,
      fragments: fragmentsOf(planned.document),
      clientKeys: planned.clientKeys,
      interfaceObjects: context.interfaceObjects,
      conditions,
    });
    const fetches = compileFetches(planned.fetches, conditions, context);
    return {
      shape,
      fetches,
      unreachable: findUnreachable(shape, planned.primary === undefined ? fetches : undefined),
      shapeFast: compileFastShaper(shape),
      introspect: compileIntrospection({
        schema: context.clientSchema,
        operation,
        fragments: fragmentsOf(document),
        conditions,
      }),
    };
  };

  return {
    operation,
    primary: planned.primary && compilePrimary(planned.primary, context),
    variantFor: (variables) => {
      const key = conditionNames.map((name) => (variables[name] === true ? "1" : "0")).join("");
      const known = variants.get(key);
      if (known !== undefined) return known;
      const variant = compileVariant(
        Object.fromEntries(conditionNames.map((name) => [name, variables[name] === true])),
      );
      const [oldest] = variants.keys();
      if (variants.size >= maxVariants && oldest !== undefined) variants.delete(oldest);
      variants.set(key, variant);
      return variant;
    },
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

function findUnreachable(shape: ObjectShape, fetches: readonly CompiledFetch[] | undefined): FieldShape | undefined {
  if (fetches === undefined) return undefined;
  const brought = new Set(
    fetches.flatMap((fetch) => (fetch.kind === "FIELDS" && fetch.path.length === 0 ? fetch.keys : [])),
  );
  return shape.fields.find(({ name, dataKey }) => !name.startsWith("__") && !brought.has(dataKey));
}

function operationOf(document: DocumentNode, operationName: string | undefined): OperationDefinitionNode {
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
