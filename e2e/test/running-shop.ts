import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "@shop/local/testing";

const start = join(__dirname, "../../local/dist/start.js");
const host = "127.0.0.1";
const portVariables = [
  "GATEWAY_PORT",
  "USER_PORT",
  "PRODUCT_PORT",
  "ORDER_PORT",
  "NOTIFICATION_PORT",
  "COMMENT_PORT",
  "INVENTORY_PORT",
  "PAYMENTS_SANDBOX_PORT",
  "POSTGRES_PORT",
  "MONGO_PORT",
  "REDIS_PORT",
  "KAFKA_PORT",
  "S3_PORT",
];

export interface RunningShop {
  /** The gateway, the only address that a journey uses. */
  readonly url: string;
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly supervisorPid: number;
  /** What it has written so far, to both streams. */
  output(): string;
  /** The process of a service or a stand-in, by its name in the table. */
  pidOf(name: string): number;
  /** SIGTERM. @returns its exit code, and the processes that it left behind */
  stop(): Promise<{ code: number | null; left: number[] }>;
}

/** Free ports and a new data folder for a shop, so that it runs beside any other. */
export async function shopEnvironment(): Promise<Record<string, string>> {
  const ports = await freePorts(host, portVariables.length);
  const dataDir = mkdtempSync(join(tmpdir(), "shop-e2e-"));
  chmodSync(dataDir, 0o755); // where tests run as root, PostgreSQL runs as another user
  return {
    ...Object.fromEntries(portVariables.map((variable, index) => [variable, String(ports[index])])),
    DATA_DIR: dataDir,
    NODE_ENV: "development",
  };
}

/**
 * The shop as `npm start` runs it.
 * @param env as shopEnvironment gives it; the same again is the same shop, started a second time
 * @throws with all it wrote where it ends before it is open
 */
export async function startRunningShop(
  env: Readonly<Record<string, string>>,
  args: string[] = [],
): Promise<RunningShop> {
  const child = spawn(process.execPath, [start, ...args], { env: { ...baseEnvironment(), ...env } });
  let output = "";
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const open = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if (output.includes("The shop is open")) resolve();
      });
    }
  });
  await Promise.race([
    open,
    ended.then((code) => {
      throw new Error(`the shop ended with ${String(code)} before it was open:\n${output}`);
    }),
  ]);
  const supervisorPid = child.pid ?? 0;
  return {
    url: `http://localhost:${env["GATEWAY_PORT"] ?? ""}`,
    dataDir: env["DATA_DIR"] ?? "",
    env,
    supervisorPid,
    output: () => output,
    pidOf: (name) => {
      const found = processes().find(({ parent, name: own }) => parent === supervisorPid && own === name);
      if (found === undefined) throw new Error(`no process ${name} runs`);
      return found.pid;
    },
    stop: async () => {
      const children = processes().filter(({ parent }) => parent === supervisorPid);
      child.kill("SIGTERM");
      const code = await ended;
      const running = new Set(processes().map(({ pid }) => pid));
      return { code, left: children.map(({ pid }) => pid).filter((pid) => running.has(pid)) };
    },
  };
}

export function removeData(shop: RunningShop): void {
  rmSync(shop.dataDir, { recursive: true, force: true });
}

/** What a shell gives: nothing that names a store or a port of this run's own tests. */
function baseEnvironment(): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME };
}

interface RunningProcess {
  readonly pid: number;
  readonly parent: number;
  /** As it was started under; empty for what is none of ours. */
  readonly name: string;
}

function processes(): RunningProcess[] {
  const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return pids.flatMap((pid) => {
    try {
      const [, parent = "0"] = /\) . (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
      const environment = readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
      const name = environment.find((entry) => entry.startsWith("OTEL_SERVICE_NAME="))?.slice(18) ?? "";
      return [{ pid, parent: Number(parent), name }];
    } catch {
      return []; // it ended meanwhile
    }
  });
}
