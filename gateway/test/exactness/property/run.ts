import { parseArgs } from "node:util";
import { caseOfChains } from "./chains";
import { anyCase } from "./model";
import { tryProperty } from "./property";

/** `npm run test:property -- --runs N [--chains] [--seed S] [--path P]`: as many cases as one likes, or one seen before. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "1000" },
      chains: { type: "boolean", default: false },
      seed: { type: "string" },
      path: { type: "string" },
    },
  });
  const seed = Number(values.seed ?? Date.now() % 2 ** 31);
  const startedAtMs = Date.now();
  const { compared, invalid, refused, failure } = await tryProperty({
    seed,
    runs: Number(values.runs),
    cases: values.chains ? caseOfChains : anyCase,
    ...(values.path === undefined ? {} : { path: values.path }),
    onProgress: (cases) => {
      if (cases % 200 === 0) console.log(`${cases} cases after ${Math.round((Date.now() - startedAtMs) / 1000)} s`);
    },
    onFound: (differences) => console.log(`found, to be shrunk: ${differences.join("\n").slice(0, 1_000)}`),
  });
  console.log(`seed ${seed}: ${compared} operations compared, ${invalid} that were not valid left out`);
  const [shortest] = [...refused].sort((a, b) => a.length - b.length);
  if (shortest !== undefined) console.log(`${refused.length} refused as too costly to plan, the shortest: ${shortest}`);
  if (failure === undefined) return;
  console.log(`\n${failure.text}\nTo see it again: --seed ${seed} --path ${failure.path}`);
  process.exitCode = 1;
}

void main();
