import { type SubgraphName, subgraphNames } from "./schemas";

/** What reached the subgraphs since it was last reset. */
export interface TrafficCounts {
  readonly requests: number;
  readonly anonymous: number;
  /** Different Authorization headers, by subgraph. */
  readonly authorizations: Readonly<Record<SubgraphName, number>>;
}

export interface Traffic {
  count(subgraph: SubgraphName, authorization: string | undefined): void;
  take(): TrafficCounts;
}

export function createTraffic(): Traffic {
  let requests = 0;
  let anonymous = 0;
  const seen = Object.fromEntries(subgraphNames.map((name) => [name, new Set<string>()])) as Record<
    SubgraphName,
    Set<string>
  >;
  return {
    count: (subgraph, authorization) => {
      requests += 1;
      if (authorization === undefined) anonymous += 1;
      else seen[subgraph].add(authorization);
    },
    take: () => {
      const authorizations = Object.fromEntries(subgraphNames.map((name) => [name, seen[name].size])) as Record<
        SubgraphName,
        number
      >;
      const counts = { requests, anonymous, authorizations };
      requests = 0;
      anonymous = 0;
      for (const name of subgraphNames) seen[name].clear();
      return counts;
    },
  };
}
