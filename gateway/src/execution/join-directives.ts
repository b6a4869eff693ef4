import {
  type ConstDirectiveNode,
  type ConstValueNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldNode,
  type InterfaceTypeDefinitionNode,
  Kind,
  type ObjectTypeDefinitionNode,
  parse,
  type SelectionSetNode,
  valueFromASTUntyped,
} from "graphql";

/** What a `@join__…` directive of a supergraph says of a subgraph; those arguments that we read. */
export interface Join {
  /** As the supergraph's enum calls it. */
  readonly graph?: string | undefined;
  readonly name?: string | undefined;
  readonly url?: string | undefined;
  readonly key?: string | undefined;
  readonly resolvable?: boolean | undefined;
  readonly requires?: string | undefined;
  readonly provides?: string | undefined;
  readonly external?: boolean | undefined;
  readonly usedOverridden?: boolean | undefined;
  readonly overrideLabel?: string | undefined;
}

/** @returns nothing of a directive that says nothing of subgraphs */
export function readJoin({ name, arguments: args = [] }: ConstDirectiveNode): Join {
  if (!name.value.startsWith("join__")) return {};
  return Object.fromEntries(args.map((argument) => [argument.name.value, valueFromASTUntyped(argument.value)]));
}

export function createJoin(name: string, join: Join): ConstDirectiveNode {
  return withJoin({ kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: name } }, join);
}

/** The same, with other arguments; what is undefined is left out. */
export function withJoin(directive: ConstDirectiveNode, changes: Join): ConstDirectiveNode {
  const kept = (directive.arguments ?? []).filter(({ name }) => !Object.hasOwn(changes, name.value));
  const changed = Object.entries(changes as Record<string, string | boolean | undefined>).flatMap(([name, value]) =>
    value === undefined
      ? []
      : [{ kind: Kind.ARGUMENT as const, name: { kind: Kind.NAME as const, value: name }, value: toNode(name, value) }],
  );
  return { ...directive, arguments: [...kept, ...changed] };
}

function toNode(name: string, value: string | boolean): ConstValueNode {
  if (typeof value === "boolean") return { kind: Kind.BOOLEAN, value };
  return { kind: name === "graph" ? Kind.ENUM : Kind.STRING, value };
}

/** Whether a subgraph knows a field only as another's. */
export function isExternal({ external, usedOverridden, overrideLabel }: Join): boolean {
  return external === true || (usedOverridden === true && overrideLabel === undefined);
}

/** What is said of subgraphs at a place of the supergraph. */
export function joinsOf({
  directives = [],
}: {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}): Join[] {
  return directives.map(readJoin);
}

/** What the supergraph's enum of subgraphs calls each, to the name that plans use. */
export function graphNamesOf(supergraph: DocumentNode): Map<string, string> {
  const values = graphEnumOf(supergraph)?.values ?? [];
  return new Map(
    values.map((value) => [
      value.name.value,
      joinsOf(value).find(({ name }) => name !== undefined)?.name ?? value.name.value,
    ]),
  );
}

export function graphEnumOf({ definitions }: DocumentNode): EnumTypeDefinitionNode | undefined {
  return definitions
    .filter((definition) => definition.kind === Kind.ENUM_TYPE_DEFINITION)
    .find(({ name }) => name.value === "join__Graph");
}

/** Types whose fields have join directives of their own. */
export type FieldOwner = ObjectTypeDefinitionNode | InterfaceTypeDefinitionNode;

export function isFieldOwner(definition: DefinitionNode): definition is FieldOwner {
  return definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION;
}

/** A set of fields as directives write it: `id owner { id }`. */
export function parseFieldSet(fields: string): SelectionSetNode {
  const [operation] = parse(`{ ${fields} }`, { noLocation: true }).definitions;
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error(`Not a set of fields: ${fields}`);
  return operation.selectionSet;
}

/** The fields of a selection and of its inline fragments, each with the type that it is selected on. */
export function fieldsWithTypes(set: SelectionSetNode, typeName: string): (readonly [string, FieldNode])[] {
  return set.selections.flatMap((selection) => {
    if (selection.kind === Kind.FIELD) return [[typeName, selection] as const];
    if (selection.kind === Kind.FRAGMENT_SPREAD) return [];
    return fieldsWithTypes(selection.selectionSet, selection.typeCondition?.name.value ?? typeName);
  });
}
