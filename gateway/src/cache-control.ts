import { type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from "graphql";
import { maxAgeSecondsOf } from "./cache-policy";
import { type SupergraphSource } from "./supergraph";

/** For how many seconds caches may keep the answer to an operation, asked by nobody in particular; 0 is not at all. */
export type CachePolicy = (document: DocumentNode, operation: OperationDefinitionNode) => number;

/** Works it out once for each operation and supergraph. */
export function createCachePolicy(supergraph: Pick<SupergraphSource, "current">): CachePolicy {
  const known = new WeakMap<GraphQLSchema, WeakMap<OperationDefinitionNode, number>>();
  return (document, operation) => {
    const { supergraphSchema } = supergraph.current();
    const ages = known.get(supergraphSchema) ?? new WeakMap<OperationDefinitionNode, number>();
    const age = ages.get(operation) ?? maxAgeSecondsOf(supergraphSchema, document, operation);
    known.set(supergraphSchema, ages.set(operation, age));
    return age;
  };
}
