import { goals } from "./bar";
import { type GatewayName, gateways } from "./gateways/gateways";
import { type Machine } from "./machine";
import { numberText, table } from "./markdown";
import { type ScenarioResult } from "./run-scenario";
import { type GatewaySummary, summarise } from "./summary";

export interface Report {
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly scenarios: readonly ScenarioResult[];
}

const number = (value: number | undefined, digits = 0): string =>
  value === undefined ? "" : numberText(value, digits);

/** What was measured, on what and how, as Markdown. */
export function writeReport({ machine, rounds, seconds, scenarios }: Report): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Gateway benchmark, ${machine.date}`,
    [
      `${machine.cpu}, ${machine.cores} cores, ${machine.system}. Node ${machine.node} with ${machine.v8Flags} for every gateway. `,
      `Commit ${machine.commit}. ${versions.join(", ")}. `,
      `${rounds} rounds of ${seconds} s each, in turn; one worker on one core, load and subgraphs on the other. `,
      "Rates and latencies are medians of the rounds, ratios medians of what each round gave.",
    ].join(""),
    writeGoals(scenarios),
    ...scenarios.map(writeScenario),
  ].join("\n\n");
}

/** The figures to reach and those reached. Empty where nothing of it was measured. */
export function writeGoals(scenarios: readonly ScenarioResult[]): string {
  const rows = scenarios.flatMap((scenario) => {
    const summaries = new Map(summarise(scenario).map((summary) => [summary.gateway, summary]));
    return goals.flatMap(({ scenario: of, what, atLeast, atMost, unit, read }) => {
      const value = of === scenario.name ? read((name: GatewayName) => summaries.get(name)) : undefined;
      if (value === undefined) return [];
      const met = value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
      const goal = `${atLeast === undefined ? "≤" : "≥"} ${number(atLeast ?? atMost, digitsOf(atLeast ?? atMost))} ${unit}`;
      const reached = `${number(value, digitsOf(value))} ${unit}`;
      return [[`${scenario.title}: ${what}`, reached.trim(), goal.trim(), met ? "yes" : "no"]];
    });
  });
  return rows.length === 0 ? "" : table(["What", "Reached", "To reach", "Met"], rows);
}

const digitsOf = (value = 0): number => (value < 20 ? 2 : 0);

function writeScenario(scenario: ScenarioResult): string {
  const head = ["Gateway", "a second", "slowest – fastest round", "p50 ms", "p99 ms", "subgraph requests each"];
  const cost = [
    "CPU µs each",
    "% of its core",
    "all on its core %",
    "load and subgraphs on the other %",
    "peak MB",
    "end MB",
  ];
  const failures = Object.entries(scenario.failures).map(([name, reason]) => `- ${name} was not measured: ${reason}`);
  const rows = summarise(scenario).map(writeRow);
  return [
    `## ${scenario.name}`,
    scenario.title,
    table([...head, ...cost, "rate, ours ÷ it", "CPU, ours ÷ it"], rows),
    ...failures,
  ].join("\n\n");
}

function writeRow(summary: GatewaySummary): string[] {
  const { gateway, oursOverIts } = summary;
  return [
    gateways[gateway].title,
    number(summary.answersPerSecond),
    `${number(summary.slowestRound)} – ${number(summary.fastestRound)}`,
    number(summary.p50Ms, 1),
    number(summary.p99Ms, 1),
    number(summary.subgraphRequestsPerAnswer, 2),
    number(summary.cpuUsPerAnswer),
    number(summary.cpuShare * 100),
    number(summary.coreShare * 100),
    number(summary.rigCpuShare * 100),
    number(summary.peakMb),
    number(summary.endMb),
    ...(oursOverIts === undefined || gateway === "ours"
      ? ["", ""]
      : [`${number(oursOverIts.rate, 2)} ×`, `${number(oursOverIts.cpu, 2)} ×`]),
  ];
}
