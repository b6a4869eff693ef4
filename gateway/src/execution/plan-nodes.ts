import { type FetchNode, type PlanNode, type QueryPlan } from "@apollo/query-planner";

/**
 * Puts something else in the place of each fetch of a plan.
 * @param map is given a fetch and the path to where its answer belongs, with "@" for each list on the way
 */
export function mapFetches(
  node: PlanNode,
  map: (fetch: FetchNode, path: readonly string[]) => PlanNode,
  path: readonly string[] = [],
): PlanNode {
  switch (node.kind) {
    case "Fetch":
      return map(node, path);
    case "Flatten":
      return { ...node, node: mapFetches(node.node, map, [...path, ...node.path.map(String)]) };
    case "Sequence":
    case "Parallel":
      return { ...node, nodes: node.nodes.map((child) => mapFetches(child, map, path)) };
    case "Condition":
    case "Defer":
      return node; // refused by fetch-graph.ts
  }
}

/** The same plan with other subgraphs asked. @param subgraphOf is given the name that the plan has for one */
export function renameSubgraphs(node: QueryPlan["node"], subgraphOf: (planned: string) => string): QueryPlan["node"] {
  const rename = (fetch: FetchNode): FetchNode => ({ ...fetch, serviceName: subgraphOf(fetch.serviceName) });
  if (node?.kind !== "Subscription") return node && mapFetches(node, rename);
  const { primary, rest, ...others } = node;
  return { ...others, primary: rename(primary), ...(rest && { rest: mapFetches(rest, rename) }) };
}
