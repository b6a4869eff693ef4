// npm run dev -w subgraphs/order: that service from its sources, with reload, in the place of the one that `npm start` runs.
import { spawn } from "node:child_process";
import { request, type IncomingMessage } from "node:http";
import { basename, join, resolve } from "node:path";
import { controlSocketOf } from "./control";
import { loadConfig } from "./config";

const root = join(__dirname, "../..");
const name = basename(process.cwd());
const { dataDir } = loadConfig(root);

/** Takes the service over from the running shop, for as long as the connection stays open. */
function takeOver(): Promise<{ env: Record<string, string>; connection: IncomingMessage }> {
  return new Promise((resolveWith, reject) => {
    const call = request({ socketPath: controlSocketOf(dataDir), path: `/${name}`, method: "POST" }, (connection) => {
      if (connection.statusCode !== 200) {
        reject(new Error(`The running shop has no service "${name}".`));
        return;
      }
      connection.setEncoding("utf8").once("data", (text: string) => {
        resolveWith({ env: JSON.parse(text) as Record<string, string>, connection });
      });
    });
    call.once("error", () => reject(new Error("No shop runs here: start one with `npm start` in another terminal.")));
    call.end();
  });
}

async function main(): Promise<void> {
  const { env, connection } = await takeOver();
  const tsx = resolve(root, "node_modules/tsx/dist/cli.mjs");
  const flags = ["--disable-warning=ExperimentalWarning", "--require", require.resolve("@shop/telemetry/preload")];
  const child = spawn(process.execPath, [tsx, "watch", "--clear-screen=false", ...flags, "src/main.ts"], {
    env: { ...env, OTEL_SERVICE_NAME: name },
    stdio: "inherit",
  });
  process.on("SIGINT", () => undefined); // the child has it too, and its end is ours
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  connection.once("close", () => child.kill("SIGTERM"));
  child.once("exit", (code) => process.exit(code ?? 0));
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});
