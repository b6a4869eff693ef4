import { type ObjectType, type Subgraph } from "@apollo/federation-internals";
import {
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isObjectType,
  Kind,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";

export type Fragments = ReadonlyMap<string, FragmentDefinitionNode>;

/** A subgraph, for what it can answer with. */
export interface Answerer {
  readonly schema: GraphQLSchema;
  /** Whether objects of a type meet a fragment's condition; all meet none. */
  meets(type: GraphQLObjectType, condition: string | undefined): boolean;
  /** What of a selection belongs to a type's objects and is the subgraph's own to resolve, all the way down. */
  ownPart(set: SelectionSetNode, type: GraphQLObjectType, fragments: Fragments): SelectionNode[];
}

export function createAnswerer(subgraph: Subgraph): Answerer {
  const schema = subgraph.schema.toGraphQLJSSchema();
  const metadata = subgraph.metadata();
  const requires = metadata.requiresDirective();

  /** Whether it resolves a field by itself, given nothing but the object. */
  const resolves = (typeName: string, fieldName: string): boolean => {
    const field = (subgraph.schema.type(typeName) as ObjectType | undefined)?.field(fieldName);
    return field !== undefined && !metadata.isFieldExternal(field) && !field.hasAppliedDirective(requires);
  };

  const meets: Answerer["meets"] = (type, condition) => {
    const on = condition === undefined ? type : schema.getType(condition);
    return on === type || (isAbstractType(on) && schema.isSubType(on, type));
  };

  const ownPart: Answerer["ownPart"] = (set, type, fragments) =>
    set.selections.flatMap((selection): SelectionNode[] => {
      if (selection.kind === Kind.FIELD) return ownField(selection, type, fragments);
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? fragments.get(selection.name.value) : selection;
      if (fragment === undefined || !meets(type, fragment.typeCondition?.name.value)) return [];
      const selections = ownPart(fragment.selectionSet, type, fragments);
      const { directives = [] } = selection;
      if (selections.length === 0 || directives.length === 0) return selections;
      return [{ kind: Kind.INLINE_FRAGMENT, directives, selectionSet: { kind: Kind.SELECTION_SET, selections } }];
    });

  const ownField = (field: FieldNode, type: GraphQLObjectType, fragments: Fragments): FieldNode[] => {
    if (field.name.value === "__typename") return [field];
    const definition = type.getFields()[field.name.value];
    if (definition === undefined || !resolves(type.name, field.name.value)) return [];
    if (field.selectionSet === undefined) return [field];
    const below = getNamedType(definition.type);
    const selections = isObjectType(below) ? ownPart(field.selectionSet, below, fragments) : [];
    return selections.length === 0 ? [] : [{ ...field, selectionSet: { ...field.selectionSet, selections } }];
  };

  return { schema, meets, ownPart };
}

/** Abstract types that do not have the same members in every subgraph that knows them. */
export function differingTypes(answerers: Iterable<Answerer>): Set<string> {
  const members = new Map<string, string>();
  const differing = new Set<string>();
  for (const { schema } of answerers) {
    for (const type of Object.values(schema.getTypeMap()).filter(isAbstractType)) {
      if (type.name === "_Entity") continue; // what it holds is each subgraph's own affair
      const names = schema.getPossibleTypes(type).map(({ name }) => name);
      const here = names.sort().join();
      if ((members.get(type.name) ?? here) !== here) differing.add(type.name);
      members.set(type.name, here);
    }
  }
  return differing;
}
