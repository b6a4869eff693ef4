// Run by `npm run bench:comments`: lists of a product with very many reviews, ratings of many products, a storm of likes.
import { mkdir, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureReads, measureStorm } from "./comments/measurements";
import { type CommentsReport, writeCommentsGoals, writeCommentsReport } from "./comments/report";
import { writeReviews } from "./comments/reviews";
import { type RunningComments, startComments } from "./comments/running-comments";
import { repository } from "./config";
import { describeMachine } from "./machine";

const { values } = parseArgs({
  options: {
    reviews: { type: "string", default: "10000" },
    times: { type: "string", default: "200" },
    seconds: { type: "string", default: "10" },
  },
});
const [reviews, times, seconds] = [Number(values.reviews), Number(values.times), Number(values.seconds)];
if (![reviews, times, seconds].every((count) => Number.isInteger(count) && count > 0)) {
  process.stderr.write("Usage: npm run bench:comments -- [--reviews <n>] [--times <n>] [--seconds <n>]\n");
  process.exit(1);
}
const likers = 100;

const measured = {
  packages: { "@prisma/client": "node_modules" },
  sources: ["subgraphs/comment/src", "packages", "bench/src"],
};

async function run(comments: RunningComments): Promise<Omit<CommentsReport, "loadBefore">> {
  const written = await writeReviews(comments.databaseUrl, reviews);
  await comments.recomputeRatings();
  const reads = await measureReads(comments, written, times);
  const storm = await measureStorm(comments, written, { likers, durationMs: seconds * 1_000 });
  return { machine: describeMachine(measured), reviews, reads, storm };
}

async function main(): Promise<void> {
  const [loadBefore = 0] = loadavg();
  const comments = await startComments();
  try {
    const report = { ...(await run(comments)), loadBefore };
    const folder = join(repository, "bench/results");
    const file = `${report.machine.date}-comments`;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${file}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
    await writeFile(join(folder, `${file}.md`), `${writeCommentsReport(report)}\n`);
    process.stdout.write(`\n${writeCommentsGoals(report)}\n\nThe whole of it is in bench/results/${file}.md.\n`);
  } finally {
    await comments.stop();
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
void main();
