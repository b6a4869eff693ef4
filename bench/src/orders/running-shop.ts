import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createServiceCredentials, type ServiceCredentialFor } from "@shop/auth";
import { formatServiceKey } from "@shop/env";
import { childEnvironment, checkoutCores, repository } from "../config";
import { findFreePort } from "../free-port";
import { findProcesses, readStart, type ShopProcess } from "./shop-processes";

/** The shop as `npm start` runs it, on ports and data of its own. */
export interface RunningShop {
  /** GraphQL endpoints. */
  readonly gatewayUrl: string;
  readonly orderUrl: string;
  /** The same of notification, with its subscriptions. */
  readonly notificationUrl: string;
  readonly userUrl: string;
  /** What the gateway proves itself with. */
  readonly credentialFor: ServiceCredentialFor;
  /** Every process of it, with the balancer and further instances of order where there are any. */
  processes(): ShopProcess[];
  stop(): Promise<void>;
}

const portVariables = [
  ...["GATEWAY_PORT", "USER_PORT", "PRODUCT_PORT", "ORDER_PORT", "NOTIFICATION_PORT", "COMMENT_PORT"],
  ...["INVENTORY_PORT", "PAYMENTS_SANDBOX_PORT", "POSTGRES_PORT", "MONGO_PORT", "REDIS_PORT", "KAFKA_PORT", "S3_PORT"],
];
const openLine = "The shop is open";
const readyLimitMs = 60_000;
const maxOutputChars = 10_000;

/**
 * Starts a shop on two cores.
 * @param options.env variables for its services
 * @param options.orderInstances with more than one, a balancer stands before them, as the one address that others know
 * @throws with what it wrote where it ends before it is open
 */
export async function startShop(options: {
  orderInstances: number;
  env?: Readonly<Record<string, string>>;
}): Promise<RunningShop> {
  const { orderInstances } = options;
  const ports = await Promise.all(portVariables.map(findFreePort));
  const dataDir = await mkdtemp(join(tmpdir(), "bench-orders-"));
  await chmod(dataDir, 0o755); // where this runs as root, PostgreSQL runs as another user
  const gatewayKeys = generateKeyPairSync("ed25519");
  const env: Record<string, string> = {
    DATA_DIR: dataDir,
    GATEWAY_SERVICE_KEY: formatServiceKey(gatewayKeys.privateKey),
    GATEWAY_SERVICE_PUBLIC_KEYS: formatServiceKey(gatewayKeys.publicKey),
    NODE_ENV: "development", // `production` would make no demo accounts, and no catalogue
    LOG_LEVEL: "warn",
    OTEL_SERVICE_NAME: "supervisor", // it names what it starts itself
    ...Object.fromEntries(portVariables.map((variable, index) => [variable, String(ports[index])])),
    OPS_PORT: "0",
    ...options.env,
  };
  const portOf = (variable: string): string => env[variable] ?? "";
  const urlOf = (variable: string): string => `http://127.0.0.1:${portOf(variable)}`;
  const balancerPort = await findFreePort();
  if (orderInstances > 1) env["ORDER_URL"] = `http://127.0.0.1:${balancerPort}`;

  const shop = startOnCores([join(repository, "local/start.mjs")], env);
  const others: ChildProcess[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all([...others, shop].map((child) => endChild(child)));
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await untilOpen(shop);
    if (orderInstances > 1) {
      const first = findProcesses(shop.pid ?? 0).find(({ name }) => name === "order");
      if (first === undefined) throw new Error("The shop runs no order service.");
      const { args, env: its } = readStart(first.pid);
      const more = await Promise.all(Array.from({ length: orderInstances - 1 }, findFreePort));
      for (const port of more) others.push(startOnCores(args, { ...its, ORDER_PORT: String(port) }));
      const targets = [portOf("ORDER_PORT"), ...more.map(String)];
      others.push(
        startOnCores([join(__dirname, "balancer.js"), String(balancerPort), ...targets], {
          OTEL_SERVICE_NAME: "balancer",
        }),
      );
      await Promise.all(targets.map((port) => untilReady(`http://127.0.0.1:${port}/readyz`)));
      await untilReady(`http://127.0.0.1:${balancerPort}/readyz`);
    }
  } catch (error) {
    await stop();
    throw error;
  }
  const roots = [shop, ...others].flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  return {
    gatewayUrl: `${urlOf("GATEWAY_PORT")}/graphql`,
    orderUrl: `${env["ORDER_URL"] ?? urlOf("ORDER_PORT")}/graphql`,
    userUrl: `${urlOf("USER_PORT")}/graphql`,
    notificationUrl: `${urlOf("NOTIFICATION_PORT")}/graphql`,
    credentialFor: createServiceCredentials({ caller: "gateway", key: gatewayKeys.privateKey }),
    processes: () => roots.flatMap(findProcesses),
    stop,
  };
}

/** taskset becomes what it starts: the child is that process itself. */
function startOnCores(args: readonly string[], env: Readonly<Record<string, string>>): ChildProcess {
  const child = spawn("taskset", ["--cpu-list", checkoutCores, process.execPath, ...args], {
    env: { ...childEnvironment, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.once("error", () => undefined); // told by the missing pid
  if (child.pid === undefined) throw new Error("taskset does not start: the benchmark needs Linux with util-linux.");
  process.once("exit", () => child.kill("SIGTERM"));
  return child;
}

/** @throws with what it wrote where it ends before it is open */
async function untilOpen(shop: ChildProcess): Promise<void> {
  let output = "";
  const open = new Promise<void>((resolve) => {
    for (const stream of [shop.stdout, shop.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        output = `${output}${text}`.slice(-maxOutputChars);
        if (output.includes(openLine)) resolve();
      });
    }
  });
  const ended = once(shop, "exit").then(() => {
    throw new Error(`The shop did not open:\n${output}`);
  });
  await Promise.race([open, ended]);
}

async function untilReady(url: string): Promise<void> {
  const deadlineMs = performance.now() + readyLimitMs;
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (performance.now() > deadlineMs) throw new Error(`Nothing gets ready at ${url}.`);
    await sleep(100);
  }
}

async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  await ended;
}
