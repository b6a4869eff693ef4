// npm run dev -w subgraphs/order: that service from its sources, with reload, in the place of the one that `npm start` runs.
import { spawn } from "node:child_process";
import { request, type IncomingMessage } from "node:http";
import { basename, join } from "node:path";
import { controlSocketOf } from "./control";
import { loadConfig } from "./config";
import { messageOf, ShopFailure } from "./failure";

const root = join(__dirname, "../..");

interface Loan {
  /** What the shop gives its services. */
  readonly env: Record<string, string>;
  /** The service is the shop's again when this closes; it closes when the shop ends. */
  readonly connection: IncomingMessage;
}

async function main(name: string): Promise<void> {
  const { dataDir } = loadConfig(root);
  process.stdout.write(`Taking ${name} over from the shop.\n`);
  const { env, connection } = await takeOver(name, dataDir);
  const tsx = join(root, "node_modules/tsx/dist/cli.mjs");
  const flags = ["--disable-warning=ExperimentalWarning", "--require", require.resolve("@shop/telemetry/preload")];
  const child = spawn(process.execPath, [tsx, "watch", "--clear-screen=false", ...flags, "src/main.ts"], {
    env: { ...env, OTEL_SERVICE_NAME: name },
    stdio: ["ignore", "inherit", "inherit"],
    detached: true, // Ctrl-C reaches this process alone, which passes it on once
  });
  let ending = false;
  const end = (): void => {
    if (!ending) child.kill("SIGTERM"); // npm passes Ctrl-C on too; a second one would cut off what the service is at
    ending = true;
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
  connection.on("error", () => undefined); // the shop is gone, which its close tells too
  connection.once("close", () => {
    process.stdout.write("The shop has ended.\n");
    end();
  });
  child.once("exit", () => process.exit(0));
}

function takeOver(name: string, dataDir: string): Promise<Loan> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath: controlSocketOf(dataDir), path: `/${name}`, method: "POST" }, (connection) => {
      if (connection.statusCode !== 200) {
        reject(new ShopFailure(`The shop does not run ${name} now: another \`npm run dev\` may have it.`));
        return;
      }
      let line = "";
      connection.setEncoding("utf8").on("data", (text: string) => {
        line += text;
        if (line.endsWith("\n")) resolve({ env: JSON.parse(line) as Record<string, string>, connection });
      });
    });
    call.once("error", () => {
      reject(new ShopFailure(`No shop runs on ${dataDir}: start one with \`npm start\` in another terminal.`));
    });
    call.end();
  });
}

main(basename(process.cwd())).catch((error: unknown) => {
  process.stderr.write(`${messageOf(error)}\n`);
  process.exit(1);
});
