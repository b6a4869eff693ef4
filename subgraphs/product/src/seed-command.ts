// Run by `npm run seed -- --products <n>`: a large catalogue in the shop's database.
import { parseArgs } from "node:util";
import { createLogger } from "@shop/telemetry";
import { loadCatalogueConfig } from "./config";
import { seedMany } from "./seed-many";
import { createProgress } from "./seed-progress";

const usage =
  "Usage: npm run seed -- --products <1 to 1000000> [--seed <number>] [--mongo <url>] [--without-pictures]\n";

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      products: { type: "string" },
      seed: { type: "string", default: "1" },
      mongo: { type: "string" },
      "without-pictures": { type: "boolean", default: false },
    },
  });
  const [products, seed] = [Number(values.products), Number(values.seed)];
  const isCount = Number.isInteger(products) && products >= 1 && products <= 1_000_000;
  if (!isCount || !Number.isInteger(seed) || seed < 0) {
    process.stderr.write(usage);
    process.exit(1);
  }
  const config = loadCatalogueConfig();
  const { made, found } = await seedMany(values.mongo === undefined ? config : { ...config, mongoUrl: values.mongo }, {
    products,
    seed,
    withPictures: !values["without-pictures"],
    onProgress: createProgress(products, process.stdout),
    log: createLogger("product.seed"),
  });
  process.stdout.write(`Made ${made} products; ${found} were there already.\n`);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`The catalogue could not be filled: ${error instanceof Error ? error.message : "unknown"}\n`);
    process.exit(1);
  },
);
