import { type Machine } from "../machine";
import { numberText, table } from "../markdown";
import { type CheckoutRun, type DoorResult } from "./run-checkouts";

export interface ShopResult {
  readonly title: string;
  readonly doors: readonly DoorResult[];
}

export interface OrdersReport {
  readonly machine: Machine;
  readonly seconds: number;
  readonly shops: readonly ShopResult[];
}

/** What a shop on two cores is to reach. */
const leastPaidPerSecond = 40;
const mostP99Ms = 500;

/** What was measured, on what and how, as Markdown. */
export function writeOrdersReport({ machine, seconds, shops }: OrdersReport): string {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Checkout benchmark, ${machine.date}`,
    [
      `${machine.cpu}, two of ${machine.cores} cores, ${machine.system}. Node ${machine.node}. Commit ${machine.commit}. ${versions.join(", ")}. `,
      "All that `npm start` runs, and those who buy, share the two cores. A checkout is placeOrder and payOrder (tok_ok), until the order is ",
      `PAID; baskets of one, two and three products in turn. Closed loops of ${seconds} s, then as independent buyers come, at half of the best rate, for ${2 * seconds} s.`,
    ].join(""),
    writeOrdersGoals(shops),
    ...shops.map(writeShop),
  ].join("\n\n");
}

/** The figures to reach and those reached. */
export function writeOrdersGoals(shops: readonly ShopResult[]): string {
  const rows = shops.flatMap(({ title, doors }) =>
    doors.flatMap(({ door, ceiling, half }) => {
      const { paidPerSecond } = ceiling;
      const { p99Ms } = half.checkout;
      return [
        [
          `${title}, through ${doorNames[door]}: checkouts a second`,
          numberText(paidPerSecond, 1),
          `≥ ${leastPaidPerSecond}`,
          paidPerSecond >= leastPaidPerSecond ? "yes" : "no",
        ],
        [
          `${title}, through ${doorNames[door]}: p99 at half of that`,
          `${numberText(p99Ms)} ms`,
          `≤ ${mostP99Ms} ms`,
          p99Ms <= mostP99Ms ? "yes" : "no",
        ],
      ];
    }),
  );
  return table(["What", "Reached", "To reach", "Met"], rows);
}

const doorNames = { gateway: "the gateway", order: "the order subgraph's own port" };

function writeShop({ title, doors }: ShopResult): string {
  return [`## ${title}`, ...doors.flatMap((door) => [`Through ${doorNames[door.door]}`, ...writeDoor(door)])].join(
    "\n\n",
  );
}

function writeDoor({ closed, ceiling, half }: DoorResult): string[] {
  const rates = table(
    ["Load", "paid a second", "p50 ms", "p99 ms", "place p50 – p99", "pay p50 – p99", "% of the cores", "failed"],
    [...closed, half].map((run) => [
      run.pace.kind === "CLOSED" ? `${run.pace.atOnce} at once` : `${numberText(run.pace.aSecond, 1)} a second`,
      numberText(run.paidPerSecond, 1),
      numberText(run.checkout.p50Ms),
      numberText(run.checkout.p99Ms),
      `${numberText(run.place.p50Ms)} – ${numberText(run.place.p99Ms)}`,
      `${numberText(run.pay.p50Ms)} – ${numberText(run.pay.p99Ms)}`,
      numberText(run.cpuShare * 100),
      String(Object.values(run.failures).reduce((sum, count) => sum + count, 0)),
    ]),
  );
  const names = Object.keys(ceiling.cpuMs).sort((one, other) => cpuOf(ceiling, other) - cpuOf(ceiling, one));
  const total = (run: CheckoutRun): number => names.reduce((sum, name) => sum + cpuOf(run, name), 0);
  const cpu = table(
    ["CPU ms a checkout", "at the ceiling", "at half of it"],
    [
      ...names.map((name) => [name, numberText(cpuOf(ceiling, name), 2), numberText(cpuOf(half, name), 2)]),
      ["all", numberText(total(ceiling), 2), numberText(total(half), 2)],
      ["two full cores would pay a second", numberText(2_000 / total(ceiling), 1), numberText(2_000 / total(half), 1)],
    ],
  );
  return [rates, cpu];
}

const cpuOf = ({ cpuMs }: CheckoutRun, name: string): number => cpuMs[name] ?? 0;
