import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionNode,
  type SelectionSetNode,
  visit,
} from "graphql";

export type Conditions = Readonly<Record<string, boolean>>;

/** No key of a client's: separate-names.ts calls whatever begins like it something else. */
export const placeholderKey = "__nothing";

/** Stands in a selection that has nothing left; no client sees it. */
export const placeholder: FieldNode = {
  kind: Kind.FIELD,
  alias: { kind: Kind.NAME, value: placeholderKey },
  name: { kind: Kind.NAME, value: "__typename" },
};

/**
 * An operation with every `@skip` and `@include` decided, so that nothing conditional is left to plan; of a mutation, its root
 * fields in the order in which they are executed (GraphQL's CollectFields), one for each key. The planner would take a field
 * that stands twice, once with a condition, for two, and run it twice; and it orders fields by the fragments around them.
 * @param conditions the values of the variables that decide
 * @returns a document of the operation and its fragments
 */
export function specialise(
  operation: OperationDefinitionNode,
  fragments: readonly FragmentDefinitionNode[],
  conditions: Conditions,
): DocumentNode {
  const decide = <Node extends SelectionNode>(node: Node): Node | null | undefined => {
    if (node.directives === undefined || !node.directives.some(isCondition)) return undefined;
    if (!node.directives.every((directive) => holds(directive, conditions))) return null;
    return { ...node, directives: node.directives.filter((directive) => !isCondition(directive)) };
  };
  const document: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation, ...fragments] };
  const decided = visit(document, {
    Field: decide,
    InlineFragment: decide,
    FragmentSpread: decide,
    SelectionSet: {
      leave: (set) => (set.selections.length === 0 ? { ...set, selections: [placeholder] } : undefined),
    },
  });
  return operation.operation === OperationTypeNode.MUTATION ? inExecutionOrder(decided) : decided;
}

function isCondition({ name }: DirectiveNode): boolean {
  return name.value === "skip" || name.value === "include";
}

/** Whether what a directive stands on is part of the operation. */
function holds(directive: DirectiveNode, conditions: Conditions): boolean {
  if (!isCondition(directive)) return true;
  const value = directive.arguments?.find(({ name }) => name.value === "if")?.value;
  const isTrue =
    value?.kind === Kind.VARIABLE ? conditions[value.name.value] === true : value?.kind === Kind.BOOLEAN && value.value;
  return directive.name.value === "include" ? isTrue : !isTrue;
}

function inExecutionOrder(document: DocumentNode): DocumentNode {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const fields = new Map<string, FieldNode>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        fields.set(key, together(fields.get(key), selection));
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        collect(selection.selectionSet);
      } else {
        const fragment = fragments.get(selection.name.value);
        fragments.delete(selection.name.value); // a second time it brings nothing new
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  return {
    ...document,
    definitions: document.definitions.map((definition) => {
      if (definition.kind !== Kind.OPERATION_DEFINITION) return definition;
      collect(definition.selectionSet);
      return { ...definition, selectionSet: { kind: Kind.SELECTION_SET, selections: [...fields.values()] } };
    }),
  };
}

function together(first: FieldNode | undefined, second: FieldNode): FieldNode {
  if (first?.selectionSet === undefined || second.selectionSet === undefined) return first ?? second;
  const selections = [...first.selectionSet.selections, ...second.selectionSet.selections];
  return { ...first, selectionSet: { ...first.selectionSet, selections } };
}
