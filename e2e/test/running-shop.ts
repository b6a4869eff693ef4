import { spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts } from "@shop/local/testing";
import { descendantsOf, isRunning, nameOf } from "./processes";

const root = join(__dirname, "../..");
const start = join(root, "local/start.mjs");
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
  /** Resolves when it has written this, counted from now. */
  writes(text: string): Promise<void>;
  /** The process of a service or a stand-in, by its name in the table. */
  pidOf(name: string): number;
  /** All that it started, and what those did, by their ids. */
  processes(): number[];
  /** SIGTERM, or the signals given. @returns its exit code, and the processes that it left behind */
  stop(...signals: NodeJS.Signals[]): Promise<{ code: number | null; left: number[] }>;
}

/** Free ports and a new data folder for a shop, so that it runs beside any other. */
export async function shopEnvironment(): Promise<Record<string, string>> {
  const ports = await freePorts(host, portVariables.length);
  const dataDir = mkdtempSync(join(tmpdir(), "shop-e2e-"));
  chmodSync(dataDir, 0o755); // where tests run as root, PostgreSQL runs as another user
  return {
    ...Object.fromEntries(portVariables.map((variable, index) => [variable, String(ports[index])])),
    DATA_DIR: dataDir,
    OPS_PORT: "0",
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
  const shop = beginToStart(env, args);
  await shop.writes("The shop is open");
  return shop;
}

/** A start that ends before the shop is open. @returns its exit code and what it wrote to stderr */
export async function refusedStart(
  env: Readonly<Record<string, string>>,
  args: string[] = [],
): Promise<{ code: number | null; message: string }> {
  const child = spawn(process.execPath, [start, ...args], { env: { ...baseEnvironment(), ...env } });
  let message = "";
  child.stdout.resume();
  child.stderr.setEncoding("utf8").on("data", (text: string) => (message += text));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, message };
}

/** A shop that may not be open yet. */
export function beginToStart(env: Readonly<Record<string, string>>, args: string[] = []): RunningShop {
  const child = spawn(process.execPath, [start, ...args], { env: { ...baseEnvironment(), ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const supervisorPid = child.pid ?? 0;
  const processes = (): number[] => descendantsOf(supervisorPid);
  return {
    url: `http://localhost:${env["GATEWAY_PORT"] ?? ""}`,
    dataDir: env["DATA_DIR"] ?? "",
    env,
    supervisorPid,
    output: () => output,
    writes: async (text) => {
      const from = output.length;
      const written = new Promise<void>((resolve) => {
        const look = (): void => {
          if (output.includes(text, from)) resolve();
        };
        child.stdout.on("data", look);
        child.stderr.on("data", look);
      });
      await Promise.race([
        written,
        ended.then((code) => {
          throw new Error(`the shop ended with ${String(code)} before it wrote "${text}":\n${output}`);
        }),
      ]);
    },
    pidOf: (name) => {
      const found = processes().find((pid) => nameOf(pid) === name);
      if (found === undefined) throw new Error(`no process ${name} runs`);
      return found;
    },
    processes,
    stop: async (...signals) => {
      const children = processes();
      for (const signal of signals.length > 0 ? signals : (["SIGTERM"] as const)) child.kill(signal);
      const code = await ended;
      return { code, left: children.filter(isRunning) };
    },
  };
}

/** As `npm run seed -- …` does beside a shop. */
export function startSeed(env: Readonly<Record<string, string>>, ...args: string[]) {
  const child = spawn(process.execPath, [join(root, "local/dist/seed.js"), ...args], {
    env: { ...baseEnvironment(), ...env },
    detached: true, // a process group of its own, as in a terminal
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    output: () => output,
    ended,
    /** Resolves when it has written anything. */
    begun: new Promise<void>((resolve) => child.stdout.once("data", () => resolve())),
    /** Ctrl-C: at all of its processes. */
    interrupt: () => process.kill(-(child.pid ?? 0), "SIGINT"),
  };
}

/** As `npm run dev -w subgraphs/<name>` does. */
export function startDev(name: string, env: Readonly<Record<string, string>>) {
  const cwd = join(root, "subgraphs", name);
  const child = spawn(process.execPath, [join(root, "local/dist/dev.js")], {
    cwd,
    env: { ...baseEnvironment(), ...env },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return { ended, output: () => output, interrupt: () => child.kill("SIGINT") };
}

export function removeData(shop: RunningShop): void {
  rmSync(shop.dataDir, { recursive: true, force: true });
}

/** What a shell gives: nothing that names a store or a port of this run's own tests. */
function baseEnvironment(): Record<string, string> {
  const { PATH = "", HOME = "" } = process.env;
  return { PATH, HOME };
}
