// npm start: the whole shop on this machine. npm start -- --fresh forgets the stand-ins' data first.
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { loadConfig } from "./config";
import { ShopFailure } from "./failure";
import { createLogOutput } from "./log-output";
import { startShop } from "./shop";
import { renderTable } from "./table";

const root = join(__dirname, "../..");

async function main(args: readonly string[]): Promise<void> {
  const startedAt = Date.now();
  const { signal, aborted } = untilAskedToEnd();
  const unknown = args.find((argument) => argument !== "--fresh");
  if (unknown !== undefined) throw new ShopFailure(`There is no option ${unknown}; there is --fresh.`);
  const config = loadConfig(root);
  const onLine = createLogOutput(config.dataDir);
  const log = createLogger("local", (line) => onLine(line.trimEnd()));
  try {
    const shop = await startShop(config, { fresh: args.includes("--fresh"), log, onLine, signal });
    process.stdout.write(renderTable(config, shop.services, shop.stores, Date.now() - startedAt));
    await aborted;
    process.stdout.write("\nThe shop closes: its services finish what they are at.\n");
    await shop.stop();
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** By a signal, or by the end of whoever reads what is written here. */
function untilAskedToEnd(): { signal: AbortSignal; aborted: Promise<void> } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, abort);
  process.stdout.on("error", abort);
  const aborted = new Promise<void>((resolve) => {
    controller.signal.addEventListener("abort", () => resolve());
  });
  return { signal: controller.signal, aborted };
}

main(process.argv.slice(2)).then(
  () => process.exit(0),
  (error: unknown) => {
    const message = error instanceof ShopFailure ? error.message : String(error instanceof Error ? error.stack : error);
    process.stderr.write(`\n${message}\n`);
    process.exit(1);
  },
);
