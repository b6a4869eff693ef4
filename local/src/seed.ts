// npm run seed -- --products 100000: a large catalogue in the database of the shop that runs, of MONGO_URL or of --mongo.
import { spawn } from "node:child_process";
import { request } from "node:http";
import { join } from "node:path";
import { json } from "node:stream/consumers";
import { loadConfig } from "./config";
import { controlSocketOf } from "./control";
import { messageOf, ShopFailure } from "./failure";

const root = join(__dirname, "../..");
const script = join(root, "subgraphs/product/dist/seed-command.js");

async function main(args: readonly string[]): Promise<void> {
  const { dataDir, inherited, MONGO_URL: mongoUrl } = loadConfig(root);
  const isGiven = mongoUrl !== undefined || args.some((argument) => argument.startsWith("--mongo"));
  const env = isGiven ? inherited : await environmentOfShop(dataDir);
  spawn(process.execPath, [script, ...args], { env: { ...env }, stdio: "inherit" }).once("exit", (code) => {
    process.exit(code ?? 1);
  });
}

/** What the shop that runs gives its services. */
function environmentOfShop(dataDir: string): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: controlSocketOf(dataDir), path: "/" }, (response) => {
      json(response).then((env) => resolve(env as Record<string, string>), reject);
    });
    call.once("error", () => {
      reject(new ShopFailure(`No shop runs on ${dataDir}: start one with \`npm start\`, or name a --mongo <url>.`));
    });
    call.end();
  });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
