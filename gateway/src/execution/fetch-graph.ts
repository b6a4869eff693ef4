import { type FetchNode, type PlanNode } from "@apollo/query-planner";
import { OperationTypeNode } from "graphql";

/** A fetch of a plan: what it must wait for, and where in the data its entities are. */
export interface FetchStep {
  readonly fetch: FetchNode;
  /** From the root of the data; "@" stands for every element of a list. */
  readonly path: readonly string[];
  /** Indexes of the steps that must be done before it. */
  readonly after: readonly number[];
}

/** A plan as a list of fetches, each with those that it comes after. */
export function toSteps(plan: PlanNode | undefined): FetchStep[] {
  const steps: FetchStep[] = [];
  /** @returns the steps that come last in the node, which a next one has to wait for */
  const add = (node: PlanNode, path: readonly string[], after: readonly number[]): readonly number[] => {
    switch (node.kind) {
      case "Fetch":
        return [steps.push({ fetch: node, path, after }) - 1];
      case "Flatten":
        return add(node.node, [...path, ...node.path.map(String)], after);
      case "Sequence":
        return node.nodes.reduce((done, each) => add(each, path, done), after);
      case "Parallel":
        return [...new Set(node.nodes.flatMap((each) => add(each, path, after)))];
      case "Condition":
        throw new Error("What is planned has no conditions.");
      case "Defer":
        throw new Error("Incremental delivery is not offered.");
    }
  };
  if (plan !== undefined) add(plan, [], []);
  return steps;
}

/** Steps that go to one subgraph in one request. */
export interface StepGroup {
  readonly steps: readonly FetchStep[];
  /** Indexes of the groups that must be done before it. */
  readonly after: readonly number[];
}

/**
 * Puts entity fetches that may run at the same time and go to the same subgraph into one group, and a fetch that has time
 * into a later group rather than into a request of its own. Groups wait for no group that runs as late as they do, so that
 * the way through them is as long as through the plan. What a mutation fetches is left in the plan's order, since its fields
 * take effect one after the other.
 */
export function groupSteps(steps: readonly FetchStep[]): StepGroup[] {
  const keepsOrder = steps.some(({ fetch }) => fetch.operationKind === OperationTypeNode.MUTATION);
  const levels = keepsOrder ? undefined : assignLevels(steps);
  const groups = new Map<string, number[]>();
  for (const [index, { fetch }] of steps.entries()) {
    const joins = levels !== undefined && fetch.requires !== undefined;
    const key = joins ? `${levels[index] ?? 0} ${fetch.serviceName}` : String(index);
    groups.set(key, [...(groups.get(key) ?? []), index]);
  }
  // Whatever a group waits for runs at an earlier level, and so comes before it in the list.
  const levelOf = ([first]: readonly number[]): number => levels?.[first ?? 0] ?? 0;
  const members = [...groups.values()].sort((one, other) => levelOf(one) - levelOf(other));
  const groupOf = new Map(members.flatMap((indexes, group) => indexes.map((index) => [index, group] as const)));
  return members.map((indexes) => ({
    steps: indexes.flatMap((index) => steps[index] ?? []),
    after: [...new Set(indexes.flatMap((index) => steps[index]?.after ?? []).map((index) => groupOf.get(index) ?? 0))],
  }));
}

/** When each step runs: as early as it can, or later where the same subgraph is asked anyway and nothing waits for it. */
function assignLevels(steps: readonly FetchStep[]): number[] {
  const earliest: number[] = [];
  for (const { after } of steps) earliest.push(1 + Math.max(0, ...after.map((index) => earliest[index] ?? 0)));
  const latest = steps.map(() => Math.max(0, ...earliest));
  for (const [index, { after }] of [...steps.entries()].reverse()) {
    for (const before of after) latest[before] = Math.min(latest[before] ?? 0, (latest[index] ?? 0) - 1);
  }

  const levels = [...earliest];
  const asked = new Set(
    steps.flatMap(({ fetch }, index) =>
      earliest[index] === latest[index] ? [`${fetch.serviceName} ${earliest[index] ?? 0}`] : [],
    ),
  );
  // From the last to the first: what waits for a step has its level by then.
  for (const [index, { fetch }] of [...steps.entries()].reverse()) {
    const from = earliest[index] ?? 0;
    const waiting = steps.flatMap(({ after }, other) => (after.includes(index) ? [levels[other] ?? 0] : []));
    const until = Math.min(latest[index] ?? 0, ...waiting.map((level) => level - 1));
    if (fetch.requires === undefined) continue;
    for (let level = until; level > from; level -= 1) {
      if (!asked.has(`${fetch.serviceName} ${level}`)) continue;
      levels[index] = level;
      break;
    }
  }
  return levels;
}
