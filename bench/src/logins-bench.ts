// Run by `npm run bench:logins`: whether the time of an answer tells who has an account, and what logins cost all others.
import { mkdir, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { repository } from "./config";
import { createAskUser, makeAccounts } from "./logins/accounts";
import { compareResets, comparePasswords, type Flood, flood } from "./logins/measurements";
import { type LoginsReport, writeLoginsGoals, writeLoginsReport } from "./logins/report";
import { describeMachine } from "./machine";
import { type RunningShop, startShop } from "./orders/running-shop";

const { values } = parseArgs({
  options: { tries: { type: "string", default: "200" }, seconds: { type: "string", default: "10" } },
});
const [tries, seconds] = [Number(values.tries), Number(values.seconds)];
if (![tries, seconds].every((count) => Number.isInteger(count) && count > 0)) {
  process.stderr.write("Usage: npm run bench:logins -- [--tries <n>] [--seconds <n>]\n");
  process.exit(1);
}
const crowds = [0, 4, 16, 200];

const measured = {
  packages: { "@node-rs/argon2": "node_modules", "@prisma/client": "node_modules" },
  sources: ["subgraphs/user/src", "packages", "bench/src"],
};

async function run(shop: RunningShop): Promise<Omit<LoginsReport, "loadBefore">> {
  const ask = createAskUser(shop);
  await makeAccounts(ask, tries + 100);
  const passwords = await comparePasswords(ask, tries);
  const resets = await compareResets(ask, tries);
  const floods: Flood[] = [];
  for (const clients of crowds) floods.push(await flood(ask, clients, seconds * 1_000));
  return { machine: describeMachine(measured), tries, passwords, resets, seconds, floods };
}

async function main(): Promise<void> {
  const [loadBefore = 0] = loadavg();
  const shop = await startShop({ orderInstances: 1 });
  try {
    const report = { ...(await run(shop)), loadBefore };
    const folder = join(repository, "bench/results");
    const file = `${report.machine.date}-logins`;
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, `${file}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
    await writeFile(join(folder, `${file}.md`), `${writeLoginsReport(report)}\n`);
    process.stdout.write(`\n${writeLoginsGoals(report)}\n\nThe whole of it is in bench/results/${file}.md.\n`);
  } finally {
    await shop.stop();
  }
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
void main();
