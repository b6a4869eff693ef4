import {
  type DocumentNode,
  type FieldDefinitionNode,
  Kind,
  type SelectionSetNode,
  type TypeNode,
  visit,
} from "graphql";
import { type FieldOwner, fieldsWithTypes, isExternal, isFieldOwner, joinsOf, parseFieldSet } from "./join-directives";

/** A subgraph that answers a field, and what it must be given for it. */
interface Answering {
  readonly graph: string;
  /** As `Type.field`. */
  readonly needed: readonly string[];
}

/**
 * Finds operations with a field that needs something of another subgraph, which needs something … of a subgraph that was asked
 * before. With those @apollo/query-planner does not only make plans that are wrong (see requirements-met.ts): it may also merge
 * fetches into a circle, and go round it until the memory is full.
 * @returns whether an operation has such a field, or another one of its name
 */
export function createChainFinder(supergraph: DocumentNode): (operation: DocumentNode) => boolean {
  const names = fieldsInChains(supergraph);
  return (operation) => {
    let hasOne = false;
    if (names.size > 0) visit(operation, { Field: ({ name }) => void (hasOne ||= names.has(name.value)) });
    return hasOne;
  };
}

function fieldsInChains({ definitions }: DocumentNode): Set<string> {
  const owners = new Map(definitions.filter(isFieldOwner).map((owner) => [owner.name.value, owner]));
  const answering = new Map<string, Answering[]>();
  for (const owner of owners.values()) {
    for (const field of owner.fields ?? []) {
      answering.set(`${owner.name.value}.${field.name.value}`, answeringOf(field, owner, owners));
    }
  }

  const comesBack = (coordinate: string, asked: readonly string[]): boolean =>
    (answering.get(coordinate) ?? []).some(({ graph, needed }) => {
      if (asked.includes(graph)) return true;
      // What it answers itself it need not be given.
      const others = needed.filter((each) => !answering.get(each)?.some((other) => other.graph === graph));
      return others.some((each) => comesBack(each, [...asked, graph]));
    });
  const names = [...answering.keys()].filter((coordinate) => comesBack(coordinate, []));
  return new Set(names.map((coordinate) => coordinate.slice(coordinate.indexOf(".") + 1)));
}

function answeringOf(
  field: FieldDefinitionNode,
  owner: FieldOwner,
  owners: ReadonlyMap<string, FieldOwner>,
): Answering[] {
  const said = joinsOf({ directives: field.directives?.filter(({ name }) => name.value === "join__field") });
  return (said.length > 0 ? said : joinsOf(owner).filter(({ graph }) => graph !== undefined)).flatMap((join) => {
    const { graph, requires } = join;
    if (graph === undefined || isExternal(join)) return [];
    return [
      { graph, needed: requires === undefined ? [] : coordinatesIn(parseFieldSet(requires), owner.name.value, owners) },
    ];
  });
}

/** All fields of a selection, those on an interface as those of its types, too. */
function coordinatesIn(set: SelectionSetNode, typeName: string, owners: ReadonlyMap<string, FieldOwner>): string[] {
  return fieldsWithTypes(set, typeName).flatMap(([on, { name, selectionSet }]) => {
    const members = [...owners.values()].filter(({ interfaces }) => interfaces?.some((each) => each.name.value === on));
    const here = [on, ...members.map((member) => member.name.value)].map((type) => `${type}.${name.value}`);
    const type = owners.get(on)?.fields?.find((field) => field.name.value === name.value)?.type;
    return selectionSet === undefined || type === undefined
      ? here
      : [...here, ...coordinatesIn(selectionSet, namedType(type), owners)];
  });
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}
