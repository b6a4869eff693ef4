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
  createJoin,
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
  const inParts = <T extends Directed>(node: T, inPart: InPart = inAnyPart): T => ({
    ...node,
    directives: node.directives?.flatMap((directive) => [
      directive,
      ...partsFor(readJoin(directive)).flatMap((part) => inPart(directive, part)),
    ]),
  });

  /** A field as its subgraph has it without what is apart. */
  const inOwn = (directive: ConstDirectiveNode, field: string): ConstDirectiveNode[] => {
    const join = readJoin(directive);
    if (join.requires !== undefined) return [];
    if (isExternal(join) && !isKeyName(join.graph ?? "", field)) return [];
    return [withJoin(directive, { provides: undefined })];
  };

  /** A field as a part of its subgraph has it. */
  const fieldInPart = (field: string, owner: FieldOwner, directive: ConstDirectiveNode, part: Part) => {
    const { graph } = part;
    const { requires } = readJoin(directive);
    const isOwner = owner.name.value === part.typeName;
    if (requires !== undefined) return isOwner && requires === part.requires ? [withJoin(directive, { graph })] : [];
    const isKey = isOwner ? part.keyNames.has(field) : isKeyName(part.of, field);
    if (!isKey && (isOwner || keysOf(owner, part.of).length > 0)) {
      const external = { graph, external: true, usedOverridden: undefined, provides: undefined };
      return part.needed.has(field) ? [withJoin(directive, external)] : [];
    }
    return [withJoin(directive, { graph, provides: undefined })];
  };

  const splitField = (field: FieldDefinitionNode, owner: FieldOwner): FieldDefinitionNode => {
    const said = (field.directives ?? []).filter(({ name }) => name.value === "join__field");
    // Of what every subgraph has that knows the type, nothing is said.
    const joins = said.length > 0 ? said : [...graphsOf(owner)].map((graph) => createJoin("join__field", { graph }));
    const others = field.directives?.filter((directive) => !said.includes(directive)) ?? [];
    const { value: name } = field.name;
    const split = joins.flatMap((directive) => {
      const apart = rootTypes.has(owner.name.value) ? [] : partsFor(readJoin(directive));
      return [...inOwn(directive, name), ...apart.flatMap((part) => fieldInPart(name, owner, directive, part))];
    });
    return { ...field, directives: [...others, ...split] };
  };

  const graphs = graphEnumOf(supergraph);
  const split = (definition: DefinitionNode): DefinitionNode => {
    if (definition === graphs) return withGraphs(graphs, parts);
    if (isFieldOwner(definition)) {
      const fields = definition.fields?.map((field) => splitField(field, definition));
      return { ...inParts(definition, typeInPart(definition)), fields };
    }
    switch (definition.kind) {
      case Kind.ENUM_TYPE_DEFINITION:
        return { ...inParts(definition), values: definition.values?.map((value) => inParts(value)) };
      case Kind.INPUT_OBJECT_TYPE_DEFINITION:
        return { ...inParts(definition), fields: definition.fields?.map((field) => inParts(field)) };
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

/** What a directive that is about a subgraph becomes for a part of it. */
type InPart = (directive: ConstDirectiveNode, part: Part) => ConstDirectiveNode[];

const inAnyPart: InPart = (directive, { graph }) => [withJoin(directive, { graph })];

/** One enters a part only where it has fields, and by its key. */
function typeInPart(owner: FieldOwner): InPart {
  return (directive, { graph, typeName, key: own }) => {
    const { key } = readJoin(directive);
    if (key !== undefined && owner.name.value !== typeName) return [withJoin(directive, { graph, resolvable: false })];
    return key === undefined || key === own ? [withJoin(directive, { graph })] : [];
  };
}

function partsOf({ definitions }: DocumentNode): Part[] {
  const parts = new Map<string, Part>();
  for (const owner of definitions.filter(isFieldOwner)) {
    const typeName = owner.name.value;
    for (const { graph: of = "", requires } of (owner.fields ?? []).flatMap(joinsOf)) {
      if (requires === undefined) continue;
      for (const key of keysOf(owner, of)) {
        const identity = [of, typeName, key, requires].join(" / ");
        if (parts.has(identity)) continue;
        const names = { keyNames: namesIn(key), needed: namesIn(requires) };
        parts.set(identity, { graph: `${of}__PART${parts.size}`, of, typeName, key, requires, ...names });
      }
    }
  }
  return [...parts.values()];
}

/** The keys that a subgraph finds a type's objects by; none where it has only what leads to it. */
function keysOf(owner: FieldOwner, subgraph: string): string[] {
  return joinsOf(owner).flatMap(({ graph, key, resolvable }) =>
    graph === subgraph && key !== undefined && resolvable !== false ? [key] : [],
  );
}

/** By subgraph, all names in its keys. */
function keyNamesOf({ definitions }: DocumentNode): Map<string, Set<string>> {
  const names = new Map<string, Set<string>>();
  for (const { graph = "", key } of definitions.filter(isFieldOwner).flatMap(joinsOf)) {
    if (key !== undefined) names.set(graph, new Set([...(names.get(graph) ?? []), ...namesIn(key)]));
  }
  return names;
}

function namesIn(fieldSet: string): Set<string> {
  const names = new Set<string>();
  visit(parseFieldSet(fieldSet), { Field: ({ name }) => void names.add(name.value) });
  return names;
}

function graphsOf(owner: FieldOwner): Set<string> {
  return new Set(joinsOf(owner).flatMap(({ graph }) => graph ?? []));
}

/** With a value for each part: its name there is its name in plans. */
function withGraphs(graphs: EnumTypeDefinitionNode, parts: readonly Part[]): EnumTypeDefinitionNode {
  const added = parts.map(({ graph }) => ({
    kind: Kind.ENUM_VALUE_DEFINITION as const,
    name: { kind: Kind.NAME as const, value: graph },
    directives: [createJoin("join__graph", { name: graph, url: "" })],
  }));
  return { ...graphs, values: [...(graphs.values ?? []), ...added] };
}
