import { type Machine } from "../machine";
import { numberText, table } from "../markdown";
import { type CeilingRun, mostP99Ms, type OrdersRun } from "./measurements";
import { type MemoryRun } from "./memory";

export interface NotificationsReport {
  readonly machine: Machine;
  readonly seconds: number;
  readonly idle: readonly MemoryRun[];
  readonly silent: readonly MemoryRun[];
  readonly orders: readonly OrdersRun[];
  /** By ever more changes a second; the last is the first that passed the bar. */
  readonly sameViewer: readonly CeilingRun[];
  readonly differentViewers: readonly CeilingRun[];
}

const leastDeliveriesPerSecond = 5_000;

/** What was measured, on what and how, as Markdown. */
export function writeReport(report: NotificationsReport): string {
  const { machine, seconds } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Notifications benchmark, ${machine.date}`,
    [
      `${machine.cpu}, two of ${machine.cores} cores, ${machine.system}. Node ${machine.node}. Commit ${machine.commit}. ${versions.join(", ")}. `,
      "All that `npm start` runs, those who subscribe and those who cause the events share the two cores. Subscribers are graphql-transport-ws ",
      `sockets at the gateway, one subscription each; ${seconds} s a run.`,
    ].join(""),
    writeGoals(report),
    "## From an order's commit to its customer",
    "`notificationReceived`, each customer their own; placeOrder, one after another. From the time that the event bears.",
    table(
      ["Subscribers", "orders", "received", "p50 ms", "p95 ms", "p99 ms"],
      report.orders.map(({ subscribers, orders, received, p50Ms, p95Ms, p99Ms }) => [
        ...[subscribers, orders, received, p50Ms, p95Ms, p99Ms].map((value) => numberText(value)),
      ]),
    ),
    "## Subscribers to one product",
    [
      "`productUpdated { id name available }`, a field of another subgraph filled for each event. Its stock is adjusted so many times a second; ",
      "counted from the call of the mutation, and where changes were told together from the oldest.",
    ].join(""),
    writeRuns("1,000 anonymous", report.sameViewer),
    writeRuns("1,000 different viewers", report.differentViewers),
    "## Memory",
    table(
      ["Process", "sockets", "MB before", "MB with them", "kB a socket"],
      [
        ...report.idle.map((run) => memoryRow(run, "idle")),
        ...report.silent.map((run) => memoryRow(run, "never read")),
      ],
    ),
  ].join("\n\n");
}

/** The figures to reach and those reached. */
export function writeGoals({ orders, sameViewer, differentViewers }: NotificationsReport): string {
  const best = ceilingOf(sameViewer);
  const bestDifferent = ceilingOf(differentViewers);
  const isMet = best !== undefined && best.deliveriesPerSecond >= leastDeliveriesPerSecond;
  const rows = [
    [
      `1,000 subscribers to one product: deliveries a second with p99 ≤ ${mostP99Ms} ms`,
      best === undefined ? "none" : `${numberText(best.deliveriesPerSecond)} (p99 ${numberText(best.p99Ms)} ms)`,
      `≥ ${numberText(leastDeliveriesPerSecond)}`,
      isMet ? "yes" : "no",
    ],
    [
      "1,000 different viewers: the same",
      bestDifferent === undefined
        ? "none"
        : `${numberText(bestDifferent.deliveriesPerSecond)} (p99 ${numberText(bestDifferent.p99Ms)} ms)`,
      "",
      "",
    ],
    ...orders.map(({ subscribers, p50Ms, p99Ms }) => [
      `An order's event to its customer, ${numberText(subscribers)} subscribed`,
      `p50 ${numberText(p50Ms)} ms, p99 ${numberText(p99Ms)} ms`,
      subscribers > 1 ? `p99 ≤ ${mostP99Ms} ms` : "",
      subscribers > 1 ? (p99Ms <= mostP99Ms ? "yes" : "no") : "",
    ]),
  ];
  return table(["What", "Reached", "To reach", "Met"], rows);
}

function ceilingOf(runs: readonly CeilingRun[]): CeilingRun | undefined {
  const within = runs.filter(({ p99Ms, failed, missed }) => p99Ms <= mostP99Ms && failed + missed === 0);
  return within.sort((one, other) => other.deliveriesPerSecond - one.deliveriesPerSecond)[0];
}

function writeRuns(title: string, runs: readonly CeilingRun[]): string {
  const names = ["gateway", "notification", "product", "redis", "kafka", "load generator"];
  const cpu = names.map((name) => `${name} µs`);
  return table(
    [title, "deliveries a second", "p50 ms", "p99 ms", "merged", "failed", "missed", ...cpu],
    runs.map((run) => [
      `${run.changesPerSecond} changes a second`,
      numberText(run.deliveriesPerSecond),
      numberText(run.p50Ms),
      numberText(run.p99Ms),
      numberText(run.merged),
      numberText(run.failed),
      numberText(run.missed),
      ...names.map((name) => numberText(run.cpuUs[name] ?? 0)),
    ]),
  );
}

function memoryRow({ door, sockets, beforeMb, withMb }: MemoryRun, what: string): string[] {
  const eachKb = ((withMb - beforeMb) * 1_024) / sockets;
  return [`${door}, ${what}`, numberText(sockets), numberText(beforeMb), numberText(withMb), numberText(eachKb, 1)];
}
