import { type GatewayName } from "./gateways/gateways";
import { type SubgraphName, subgraphNames } from "./subgraphs/schemas";
import { federatedQuery, smallQuery } from "./operations";

export interface HttpScenario {
  readonly kind: "HTTP";
  readonly name: string;
  readonly title: string;
  readonly query: string;
  readonly authorization: "DIFFERENT" | "NONE";
  readonly connections: number;
  readonly delaysMs: Partial<Readonly<Record<SubgraphName, number>>>;
  readonly gateways: readonly GatewayName[];
}

export interface SubscriptionScenario {
  readonly kind: "SUBSCRIPTION";
  readonly name: string;
  readonly title: string;
  readonly viewers: "NONE" | "SAME" | "DIFFERENT";
  readonly subscribers: number;
  readonly gateways: readonly GatewayName[];
}

export type Scenario = HttpScenario | SubscriptionScenario;

const fullLoad = { kind: "HTTP", connections: 50, delaysMs: {} } as const;
/** Little enough that latency shows how calls follow each other, and not how they queue for the core. */
const latencyLoad = { kind: "HTTP", connections: 2, query: federatedQuery, authorization: "DIFFERENT" } as const;
const subscription = { kind: "SUBSCRIPTION", subscribers: 200, gateways: ["ours", "ours-guarded"] } as const;
const federated = ["ours", "ours-guarded", "stock", "hive-js", "hive-rust", "hand-written"] as const;
const traced = ["ours", "ours-traced-1", "ours-traced-100"] as const;
const slowMs = 30;

/** What is measured. `--scenario` takes a name, or what a name begins with. */
export const scenarios: readonly Scenario[] = [
  {
    ...{ ...fullLoad, name: "federated", query: federatedQuery, authorization: "DIFFERENT", gateways: federated },
    title: "80 KB from four subgraphs, a different Authorization on every request",
  },
  {
    ...{ ...fullLoad, name: "small", query: smallQuery, authorization: "DIFFERENT" },
    title: "1 KB from one subgraph, a different Authorization on every request",
    gateways: ["ours", "ours-guarded", "stock", "hive-js", "hive-rust", "plain"],
  },
  {
    ...{ ...fullLoad, name: "identical", query: federatedQuery, authorization: "NONE", gateways: federated },
    title: "80 KB from four subgraphs, identical requests without credentials",
  },
  {
    ...{ ...fullLoad, name: "identical-small", query: smallQuery, authorization: "NONE" },
    title: "1 KB from one subgraph, identical requests without credentials",
    gateways: ["ours", "ours-guarded", "hive-rust", "plain"],
  },
  {
    ...{ ...fullLoad, name: "traced-large", query: federatedQuery, authorization: "DIFFERENT", gateways: traced },
    title: "80 KB from four subgraphs, with traces sent to a collector beside it",
  },
  {
    ...{ ...fullLoad, name: "traced-small", query: smallQuery, authorization: "DIFFERENT", gateways: traced },
    title: "1 KB from one subgraph, with traces sent to a collector beside it",
  },
  {
    ...{ ...subscription, name: "subscription-same", viewers: "SAME" },
    title: "200 subscribers of one viewer to one event, a field of another subgraph selected",
  },
  {
    ...{ ...subscription, name: "subscription-anonymous", viewers: "NONE" },
    title: "200 subscribers without credentials to one event, a field of another subgraph selected",
  },
  {
    ...{ ...subscription, name: "subscription-different", viewers: "DIFFERENT" },
    title: "200 subscribers, each another viewer, to one event, a field of another subgraph selected",
  },
  ...subgraphNames.map((slow): HttpScenario => ({
    ...{ ...latencyLoad, name: `uneven-${slow}`, delaysMs: { [slow]: slowMs } },
    title: `80 KB from four subgraphs of which ${slow} is ${slowMs} ms slower, two requests at a time`,
    gateways: ["ours", "stock", "hive-rust", "hand-written"],
  })),
];
