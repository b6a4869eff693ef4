import {
  type ConstDirectiveNode,
  type DefinitionNode,
  type DocumentNode,
  type EnumTypeDefinitionNode,
  type FieldDefinitionNode,
  Kind,
  visit,
} from "graphql";
import {
  type FieldOwner,
  graphEnumOf,
  graphNamesOf,
  isExternal,
  isFieldOwner,
  type Join,
  joinsOf,
  parseFieldSet,
  readJoin,
  withJoin,
} from "./join-directives";

export interface RequiredFieldsApart {
  /** The supergraph to plan with. */
  readonly supergraph: DocumentNode;
  /** What is to be asked where a plan names this. */
  readonly subgraphOf: (planned: string) => string;
}

/**
 * What stands for a subgraph in the fields of a type that have the same `@requires`. It knows the type by one key alone, so
 * that it is no way from one key to another.
 */
interface Part {
  /** Its name, in the supergraph's enum and in plans. */
  readonly graph: string;
  readonly of: string;
  readonly typeName: string;
  readonly key: string;
  readonly requires: string;
  readonly keyNames: ReadonlySet<string>;
  /** All names in `requires`. */
  readonly needed: ReadonlySet<string>;
}

/**
 * Puts fields with a `@requires` in subgraphs of their own, which beside them hold only what objects are known by and what is
 * required, and takes from the others what they know as another's. No subgraph then seems to answer what it only requires, and
 * no two fetches of a chain of requirements go to the same one: there is nothing that @apollo/query-planner could fold into a
 * fetch that cannot stand for it (see requirements-met.ts). What can be had by a `@provides` alone has no plan there.
 */
export function putRequiredFieldsApart(supergraph: DocumentNode): RequiredFieldsApart {
  const parts = partsOf(supergraph);
  const keyNames = keyNamesOf(supergraph);
  const isKeyName = (graph: string, field: string): boolean => keyNames.get(graph)?.has(field) === true;
  const partsFor = ({ graph }: Join): Part[] => parts.filter(({ of }) => of === graph);
  const rootTypes = new Set<string>();
  visit(supergraph, { OperationTypeDefinition: ({ type }) => void rootTypes.add(type.name.value) });

  /** Says of the parts of subgraphs what is said of those. */
  const inParts = <T extends Directed>(node: T): T => ({
    ...node,
    directives: node.directives?.flatMap((directive) => [
      directive,
      ...partsFor(readJoin(directive)).map(({ graph }) => withJoin(directive, { graph })),
    ]),
  });

  /** As inParts; one enters a part only with what has its fields, and by its key. */
  const typeInParts = <T extends FieldOwner>(owner: T): T => ({
    ...owner,
    directives: owner.directives?.flatMap((directive) => {
      const { key } = readJoin(directive);
      const copies = partsFor(readJoin(directive)).flatMap((part) => {
        if (key === undefined || (part.key === key && part.typeName === owner.name.value))
          return [withJoin(directive, { graph: part.graph })];
        return part.typeName === owner.name.value
          ? []
          : [withJoin(directive, { graph: part.graph, resolvable: false })];
      });
      return [directive, ...copies];
    }),
  });

  /** A field as its subgraph has it without what is apart. */
  const inOwn = (directive: ConstDirectiveNode, field: string): ConstDirectiveNode[] => {
    const join = readJoin(directive);
    if (join.requires !== undefined) return [];
    if (isExternal(join) && !isKeyName(join.graph ?? "", field)) return [];
    return [withJoin(directive, { provides: undefined })];
  };

  /** A field as a part of its subgraph has it. */
  const inPart = (
    part: Part,
    owner: FieldOwner,
    field: string,
    directive: ConstDirectiveNode,
  ): ConstDirectiveNode[] => {
    const { graph } = part;
    const { requires } = readJoin(directive);
    const isOwner = owner.name.value === part.typeName;
    if (requires !== undefined) return isOwner && requires === part.requires ? [withJoin(directive, { graph })] : [];
    const isKey = isOwner ? part.keyNames.has(field) : isKeyName(part.of, field);
    if (!isKey && (isOwner || isEntity(owner, part.of))) {
      const external = { graph, external: true, usedOverridden: undefined, provides: undefined };
      return part.needed.has(field) ? [withJoin(directive, external)] : [];
    }
    return [withJoin(directive, { graph, provides: undefined })];
  };

  const splitField = (field: FieldDefinitionNode, owner: FieldOwner): FieldDefinitionNode => {
    const said = joinsOf(field, "join__field");
    // Of what every subgraph has that knows the type, nothing is said.
    const joins = said.length > 0 ? said : joinsOf(owner, "join__type").map(toFieldJoin).filter(isFirstOfGraph);
    const others = field.directives?.filter((directive) => !said.includes(directive)) ?? [];
    const { value: name } = field.name;
    const split = joins.flatMap((directive) => {
      const apart = rootTypes.has(owner.name.value) ? [] : partsFor(readJoin(directive));
      return [...inOwn(directive, name), ...apart.flatMap((part) => inPart(part, owner, name, directive))];
    });
    return { ...field, directives: [...others, ...split] };
  };

  const graphs = graphEnumOf(supergraph);
  const split = (definition: DefinitionNode): DefinitionNode => {
    if (definition === graphs) return withGraphs(graphs, parts);
    if (isFieldOwner(definition)) {
      return { ...typeInParts(definition), fields: definition.fields?.map((field) => splitField(field, definition)) };
    }
    switch (definition.kind) {
      case Kind.ENUM_TYPE_DEFINITION:
        return { ...inParts(definition), values: definition.values?.map(inParts) };
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return { ...inParts(definition), fields: definition.fields?.map(inParts) };
      case Kind.SCALAR_TYPE_DEFINITION:
      case Kind.UNION_TYPE_DEFINITION:
        return inParts(definition);
      default:
        return definition;
    }
  };

  const names = graphNamesOf(supergraph);
  const realNames = new Map(parts.map(({ graph, of }) => [graph, names.get(of) ?? of]));
  return {
    supergraph: { ...supergraph, definitions: supergraph.definitions.map(split) },
    subgraphOf: (planned) => realNames.get(planned) ?? planned,
  };
}

interface Directed {
  readonly directives?: readonly ConstDirectiveNode[] | undefined;
}

function partsOf({ definitions }: DocumentNode): Part[] {
  const parts = new Map<string, Part>();
  for (const owner of definitions.filter(isFieldOwner)) {
    const types = joinsOf(owner, "join__type").map(readJoin);
    for (const { graph: of, requires } of (owner.fields ?? []).flatMap(({ directives = [] }) =>
      directives.map(readJoin),
    )) {
      if (of === undefined || requires === undefined) continue;
      const typeName = owner.name.value;
      for (const { graph: keyGraph, key, resolvable } of types) {
        if (keyGraph !== of || key === undefined || resolvable === false) continue;
        const identity = [of, typeName, key, requires].join(" / ");
        if (parts.has(identity)) continue;
        const names = { keyNames: namesIn(key), needed: namesIn(requires) };
        parts.set(identity, { graph: `${of}__PART${parts.size}`, of, typeName, key, requires, ...names });
      }
    }
  }
  return [...parts.values()];
}

/** By subgraph, all names in its keys. */
function keyNamesOf({ definitions }: DocumentNode): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { graph = "", key } of definitions
    .filter(isFieldOwner)
    .flatMap(({ directives = [] }) => directives.map(readJoin))) {
    if (key === undefined) continue;
    names.set(graph, new Set([...(names.get(graph) ?? []), ...namesIn(key)]));
  }
  return names;
}

function namesIn(fieldSet: string): Set<string> {
  const names = new Set<string>();
  visit(parseFieldSet(fieldSet), { Field: ({ name }) => void names.add(name.value) });
  return names;
}

/** Whether what the subgraph does not say of it can be asked for elsewhere. */
function isEntity(owner: FieldOwner, subgraph: string): boolean {
  return (owner.directives ?? [])
    .map(readJoin)
    .some(({ graph, key, resolvable }) => graph === subgraph && key !== undefined && resolvable !== false);
}

function toFieldJoin(typeJoin: ConstDirectiveNode): ConstDirectiveNode {
  const graph = typeJoin.arguments?.filter(({ name }) => name.value === "graph");
  return { kind: Kind.DIRECTIVE, name: { kind: Kind.NAME, value: "join__field" }, arguments: graph };
}

function isFirstOfGraph(join: ConstDirectiveNode, index: number, joins: readonly ConstDirectiveNode[]): boolean {
  return joins.findIndex((other) => readJoin(other).graph === readJoin(join).graph) === index;
}

/** With a value for each part: its name there is its name in plans. */
function withGraphs(graphs: EnumTypeDefinitionNode, parts: readonly Part[]): EnumTypeDefinitionNode {
  const added = parts.map(({ graph }) => ({
    kind: Kind.ENUM_VALUE_DEFINITION as const,
    name: { kind: Kind.NAME as const, value: graph },
    directives: [joinGraph(graph)],
  }));
  return { ...graphs, values: [...(graphs.values ?? []), ...added] };
}

function joinGraph(graph: string): ConstDirectiveNode {
  const argument = (name: string, value: string) => ({
    kind: Kind.ARGUMENT as const,
    name: { kind: Kind.NAME as const, value: name },
    value: { kind: Kind.STRING as const, value },
  });
  return {
    kind: Kind.DIRECTIVE,
    name: { kind: Kind.NAME, value: "join__graph" },
    arguments: [argument("name", graph), argument("url", "")],
  };
}
