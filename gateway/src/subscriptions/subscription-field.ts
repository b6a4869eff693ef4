import { type FieldNode, type GraphQLField, type GraphQLSchema, Kind, parse, visit } from "graphql";

/** What the schema promises of a subscription field's events, and so what the gateway may do with them. */
export type Promised =
  /** Each event has a cursor to go on from: `@resumable`. */
  | "RESUMABLE"
  /** Each event tells how something stands, the first one at once, and so makes up for all before it: `@currentState`. */
  | "CURRENT_STATE"
  | "NOTHING";

/** The one field that a subscription's operation at its subgraph selects. */
export function rootFieldOf(operation: string): FieldNode | undefined {
  const { definitions } = parse(operation, { noLocation: true });
  const subscription = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  const root = subscription?.selectionSet.selections[0];
  return root?.kind === Kind.FIELD ? root : undefined;
}

export function definitionOf(root: FieldNode, schema: GraphQLSchema): GraphQLField<unknown, unknown> | undefined {
  return schema.getSubscriptionType()?.getFields()[root.name.value];
}

/** The arguments of a directive on a field's definition; undefined where it has no such directive. */
export function directiveOn(
  field: GraphQLField<unknown, unknown> | undefined,
  directive: string,
): Readonly<Record<string, string>> | undefined {
  const found = field?.astNode?.directives?.find(({ name }) => name.value === directive);
  if (found === undefined) return undefined;
  return Object.fromEntries(
    (found.arguments ?? []).flatMap(({ name, value }) =>
      value.kind === Kind.STRING ? [[name.value, value.value]] : [],
    ),
  );
}

export function variablesIn(node: Parameters<typeof visit>[0]): string[] {
  const names: string[] = [];
  visit(node, { Variable: ({ name }) => void names.push(name.value) });
  return names;
}
