// npm start: the whole shop on this machine. npm start -- --fresh forgets the stand-ins' data first.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { loadConfig } from "./config";
import { createLogOutput } from "./log-output";
import { ShopFailure, startShop } from "./shop";
import { renderTable } from "./table";

const root = join(__dirname, "../..");

async function main(args: readonly string[]): Promise<void> {
  const startedAt = Date.now();
  const unknown = args.find((argument) => argument !== "--fresh");
  if (unknown !== undefined) throw new ShopFailure(`There is no option ${unknown}; there is --fresh.`);
  const config = loadConfig(root);
  compose();

  const aborted = new AbortController();
  const ended = new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
      process.on(signal, () => {
        aborted.abort();
        resolve();
      });
    }
  });

  const log = createLogger("local");
  try {
    const shop = await startShop(config, {
      fresh: args.includes("--fresh"),
      log,
      onLine: createLogOutput(config.dataDir),
      signal: aborted.signal,
    });
    process.stdout.write(renderTable(config, shop.services, shop.stores, Date.now() - startedAt));
    await ended;
    await shop.stop();
  } catch (error) {
    if (!aborted.signal.aborted) throw error;
  }
}

/** The supergraph as it stands in the subgraphs' schema files. */
function compose(): void {
  const script = join(root, "gateway", "dist", "compose.js");
  const files = [join(root, "supergraph.yaml"), join(root, "supergraph.graphql")];
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...files], { encoding: "utf8" });
  if (status !== 0) throw new ShopFailure(`The supergraph does not compose:\n${stdout}${stderr}`);
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof ShopFailure ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`\n${message}\n`);
    process.exit(1);
  },
);
