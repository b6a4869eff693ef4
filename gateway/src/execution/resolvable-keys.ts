import { type ConstDirectiveNode, type DocumentNode, Kind } from "graphql";

/**
 * Puts the keys that a subgraph resolves entities by before those that it only refers to them with (`resolvable: false`).
 * Going back into a subgraph with what a `@requires` needs, @apollo/query-planner takes the type's first key there, whether
 * or not that one is resolvable.
 */
export function putResolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  return {
    ...supergraph,
    definitions: supergraph.definitions.map((definition) =>
      definition.kind === Kind.OBJECT_TYPE_DEFINITION || definition.kind === Kind.INTERFACE_TYPE_DEFINITION
        ? { ...definition, directives: definition.directives?.toSorted((a, b) => rank(a) - rank(b)) }
        : definition,
    ),
  };
}

function rank({ name, arguments: args }: ConstDirectiveNode): number {
  const resolvable = args?.find((argument) => argument.name.value === "resolvable")?.value;
  return name.value === "join__type" && resolvable?.kind === Kind.BOOLEAN && !resolvable.value ? 1 : 0;
}
