import {
  type DirectiveNode,
  getArgumentValues,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  valueFromASTUntyped,
} from "graphql";

/** What @listSize says of a field: how many its list, or the lists directly below it, will hold. */
export interface ListSize {
  readonly assumedSize?: number;
  readonly slicingArguments?: readonly string[];
  /** Lists directly below, of a field that wraps them; undefined: the field is the list itself. */
  readonly sizedFields?: readonly string[];
}

/** What the supergraph itself says of costs. */
export interface CostAnnotations {
  /** @cost, in objects as its specification counts; undefined where there is none. */
  weightOf(element: Weighable): number | undefined;
  listSizeOf(field: GraphQLField<unknown, unknown>): ListSize | undefined;
}

type Weighable = GraphQLField<unknown, unknown> | GraphQLArgument | GraphQLInputField | GraphQLNamedType;

/** The cost directives of the GraphQL Foundation, as federation has them. */
const specification = "https://specs.apollo.dev/cost/";

/** @param schema the supergraph's: its @link tells what the directives are called in it */
export function readCostAnnotations(schema: GraphQLSchema): CostAnnotations {
  const names = directiveNames(schema);
  const cost = schema.getDirective(names.get("@cost") ?? "");
  const listSize = schema.getDirective(names.get("@listSize") ?? "");
  const valuesOf = (definition: typeof cost, { astNode }: Weighable): object | undefined => {
    if (definition == null) return undefined;
    const node = astNode?.directives?.find(({ name }) => name.value === definition.name);
    return node && getArgumentValues(definition, node);
  };
  return {
    weightOf: (element) => (valuesOf(cost, element) as { weight: number } | undefined)?.weight,
    listSizeOf: (field) => valuesOf(listSize, field),
  };
}

/** By a directive's name in its specification, its name in this schema; empty where the schema does not link it. */
function directiveNames({ astNode }: GraphQLSchema): ReadonlyMap<string, string> {
  const links = (astNode?.directives ?? []).filter(({ name }) => name.value === "link").map(argumentsOf);
  const link = links.find(({ url }) => typeof url === "string" && url.startsWith(specification));
  if (link === undefined) return new Map();
  const namespace = typeof link["as"] === "string" ? link["as"] : "cost";
  const imports = Array.isArray(link["import"]) ? (link["import"] as (string | { name: string; as?: string })[]) : [];
  return new Map([
    ["@cost", namespace],
    ["@listSize", `${namespace}__listSize`],
    ...imports.map((each): [string, string] => {
      const { name, as = name } = typeof each === "string" ? { name: each } : each;
      return [name, as.slice(1)];
    }),
  ]);
}

function argumentsOf(node: DirectiveNode): Readonly<Record<string, unknown>> {
  return Object.fromEntries((node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value)]));
}
