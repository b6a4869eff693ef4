import { type Machine } from "../machine";
import { numberText, table } from "../markdown";
import { type Flood, type Pair } from "./measurements";

export interface LoginsReport {
  readonly machine: Machine;
  /** Of the machine in the minute before, by other programs. */
  readonly loadBefore: number;
  readonly tries: number;
  readonly passwords: Pair;
  readonly resets: Pair;
  readonly seconds: number;
  readonly floods: readonly Flood[];
}

/** How far medians may be from each other. */
const mostApart = 0.1;

/** What was measured, on what and how, as Markdown. */
export function writeLoginsReport(report: LoginsReport): string {
  const { machine, loadBefore, tries, seconds } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Signing in, ${machine.date}`,
    [
      `${machine.cpu}, two of ${machine.cores} cores, ${machine.system}. Node ${machine.node}. Commit ${machine.commit}. ${versions.join(", ")}. `,
      `Load of the machine before: ${numberText(loadBefore, 1)}. All that \`npm start\` runs, and those who sign in, share the two cores. `,
      `The user service is asked as the gateway asks it, by another client each time: ${tries} tries of each kind, in turn; then for ${seconds} s `,
      "by so many clients at once.",
    ].join(""),
    writeLoginsGoals(report),
    "## Whether an address has an account",
    writePairs(report),
    "## While others sign in",
    writeFloods(report.floods),
  ].join("\n\n");
}

/** The figures to reach and those reached. */
export function writeLoginsGoals({ passwords, resets }: LoginsReport): string {
  const rows = [
    ["medians apart: wrong password and unknown address", passwords] as const,
    ["medians apart: reset for an account and for none", resets] as const,
  ].map(([what, { known, unknown }]) => {
    const apart = Math.abs(known.p50Ms - unknown.p50Ms) / Math.min(known.p50Ms, unknown.p50Ms);
    return [what, `${numberText(apart * 100, 1)} %`, `≤ ${mostApart * 100} %`, apart <= mostApart ? "yes" : "no"];
  });
  return table(["What", "Reached", "To reach", "Met"], rows);
}

function writePairs({ passwords, resets }: LoginsReport): string {
  const row = (what: string, { p50Ms, p95Ms }: Pair["known"]): string[] => [
    ...[what, numberText(p50Ms, 1), numberText(p95Ms, 1)],
  ];
  return table(
    ["Try", "p50 ms", "p95 ms"],
    [
      row("login: wrong password", passwords.known),
      row("login: unknown address", passwords.unknown),
      row("reset: an account's address", resets.known),
      row("reset: unknown address", resets.unknown),
    ],
  );
}

function writeFloods(floods: readonly Flood[]): string {
  const head = [
    "Clients",
    "logins a second",
    "p50 ms",
    "p95 ms",
    "sent away",
    "`me` meanwhile p50 ms",
    "p95 ms",
    "p99 ms",
  ];
  const rows = floods.map(({ clients, loginsPerSecond, login, sentAway, me }) => [
    numberText(clients),
    numberText(loginsPerSecond, 1),
    numberText(login.p50Ms),
    numberText(login.p95Ms),
    numberText(sentAway),
    ...[me.p50Ms, me.p95Ms, me.p99Ms].map((ms) => numberText(ms, 1)),
  ]);
  return table(head, rows);
}
