import { type GatewayName } from "./gateways/gateways";
import { type Measurement } from "./measurement";
import { type ScenarioResult } from "./run-scenario";

/** One gateway over all rounds of a scenario: medians, but for memory and the span of rates. */
export interface GatewaySummary extends Omit<Measurement, "round" | "answers"> {
  readonly slowestRound: number;
  readonly fastestRound: number;
  /** Ours over this one, round by round; undefined where ours was not measured beside it. */
  readonly oursOverIts: { readonly rate: number; readonly p99: number; readonly cpu: number } | undefined;
}

export function summarise({ measurements }: ScenarioResult): GatewaySummary[] {
  const names = [...new Set(measurements.map(({ gateway }) => gateway))];
  return names.map((gateway) => summariseGateway(gateway, measurements));
}

function summariseGateway(gateway: GatewayName, all: readonly Measurement[]): GatewaySummary {
  const own = all.filter((measurement) => measurement.gateway === gateway);
  const middle = (read: (measurement: Measurement) => number): number => median(own.map(read));
  const pairs = own.flatMap((its) => {
    const ours = all.find((measurement) => measurement.gateway === "ours" && measurement.round === its.round);
    return ours === undefined ? [] : [{ ours, its }];
  });
  const ratio = (read: (measurement: Measurement) => number): number =>
    median(pairs.map(({ ours, its }) => read(ours) / read(its)));
  const oursOverIts = {
    rate: ratio(({ answersPerSecond }) => answersPerSecond),
    p99: ratio(({ p99Ms }) => p99Ms),
    cpu: ratio(({ cpuUsPerAnswer }) => cpuUsPerAnswer),
  };
  const rates = own.map(({ answersPerSecond }) => answersPerSecond);
  return {
    gateway,
    answersPerSecond: median(rates),
    slowestRound: Math.min(...rates),
    fastestRound: Math.max(...rates),
    p50Ms: middle(({ p50Ms }) => p50Ms),
    p99Ms: middle(({ p99Ms }) => p99Ms),
    subgraphRequestsPerAnswer: middle(({ subgraphRequestsPerAnswer }) => subgraphRequestsPerAnswer),
    cpuUsPerAnswer: middle(({ cpuUsPerAnswer }) => cpuUsPerAnswer),
    cpuShare: middle(({ cpuShare }) => cpuShare),
    coreShare: middle(({ coreShare }) => coreShare),
    rigCpuShare: middle(({ rigCpuShare }) => rigCpuShare),
    peakMb: Math.max(...own.map(({ peakMb }) => peakMb)),
    endMb: own.at(-1)?.endMb ?? Number.NaN,
    oursOverIts: pairs.length === 0 ? undefined : oursOverIts,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.ceil(sorted.length / 2) - 1] ?? Number.NaN;
  return (upper + lower) / 2;
}
