import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  print,
  type SelectionNode,
  type SelectionSetNode,
} from "graphql";
import { type FieldOwner, graphNamesOf, isFieldOwner, parseFieldSet } from "./join-directives";

/** A field with arguments that some `@requires` asks for, under the name that the planner knows it by. */
export interface RequiredField {
  readonly name: string;
  readonly arguments: readonly ConstArgumentNode[];
}

export interface RequiredArguments {
  /** The supergraph to plan with. */
  readonly supergraph: DocumentNode;
  /** By the name that stands for a field with its arguments. */
  readonly fields: ReadonlyMap<string, RequiredField>;
  /** Which of those names a field of a subgraph needs; empty for most. */
  readonly neededBy: (subgraph: string, typeName: string, fieldName: string) => ReadonlySet<string>;
}

const none: ReadonlySet<string> = new Set();

/**
 * Gives each field with arguments that a `@requires` asks for a name of its own for every set of them, as
 * `price__required0` for `price(currency: "EUR")`. @apollo/query-planner puts what a client asks for and what a `@requires`
 * needs into one selection under the field's plain name, where two sets of arguments exclude each other: with a name of its
 * own each is a field like any other. The names never leave the gateway (see restore-required.ts).
 */
export function nameRequiredArguments(supergraph: DocumentNode): RequiredArguments {
  const owners = new Map<string, FieldOwner>();
  for (const definition of supergraph.definitions) {
    if (isFieldOwner(definition)) owners.set(definition.name.value, definition);
  }
  const names = new Map<string, string>();
  const fields = new Map<string, RequiredField>();
  const wanted = new Map<string, Map<string, string>>(); // type → name → the field it stands for
  const needs = new Map<string, Set<string>>();
  const graphNames = graphNamesOf(supergraph);

  const nameFor = (owner: FieldOwner, field: string, args: readonly ConstArgumentNode[]): string => {
    const key = `${field}(${args.map(print).sort().join()})`;
    const name = names.get(key) ?? `${field}__required${names.size}`;
    names.set(key, name);
    fields.set(name, { name: field, arguments: args });
    for (const each of [owner, ...implementersOf(owner, owners)]) {
      const typeName = each.name.value;
      wanted.set(typeName, (wanted.get(typeName) ?? new Map<string, string>()).set(name, field));
    }
    return name;
  };

  const renameIn = (set: SelectionSetNode, owner: FieldOwner | undefined, used: Set<string>): SelectionSetNode => ({
    ...set,
    selections: set.selections.map((selection): SelectionNode => {
      if (selection.kind === Kind.FRAGMENT_SPREAD) return selection;
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const on = selection.typeCondition === undefined ? owner : owners.get(selection.typeCondition.name.value);
        return { ...selection, selectionSet: renameIn(selection.selectionSet, on, used) };
      }
      const definition = owner?.fields?.find(({ name }) => name.value === selection.name.value);
      const below = selection.selectionSet;
      const renamed = below && { selectionSet: renameIn(below, owners.get(namedType(definition)), used) };
      // One that takes arguments and is given none has a set of arguments, too: a client may ask for another.
      if (owner === undefined || !definition?.arguments?.length) return { ...selection, ...renamed };
      // A field set has no variables.
      const name = nameFor(owner, selection.name.value, (selection.arguments ?? []) as readonly ConstArgumentNode[]);
      used.add(name);
      return { ...selection, ...renamed, name: { kind: Kind.NAME, value: name }, arguments: [] };
    }),
  });

  const renameRequires = (owner: FieldOwner, field: FieldDefinitionNode): FieldDefinitionNode => ({
    ...field,
    directives: field.directives?.map((directive): ConstDirectiveNode => {
      const requires = stringArgument(directive, "requires");
      if (directive.name.value !== "join__field" || requires === undefined) return directive;
      const used = new Set<string>();
      const renamed = print(renameIn(parseFieldSet(requires), owner, used)).slice(1, -1);
      if (used.size === 0) return directive;
      const graph = directive.arguments?.find(({ name }) => name.value === "graph")?.value;
      const subgraph = graph?.kind === Kind.ENUM ? graphNames.get(graph.value) : undefined;
      needs.set(`${subgraph ?? ""} ${owner.name.value}.${field.name.value}`, used);
      return withStringArgument(directive, "requires", renamed);
    }),
  });

  const renamed = supergraph.definitions.map((definition) =>
    isFieldOwner(definition)
      ? { ...definition, fields: definition.fields?.map((field) => renameRequires(definition, field)) }
      : definition,
  );
  const definitions = renamed.map((definition) => {
    const added = isFieldOwner(definition) ? wanted.get(definition.name.value) : undefined;
    if (added === undefined || !isFieldOwner(definition)) return definition;
    const copies = [...added].flatMap(([name, of]) => {
      const original = definition.fields?.find((field) => field.name.value === of);
      return original === undefined
        ? []
        : [{ ...original, name: { kind: Kind.NAME as const, value: name }, arguments: [] }];
    });
    return { ...definition, fields: [...(definition.fields ?? []), ...copies] };
  });

  return {
    supergraph: fields.size === 0 ? supergraph : { ...supergraph, definitions },
    fields,
    neededBy: (subgraph, typeName, fieldName) => needs.get(`${subgraph} ${typeName}.${fieldName}`) ?? none,
  };
}

function implementersOf(owner: FieldOwner, owners: ReadonlyMap<string, FieldOwner>): FieldOwner[] {
  if (owner.kind !== Kind.INTERFACE_TYPE_DEFINITION) return [];
  return [...owners.values()].filter(({ interfaces }) =>
    interfaces?.some(({ name }) => name.value === owner.name.value),
  );
}

function namedType(field: FieldDefinitionNode | undefined): string {
  let type = field?.type;
  while (type !== undefined && type.kind !== Kind.NAMED_TYPE) type = type.type;
  return type?.name.value ?? "";
}

function stringArgument(directive: ConstDirectiveNode, name: string): string | undefined {
  const value = directive.arguments?.find((argument) => argument.name.value === name)?.value;
  return value?.kind === Kind.STRING ? value.value : undefined;
}

function withStringArgument(directive: ConstDirectiveNode, name: string, value: string): ConstDirectiveNode {
  return {
    ...directive,
    arguments: directive.arguments?.map((argument) =>
      argument.name.value === name ? { ...argument, value: { kind: Kind.STRING, value } } : argument,
    ),
  };
}
