import { type GatewaySummary } from "./summary";

/** A figure that the gateway is to reach. */
export interface Goal {
  readonly scenario: string;
  readonly what: string;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly unit: string;
  readonly read: (of: (name: GatewaySummary["gateway"]) => GatewaySummary | undefined) => number | undefined;
}

const deliveryCpu = (of: Parameters<Goal["read"]>[0]) => of("ours")?.cpuUsPerAnswer;
const deliveryP99 = (of: Parameters<Goal["read"]>[0]) => of("ours")?.p99Ms;
/**
 * How many times as much of ours a core carries, by rate or by CPU time, whichever says less: where others took a share of the
 * core, a rate also says who was left more of it.
 */
const oursOver =
  (peer: GatewaySummary["gateway"]): Goal["read"] =>
  (of) => {
    const ratios = of(peer)?.oursOverIts;
    return ratios && Math.min(ratios.rate, 1 / ratios.cpu);
  };
/** How much of what a core carries of ours it carries of this one, by CPU time: the load runs on the core beside it. */
const carriedBy =
  (other: GatewaySummary["gateway"]): Goal["read"] =>
  (of) =>
    of(other)?.oursOverIts?.cpu;

export const goals: readonly Goal[] = [
  {
    scenario: "federated",
    what: "requests a second, over Apollo Gateway",
    atLeast: 10,
    unit: "×",
    read: oursOver("stock"),
  },
  {
    ...{
      scenario: "federated",
      what: "requests a second, over Hive Gateway with its Rust planner",
      atLeast: 4,
      unit: "×",
    },
    read: oursOver("hive-rust"),
  },
  {
    ...{ scenario: "federated", what: "requests a second, over a hand-written server", atLeast: 0.75, unit: "×" },
    read: oursOver("hand-written"),
  },
  {
    scenario: "federated",
    what: "p99, over Apollo Gateway's",
    atMost: 0.1,
    unit: "×",
    read: (of) => of("stock")?.oursOverIts?.p99,
  },
  {
    ...{ scenario: "federated", what: "subgraph requests a request", atMost: 7, unit: "" },
    read: (of) => of("ours")?.subgraphRequestsPerAnswer,
  },
  {
    ...{ scenario: "federated", what: "resident memory at its peak", atMost: 250, unit: "MB" },
    read: (of) => of("ours")?.peakMb,
  },
  { scenario: "small", what: "requests a second, over Apollo Gateway", atLeast: 4, unit: "×", read: oursOver("stock") },
  {
    scenario: "small",
    what: "requests a second, over plain node:http",
    atLeast: 0.5,
    unit: "×",
    read: oursOver("plain"),
  },
  {
    ...{ scenario: "identical", what: "requests a second", atLeast: 5_000, unit: "" },
    read: (of) => of("ours")?.answersPerSecond,
  },
  {
    ...{ scenario: "traced-large", what: "what a core carries, 1 % traced over none", atLeast: 0.97, unit: "×" },
    read: carriedBy("ours-traced-1"),
  },
  {
    ...{ scenario: "traced-large", what: "what a core carries, all traced over none", atLeast: 0.75, unit: "×" },
    read: carriedBy("ours-traced-100"),
  },
  ...["subscription-same", "subscription-anonymous"].flatMap((scenario): Goal[] => [
    { scenario, what: "CPU a delivery", atMost: 80, unit: "µs", read: deliveryCpu },
    { scenario, what: "p99 from event to delivery", atMost: 40, unit: "ms", read: deliveryP99 },
  ]),
  { scenario: "subscription-different", what: "CPU a delivery", atMost: 400, unit: "µs", read: deliveryCpu },
];
