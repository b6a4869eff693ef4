import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  print,
  type SelectionSetNode,
  stripIgnoredCharacters,
  type VariableDefinitionNode,
  visit,
} from "graphql";

export interface CombinedDocument<Part> {
  readonly text: string;
  /** What went in, each with the variable of its representations and what its `_entities` is called. */
  readonly parts: readonly (Part & { readonly variable: string; readonly responseKey: string })[];
}

const representations = "representations";
const entities = "_entities";

/** One document for several `_entities` queries, each under an alias and with representations of its own. */
export function combineDocuments<Part extends { readonly document: DocumentNode }>(
  given: readonly Part[],
): CombinedDocument<Part> {
  const [first, ...others] = given;
  if (first !== undefined && others.length === 0) {
    return { text: compact(first.document), parts: [{ ...first, variable: representations, responseKey: entities }] };
  }
  const variables = new Map<string, VariableDefinitionNode>();
  const fields: FieldNode[] = [];
  const fragments: FragmentDefinitionNode[] = [];
  const parts = given.map((part, index) => {
    const variable = `${representations}${index}`;
    const responseKey = `${entities}${index}`;
    const renamed = renameWithin(part.document, index, variable);
    const operation = operationOf(renamed);
    for (const definition of operation.variableDefinitions ?? []) {
      variables.set(definition.variable.name.value, definition);
    }
    for (const selection of operation.selectionSet.selections) {
      if (selection.kind === Kind.FIELD) fields.push({ ...selection, alias: nameNode(responseKey) });
    }
    fragments.push(...fragmentsOf(renamed));
    return { ...part, variable, responseKey };
  });
  const operation: OperationDefinitionNode = {
    kind: Kind.OPERATION_DEFINITION,
    operation: OperationTypeNode.QUERY,
    name: first && operationOf(first.document).name,
    variableDefinitions: [...variables.values()],
    selectionSet: { kind: Kind.SELECTION_SET, selections: fields },
  };
  return { text: compact({ kind: Kind.DOCUMENT, definitions: [operation, ...fragments] }), parts };
}

/** A document as it is sent. */
export function compact(document: DocumentNode): string {
  return stripIgnoredCharacters(print(document));
}

/** The keys that a document's answer has at its top; of an `_entities` query those of the entities. */
export function topKeys(document: DocumentNode): string[] {
  const { selectionSet } = operationOf(document);
  const [root] = selectionSet.selections;
  const isEntities = root?.kind === Kind.FIELD && root.name.value === entities && root.selectionSet !== undefined;
  const fragments = new Map(fragmentsOf(document).map((fragment) => [fragment.name.value, fragment]));
  const keys = new Set<string>();
  const collect = (set: SelectionSetNode): void => {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) keys.add((selection.alias ?? selection.name).value);
      else if (selection.kind === Kind.INLINE_FRAGMENT) collect(selection.selectionSet);
      else {
        const fragment = fragments.get(selection.name.value);
        if (fragment !== undefined) collect(fragment.selectionSet);
      }
    }
  };
  collect(isEntities ? root.selectionSet : selectionSet);
  keys.delete("__typename");
  return [...keys];
}

function renameWithin(document: DocumentNode, index: number, variable: string): DocumentNode {
  const numbered = (name: string) => nameNode(`${name}_${index}`);
  return visit(document, {
    Variable: (node) => (node.name.value === representations ? { ...node, name: nameNode(variable) } : undefined),
    FragmentSpread: (node) => ({ ...node, name: numbered(node.name.value) }),
    FragmentDefinition: { leave: (node) => ({ ...node, name: numbered(node.name.value) }) },
  });
}

function operationOf(document: DocumentNode): OperationDefinitionNode {
  const operation = document.definitions.find((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  if (operation === undefined) throw new Error("A plan's fetch holds no operation.");
  return operation;
}

function fragmentsOf(document: DocumentNode): FragmentDefinitionNode[] {
  return document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
}

function nameNode(value: string) {
  return { kind: Kind.NAME as const, value };
}
