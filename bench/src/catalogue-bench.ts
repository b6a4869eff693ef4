// Run by `npm run bench:catalogue`: lists and facets of a large catalogue, by twelve named combinations of filter and sort.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { mongo } from "mongoose";
import { combinations } from "./catalogue/combinations";
import { explainPages } from "./catalogue/explained-pages";
import { findGoods, measureCombination } from "./catalogue/measurements";
import {
  type CatalogueReport,
  type CombinationResult,
  writeCatalogueGoals,
  writeCatalogueReport,
} from "./catalogue/report";
import { type RunningStore, seed, startProduct, startStandIn } from "./catalogue/running-catalogue";
import { repository } from "./config";
import { describeMachine } from "./machine";
import { readCpuMs } from "./process-statistics";

const { values } = parseArgs({
  options: {
    mongo: { type: "string" },
    products: { type: "string" },
    pages: { type: "string", default: "200" },
  },
});
const products = Number(values.products ?? (values.mongo === undefined ? 10_000 : 100_000));
const pages = Number(values.pages);
if (![products, pages].every((count) => Number.isInteger(count) && count > 0)) {
  process.stderr.write(
    "Usage: npm run bench:catalogue -- [--mongo <url with a database>] [--products <n>] [--pages <n>]\n",
  );
  process.exit(1);
}
const facets = Math.ceil(pages / 4);

const measured = {
  packages: { mongoose: "node_modules" },
  sources: ["subgraphs/product/src", "packages", "local/src/mongo", "bench/src"],
};

async function fill(store: RunningStore): Promise<CatalogueReport["seeding"]> {
  const cpuOfStore = (): number | null => (store.pid === null ? null : readCpuMs(store.pid));
  const before = cpuOfStore();
  const seeding = await seed(store.url, products, (text) => process.stdout.write(text));
  const after = cpuOfStore();
  if (seeding === null) return null;
  return { ...seeding, storeCpuMs: before === null || after === null ? null : (after - before) / products };
}

async function run(store: RunningStore): Promise<CatalogueReport> {
  const seeding = await fill(store);
  const plans = await explainPages(store.url, combinations);
  const product = await startProduct(store.url);
  const results: CombinationResult[] = [];
  try {
    const goods = await findGoods(product);
    for (const combination of combinations) {
      const { name } = combination;
      const figures = await measureCombination({ product, store }, combination, goods, { pages, facets });
      results.push({ name, ...figures, plans: plans.get(name) ?? [] });
      const { page, facets: its } = figures;
      process.stdout.write(`  ${name}: page p95 ${page.p95Ms.toFixed(1)} ms, facets p95 ${its.p95Ms.toFixed(1)} ms\n`);
    }
  } finally {
    await product.stop();
  }
  return {
    machine: describeMachine(measured),
    store: await describeStore(store),
    products,
    seeding,
    combinations: results,
  };
}

async function describeStore({ url, pid }: RunningStore): Promise<string> {
  if (pid !== null) return "the stand-in for MongoDB";
  const client = await mongo.MongoClient.connect(url);
  const { version } = await client.db().command({ buildInfo: 1 });
  await client.close();
  return `a server that says it is MongoDB ${String(version)}`;
}

async function saveReport(report: CatalogueReport): Promise<string> {
  const folder = join(repository, "bench/results");
  const file = `${report.machine.date}-catalogue-${values.mongo === undefined ? "stand-in" : "mongodb"}`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${file}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, `${file}.md`), `${writeCatalogueReport(report)}\n`);
  return `bench/results/${file}.md`;
}

async function main(): Promise<void> {
  const { mongo: url } = values;
  const store = url === undefined ? await startStandIn() : { url, pid: null, stop: () => Promise.resolve() };
  try {
    const report = await run(store);
    const file = await saveReport(report);
    process.stdout.write(`\n${writeCatalogueGoals(report)}\n\nThe whole of it is in ${file}.\n`);
  } finally {
    await store.stop();
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
void main();
