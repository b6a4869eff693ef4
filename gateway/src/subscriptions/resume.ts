import {
  type FieldNode,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  print,
  type VariableDefinitionNode,
} from "graphql";
import { definitionOf, directiveOn, variablesIn } from "./subscription-field";

/** An upstream subscription that can be taken up where it broke. */
export interface Resumable {
  /** The argument that takes a cursor. */
  readonly argument: string;
  /** The operation with the cursor selected, whether or not the client asked for it. */
  readonly operation: string;
  /** The same, to begin after the cursor that `resumeVariables` is given. */
  readonly resumeOperation: string;
  resumeVariables(cursor: string): Record<string, string>;
  /** A query of the same subgraph whose `head` is the cursor of now: an event that comes later comes after it. */
  readonly head: { readonly query: string; readonly variableNames: readonly string[] } | undefined;
  /** The cursor of an event as it came; undefined where it holds none. */
  cursorOf(event: { readonly data?: Record<string, unknown> | null }): string | undefined;
}

/**
 * Reads from the supergraph whether a subscription can resume: its field says so with `@resumable(argument:, cursor:)`;
 * with `head:` also, by which field of Query its subgraph tells where it stands now, given the subscription's other
 * arguments.
 * @param operation what the planner sends to the subgraph that owns the subscription; the cursor that is added to it is
 *   no part of the client's operation and so never reaches the client's answer
 * @returns undefined for a subscription field that cannot resume
 */
export function toResumable(operation: string, supergraphSchema: GraphQLSchema): Resumable | undefined {
  const { definitions } = parse(operation, { noLocation: true });
  const fragments = definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
  const subscription = definitions.find((each) => each.kind === Kind.OPERATION_DEFINITION);
  const root = subscription?.selectionSet.selections[0];
  if (subscription === undefined || root?.kind !== Kind.FIELD) return undefined;
  const field = definitionOf(root, supergraphSchema);
  const rule = directiveOn(field, "resumable");
  const argument = field?.args.find(({ name }) => name === rule?.["argument"]);
  const cursorField = rule?.["cursor"];
  if (argument === undefined || cursorField === undefined) return undefined;

  const printWith = (field: FieldNode, variables: readonly VariableDefinitionNode[] | undefined): string => {
    const selectionSet = { kind: Kind.SELECTION_SET as const, selections: [field] };
    const changed: OperationDefinitionNode = { ...subscription, variableDefinitions: variables, selectionSet };
    return print({ kind: Kind.DOCUMENT, definitions: [changed, ...fragments] });
  };

  const alias = unusedName("_cursor", operation);
  const resumeVariable = unusedName("_resumeAfter", operation);
  const withCursor = selectAlso(root, alias, cursorField);
  const resumed = setArgument(withCursor, argument.name, resumeVariable);
  // The client's own variable for this argument may now be unused, which no server accepts.
  const used = new Set([resumed, ...fragments].flatMap(variablesIn));
  const kept = subscription.variableDefinitions?.filter(({ variable }) => used.has(variable.name.value)) ?? [];
  const responseKey = root.alias?.value ?? root.name.value;
  return {
    argument: argument.name,
    operation: printWith(withCursor, subscription.variableDefinitions),
    resumeOperation: printWith(resumed, [...kept, ...declare(resumeVariable, String(argument.type))]),
    resumeVariables: (cursor) => ({ [resumeVariable]: cursor }),
    head: rule?.["head"] === undefined ? undefined : headQuery(rule["head"], root, argument.name, subscription),
    cursorOf: (event) => {
      const payload = event.data?.[responseKey] as Record<string, unknown> | null | undefined;
      const cursor = payload?.[alias];
      return typeof cursor === "string" ? cursor : undefined;
    },
  };
}

function headQuery(
  fieldName: string,
  root: FieldNode,
  argument: string,
  { variableDefinitions = [] }: OperationDefinitionNode,
): NonNullable<Resumable["head"]> {
  const given = root.arguments?.filter(({ name }) => name.value !== argument) ?? [];
  const head: FieldNode = { kind: Kind.FIELD, alias: nameNode("head"), name: nameNode(fieldName), arguments: given };
  const variableNames = variablesIn(head);
  const query: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    variableDefinitions: variableDefinitions.filter(({ variable }) => variableNames.includes(variable.name.value)),
    selectionSet: { kind: Kind.SELECTION_SET, selections: [head] },
  };
  return { query: print(query), variableNames };
}

function unusedName(name: string, text: string): string {
  return text.includes(name) ? unusedName(`_${name}`, text) : name;
}

function selectAlso(root: FieldNode, alias: string, fieldName: string): FieldNode {
  const cursor: FieldNode = { kind: Kind.FIELD, alias: nameNode(alias), name: nameNode(fieldName) };
  const selections = [...(root.selectionSet?.selections ?? []), cursor];
  return { ...root, selectionSet: { kind: Kind.SELECTION_SET, selections } };
}

function setArgument(root: FieldNode, name: string, variable: string): FieldNode {
  const others = root.arguments?.filter((argument) => argument.name.value !== name) ?? [];
  const value = { kind: Kind.VARIABLE as const, name: nameNode(variable) };
  return { ...root, arguments: [...others, { kind: Kind.ARGUMENT, name: nameNode(name), value }] };
}

function declare(variable: string, type: string): readonly VariableDefinitionNode[] {
  const [operation] = parse(`query ($${variable}: ${type}) { f }`, { noLocation: true }).definitions;
  return operation?.kind === Kind.OPERATION_DEFINITION ? (operation.variableDefinitions ?? []) : [];
}

function nameNode(value: string) {
  return { kind: Kind.NAME as const, value };
}
