// Run by `npm run bench:gateway`: our gateway beside its peers.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { repository } from "./config";
import { describeMachine } from "./machine";
import { parseOptions, usage } from "./options";
import { type Report, writeGoals, writeReport } from "./report";
import { startRig } from "./rig";
import { runScenario, type ScenarioResult } from "./run-scenario";

const parsed = parseOptions(process.argv.slice(2));
if (!parsed.ok) {
  process.stderr.write(`${parsed.problem}\n${usage}\n`);
  process.exit(1);
}
const { rounds, seconds, only, scenarios } = parsed.options;

const measured = {
  packages: {
    "@apollo/gateway": "node_modules",
    "@apollo/server": "node_modules",
    undici: "node_modules",
    graphql: "node_modules",
    "@graphql-hive/gateway": "bench/peers/node_modules",
    "@graphql-hive/router-runtime": "bench/peers/node_modules",
  },
  sources: ["gateway/src", "packages", "bench/src"],
};

function installPeers(): void {
  const peers = join(repository, "bench/peers");
  if (existsSync(join(peers, "node_modules"))) return;
  process.stdout.write("Installing the peers, once.\n");
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], { cwd: peers, stdio: "inherit" });
}

async function runAll(): Promise<Report> {
  const rig = await startRig();
  try {
    const results: ScenarioResult[] = [];
    for (const scenario of scenarios) {
      process.stdout.write(`${scenario.name}: ${scenario.title}\n`);
      results.push(await runScenario(scenario, { rounds, durationMs: seconds * 1_000, only }, rig));
    }
    return { machine: describeMachine(measured), rounds, seconds, scenarios: results };
  } finally {
    await rig.stop();
  }
}

async function saveReport(report: Report): Promise<string> {
  const folder = join(repository, "bench/results");
  const what = scenarios.length === 1 ? `gateway-${scenarios[0]?.name ?? ""}` : "gateway";
  const file = `${report.machine.date}-${what}`;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `${file}.json`), `${JSON.stringify(report, undefined, 2)}\n`);
  await writeFile(join(folder, `${file}.md`), `${writeReport(report)}\n`);
  return `bench/results/${file}.md`;
}

async function main(): Promise<void> {
  installPeers();
  const report = await runAll();
  const file = await saveReport(report);
  process.stdout.write(`\n${writeGoals(report.scenarios)}\n\nThe whole of it is in ${file}.\n`);
  const failed = report.scenarios.some(({ failures }) => Object.keys(failures).length > 0);
  process.exitCode = failed ? 1 : 0;
}

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));
void main();
