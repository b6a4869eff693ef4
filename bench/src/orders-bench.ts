// Run by `npm run bench:orders`: complete checkouts through the whole shop on two cores.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { createCall } from "./calls";
import { checkoutCores, repository } from "./config";
import { describeMachine } from "./machine";
import { type CheckoutHandlers } from "./orders/load-process";
import { type OrdersReport, type ShopResult, writeOrdersGoals, writeOrdersReport } from "./orders/report";
import { type Door, type DoorResult, runCheckouts } from "./orders/run-checkouts";
import { startShop } from "./orders/running-shop";
import { startPinned } from "./pinned-process";

interface Plan {
  readonly title: string;
  readonly orderInstances: number;
  readonly doors: readonly Door[];
}

const plans: readonly Plan[] = [
  { title: "One instance of everything", orderInstances: 1, doors: ["gateway", "order"] },
  { title: "Four instances of order, one of everything else", orderInstances: 4, doors: ["gateway"] },
];

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "15" }, instances: { type: "string" } },
});
const seconds = Number(values.seconds);
const chosen = plans.filter(({ orderInstances }) => [undefined, String(orderInstances)].includes(values.instances));
if (!Number.isInteger(seconds) || seconds < 1 || seconds > 15 || chosen.length === 0) {
  process.stderr.write("Usage: npm run bench:orders -- [--seconds <1 to 15>] [--instances <1 or 4>]\n");
  process.exit(1);
}

const measured = {
  packages: { "@prisma/client": "node_modules", mongoose: "node_modules", kafkajs: "node_modules" },
  sources: ["gateway/src", "subgraphs", "packages", "local/src", "prisma", "bench/src"],
};

async function run({ title, orderInstances, doors }: Plan): Promise<ShopResult> {
  process.stdout.write(`${title}\n`);
  const buyers = startPinned({ core: checkoutCores, args: [join(__dirname, "orders/load-process.js")], ipc: true });
  const shop = await startShop({ orderInstances });
  try {
    const load = createCall<CheckoutHandlers>(buyers.child);
    const results: DoorResult[] = [];
    for (const door of doors) {
      results.push(await runCheckouts(door, { shop, load, loadPid: buyers.pid, durationMs: seconds * 1_000 }));
    }
    return { title, doors: results };
  } finally {
    await buyers.stop();
    await shop.stop();
  }
}

async function saveReport(report: OrdersReport): Promise<string> {
  const folder = join(repository, "bench/results");
  const file = `${report.machine.date}-orders`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${file}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, `${file}.md`), `${writeOrdersReport(report)}\n`);
  return `bench/results/${file}.md`;
}

async function main(): Promise<void> {
  const shops: ShopResult[] = [];
  for (const plan of chosen) shops.push(await run(plan));
  const file = await saveReport({ machine: describeMachine(measured), seconds, shops });
  process.stdout.write(`\n${writeOrdersGoals(shops)}\n\nThe whole of it is in ${file}.\n`);
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
void main();
