import { spawn } from "node:child_process";
import { request } from "node:http";
import { json } from "node:stream/consumers";
import { type Config } from "./config";
import { controlSocketOf } from "./control";
import { messageOf, ShopFailure } from "./failure";

/**
 * Becomes a command of a service or a package, in the environment of the shop that runs, or in the one given where that
 * names the store.
 * @param options.wayOut what to do where no shop runs
 */
export function runShopCommand(
  { dataDir, inherited }: Config,
  options: { script: string; args: readonly string[]; isStoreGiven: boolean; wayOut: string },
): void {
  const run = async (): Promise<void> => {
    const env = options.isStoreGiven ? inherited : await environmentOfShop(dataDir, options.wayOut);
    const command = spawn(process.execPath, [options.script, ...options.args], { env: { ...env }, stdio: "inherit" });
    command.once("exit", (code) => process.exit(code ?? 1));
  };
  run().catch((error: unknown) => {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(1);
  });
}

/** What the shop that runs gives its services. */
function environmentOfShop(dataDir: string, wayOut: string): Promise<Record<string, string>> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: controlSocketOf(dataDir), path: "/" }, (response) => {
      json(response).then((env) => resolve(env as Record<string, string>), reject);
    });
    call.once("error", () => reject(new ShopFailure(`No shop runs on ${dataDir}: ${wayOut}`)));
    call.end();
  });
}
