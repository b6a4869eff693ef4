import {
  type DocumentNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isInterfaceType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { placeholder } from "./specialise";

/**
 * The same operation with each fragment on an interface or union written as fragments on the object types that can stand
 * there, and each spread in its place. Longer, and plain: @apollo/query-planner loses its way in some operations where an
 * interface of an `@interfaceObject` is narrowed to another abstract type and back.
 * @param document valid against the schema
 */
export function expandAbstractTypes(document: DocumentNode, schema: GraphQLSchema): DocumentNode {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const possible = (type: GraphQLNamedType | undefined): readonly GraphQLObjectType[] =>
    isAbstractType(type) ? schema.getPossibleTypes(type) : isObjectType(type) ? [type] : [];

  const expand = (set: SelectionSetNode, parent: GraphQLNamedType | undefined): SelectionSetNode => {
    const selections = set.selections.flatMap((selection) => expandSelection(selection, parent));
    return { ...set, selections: selections.length === 0 ? [placeholder] : selections };
  };

  const expandSelection = (selection: SelectionNode, parent: GraphQLNamedType | undefined): SelectionNode[] => {
    if (selection.kind === Kind.FIELD) {
      const fields = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields() : {};
      const type = fields[selection.name.value]?.type;
      if (selection.selectionSet === undefined || type === undefined) return [selection];
      return [{ ...selection, selectionSet: expand(selection.selectionSet, getNamedType(type)) }];
    }
    const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
    if (fragment === undefined) return [];
    const on = fragment.typeCondition === undefined ? parent : schema.getType(fragment.typeCondition.name.value);
    const { selectionSet } = fragment;
    if (on === parent || (isObjectType(parent) && possible(on).includes(parent))) {
      return selectionSet.selections.flatMap((each) => expandSelection(each, parent));
    }
    return possible(on)
      .filter((type) => possible(parent).includes(type))
      .map((type) => ({
        kind: Kind.INLINE_FRAGMENT,
        typeCondition: { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: type.name } },
        directives: selection.directives,
        selectionSet: expand(selectionSet, type),
      }));
  };

  const definitions = document.definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION
      ? [
          {
            ...definition,
            selectionSet: expand(definition.selectionSet, schema.getRootType(definition.operation) ?? undefined),
          },
        ]
      : [],
  );
  return { ...document, definitions };
}
