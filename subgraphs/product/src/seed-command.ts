// Run by `npm run seed -- --products <n>`: a large catalogue in the shop's database.
import { parseArgs } from "node:util";
import { createLogger } from "@shop/telemetry";
import { loadCatalogueConfig } from "./config";
import { seedMany, type SeedManyOptions } from "./seed-many";
import { createProgress } from "./seed-progress";

const maxProducts = 1_000_000;
const maxSeed = 2 ** 31 - 1;
const patienceMs = 10_000;

const usage = `Usage: npm run seed -- --products <1 to ${maxProducts}> [options]

Fills the catalogue of the shop that runs, or of MONGO_URL (with S3_ENDPOINT and its keys for the pictures), with
categories and products. The same number gives the same products; those that are there stay as they are.

  --seed <number>      other products (1 by default)
  --without-pictures   no images, and so no object store
  --without-events     the other services are not told: for a database that no shop is on
`;

type Asked = Pick<SeedManyOptions, "products" | "seed" | "withPictures" | "withEvents">;

/** @returns what is asked for, "HELP", or what is wrong with it */
function parseCommand(args: string[]): Asked | "HELP" | { problem: string } {
  try {
    const { values } = parseArgs({
      args,
      options: {
        products: { type: "string" },
        seed: { type: "string", default: "1" },
        "without-pictures": { type: "boolean", default: false },
        "without-events": { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) return "HELP";
    const [products, seed] = [Number(values.products), Number(values.seed)];
    if (!isWhole(products, 1, maxProducts)) return { problem: `--products takes a number from 1 to ${maxProducts}.` };
    if (!isWhole(seed, 0, maxSeed)) return { problem: `--seed takes a number from 0 to ${maxSeed}.` };
    return { products, seed, withPictures: !values["without-pictures"], withEvents: !values["without-events"] };
  } catch (error) {
    return { problem: messageOf(error) };
  }
}

async function main(args: string[]): Promise<number> {
  const asked = parseCommand(args);
  if (asked === "HELP") {
    process.stdout.write(usage);
    return 0;
  }
  if ("problem" in asked) {
    process.stderr.write(`${asked.problem}\n\n${usage}`);
    return 1;
  }
  const log = createLogger("product.seed");
  log.level = "error"; // what is waited for in vain is told at the end
  const signal = AbortSignal.timeout(patienceMs);
  try {
    const onProgress = createProgress(asked.products, process.stdout);
    const { made, found } = await seedMany(loadCatalogueConfig(), { ...asked, onProgress, log, signal });
    process.stdout.write(`Made ${made} products; ${found} were there already.\n`);
    return 0;
  } catch (error) {
    const isGivenUp = error instanceof Error && error.name === "AbortError";
    const why = isGivenUp ? "MongoDB does not answer, or lets nobody make an index." : messageOf(error);
    process.stderr.write(`The catalogue could not be filled: ${why}\n`);
    return 1;
  }
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : "unknown";
}

void main(process.argv.slice(2)).then((code) => process.exit(code));
