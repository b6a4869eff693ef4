import {
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  getNamedType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
} from "graphql";

interface Hint {
  readonly maxAge?: number;
  readonly inheritMaxAge?: boolean;
}

/**
 * For how long anyone may keep the answer to a valid operation, by the rules of Apollo's `@cacheControl(maxAge:,
 * inheritMaxAge:)`: an object for as long as its field says, or else its type, or else not at all; a value as long as the
 * object that it is of; an answer as long as the least of all. Of an abstract type any member may turn up: the strictest rules.
 * @param supergraphSchema with the directives
 * @returns seconds; 0 where any of it is not for everyone
 */
export function maxAgeSecondsOf(
  supergraphSchema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): number {
  if (operation.operation !== OperationTypeNode.QUERY) return 0;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }

  const typeNamed = (name: string | undefined) => (name === undefined ? undefined : supergraphSchema.getType(name));
  const ageOfSet = (set: SelectionSetNode, type: GraphQLNamedType | undefined, parentAge: number): number => {
    const ages = set.selections.map((selection): number => {
      if (selection.kind === Kind.FIELD) return ageOfField(selection, type, parentAge);
      const inline = selection.kind === Kind.INLINE_FRAGMENT;
      const fragment = inline ? selection : fragments.get(selection.name.value);
      if (fragment === undefined) return 0;
      return ageOfSet(fragment.selectionSet, typeNamed(fragment.typeCondition?.name.value) ?? type, parentAge);
    });
    return Math.min(...ages);
  };
  /** What the types say that may turn up where an abstract one stands. */
  const strictest = (
    type: GraphQLNamedType | undefined,
    part: (member: GraphQLNamedType) => { readonly astNode?: Annotated } | undefined = (member) => member,
  ): number[] =>
    isAbstractType(type)
      ? supergraphSchema.getPossibleTypes(type).flatMap((each) => hintOf(part(each)?.astNode?.directives).maxAge ?? [])
      : [];
  const ageOfField = (node: FieldNode, type: GraphQLNamedType | undefined, parentAge: number): number => {
    if (node.name.value === "__typename") return parentAge;
    const field = fieldOf(type, node);
    if (field === undefined) return 0;
    const returned = getNamedType(field.type);
    const hints = [hintOf(field.astNode?.directives), hintOf(returned.astNode?.directives)];
    const inherits = !isCompositeType(returned) || hints.some(({ inheritMaxAge }) => inheritMaxAge);
    const said = hints.find(({ maxAge }) => maxAge !== undefined)?.maxAge ?? (inherits ? parentAge : 0);
    const age = Math.min(said, ...strictest(type, (each) => fieldOf(each, node)), ...strictest(returned));
    if (age === 0 || node.selectionSet === undefined) return age;
    return Math.min(age, ageOfSet(node.selectionSet, returned, age));
  };
  return ageOfSet(operation.selectionSet, supergraphSchema.getQueryType() ?? undefined, 0);
}

type Annotated = { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined;

function fieldOf(type: GraphQLNamedType | undefined, { name }: FieldNode) {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name.value] : undefined;
}

function hintOf(directives: readonly ConstDirectiveNode[] | undefined): Hint {
  const given = directives?.find(({ name }) => name.value === "cacheControl")?.arguments ?? [];
  const hint: { maxAge?: number; inheritMaxAge?: boolean } = {};
  for (const { name, value } of given) {
    if (name.value === "maxAge" && value.kind === Kind.INT) hint.maxAge = Number(value.value);
    if (name.value === "inheritMaxAge" && value.kind === Kind.BOOLEAN) hint.inheritMaxAge = value.value;
  }
  return hint;
}
