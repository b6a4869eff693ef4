import { type Machine } from "../machine";
import { numberText, table } from "../markdown";
import { type ReadResult, type Storm } from "./measurements";

export interface CommentsReport {
  readonly machine: Machine;
  /** Of the machine in the minute before, by other programs. */
  readonly loadBefore: number;
  /** Of the product whose lists are read. */
  readonly reviews: number;
  readonly reads: readonly ReadResult[];
  readonly storm: Storm;
}

/** What the catalogue's pages may take too. */
const mostReadP95Ms = 150;
/** What is answered under any overload may take as long. */
const mostDuringStormP95Ms = 2_000;

/** What was measured, on what and how, as Markdown. */
export function writeCommentsReport(report: CommentsReport): string {
  const { machine, loadBefore, reviews, storm } = report;
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `# Comments benchmark, ${machine.date}`,
    [
      `${machine.cpu}, ${machine.cores} cores, ${machine.system}. Node ${machine.node}. Commit ${machine.commit}. ${versions.join(", ")}. `,
      `Load of the machine before: ${numberText(loadBefore, 1)}. The comment service with PostgreSQL and the stand-in for Kafka is asked as `,
      `the gateway asks it, for signed-in customers, one thing after the other: pages of 20, with two replies to each review, of a `,
      `product with ${numberText(reviews)} reviews.`,
    ].join(""),
    writeCommentsGoals(report),
    "## Reads",
    writeReads(report.reads),
    "CPU is that of the comment service and of PostgreSQL for one answer, in milliseconds.",
    "## A storm of likes",
    writeStorm(storm),
  ].join("\n\n");
}

/** The figures to reach and those reached. */
export function writeCommentsGoals({ reads, storm }: CommentsReport): string {
  const atMostMs = (what: string, ms: number, most: number): string[] => [
    ...[what, `${numberText(ms, 1)} ms`, `≤ ${numberText(most)} ms`, ms <= most ? "yes" : "no"],
  ];
  const worstMs = (some: readonly ReadResult[]): number => Math.max(...some.map(({ p95Ms }) => p95Ms));
  const isOfMany = ({ name }: ReadResult): boolean => name.includes("products");
  const off = storm.counted - storm.expected;
  return table(
    ["What", "Reached", "To reach", "Met"],
    [
      atMostMs("p95 of a page or a rating, the slowest", worstMs(reads.filter((one) => !isOfMany(one))), mostReadP95Ms),
      atMostMs("p95 of 100 products at once, the slowest", worstMs(reads.filter(isOfMany)), mostReadP95Ms),
      atMostMs("p95 of a page during the storm", storm.page.p95Ms, mostDuringStormP95Ms),
      ["likes counted after it, more than there are", String(off), "0", off === 0 ? "yes" : "no"],
    ],
  );
}

function writeReads(reads: readonly ReadResult[]): string {
  const rows = reads.map(({ name, p50Ms, p95Ms, p99Ms, cpuMs }) => [
    name,
    ...[p50Ms, p95Ms, p99Ms].map((ms) => numberText(ms, 1)),
    `${numberText(cpuMs.comment, 1)} + ${numberText(cpuMs.postgres, 1)}`,
  ]);
  return table(["Read", "p50 ms", "p95 ms", "p99 ms", "CPU"], rows);
}

function writeStorm({ likers, changesPerSecond, change, page, counted }: Storm): string {
  const head = [
    "At one review",
    "likes and unlikes a second",
    "p50 ms",
    "p99 ms",
    "a page meanwhile p95 ms",
    "likes then",
  ];
  const figures = [changesPerSecond, change.p50Ms, change.p99Ms, page.p95Ms].map((value) => numberText(value, 1));
  return table(head, [[`${likers} people`, ...figures, numberText(counted)]]);
}
