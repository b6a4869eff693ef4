import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatServiceKey } from "@shop/env";
import { createTestClient, type TestClient } from "@shop/subgraph-server/testing";
import { childEnvironment, repository } from "../config";
import { findFreePort } from "../free-port";
import { type PinnedProcess, startPinned } from "../pinned-process";
import { readReapedCpuMs } from "../process-statistics";

export interface RunningStore {
  /** With the database of the catalogue. */
  readonly url: string;
  /** Null for a server that runs elsewhere. */
  readonly pid: number | null;
  stop(): Promise<void>;
}

export interface RunningProduct {
  readonly pid: number;
  /** Asks as an anonymous customer, through the gateway's door. */
  readonly ask: TestClient<never>["query"];
  stop(): Promise<void>;
}

const gatewayKeys = generateKeyPairSync("ed25519");
const orderKeys = generateKeyPairSync("ed25519");
const startLimitMs = 60_000;
// As `npm start` gives them.
const heapFlags = (maxMb: number): string[] => ["--max-semi-space-size=8", `--max-old-space-size=${maxMb}`];

/** The MongoDB stand-in, with nothing in it. */
export async function startStandIn(): Promise<RunningStore> {
  const dataDir = await mkdtemp(join(tmpdir(), "bench-catalogue-"));
  const port = await findFreePort();
  const script = join(repository, "local/dist/run-stand-in.js");
  const options = JSON.stringify({ host: "127.0.0.1", port, dataDir: join(dataDir, "mongo") });
  const standIn = startPinned({ core: undefined, args: [...heapFlags(2048), script, "mongo", options], ipc: true });
  await once(standIn.child, "message"); // it tells its port once it listens
  return {
    url: `mongodb://127.0.0.1:${port}/shop`,
    pid: standIn.pid,
    stop: async () => {
      await standIn.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

export interface Seeding {
  /** As the seed itself tells it. */
  readonly productsPerSecond: number;
  /** CPU milliseconds that the seed used for a product. */
  readonly cpuMs: number;
}

/**
 * Fills a store as `npm run seed` does.
 * @param onOutput given what the seed says meanwhile
 * @returns null where some of it was there already, which is faster
 */
export async function seed(
  mongoUrl: string,
  products: number,
  onOutput: (text: string) => void,
): Promise<Seeding | null> {
  const script = join(repository, "subgraphs/product/dist/seed-command.js");
  const args = [script, "--products", String(products), "--without-pictures", "--without-events"];
  const cpuBeforeMs = readReapedCpuMs(process.pid);
  // As for development: it needs no secret of production.
  const env = { ...childEnvironment, NODE_ENV: "development", MONGO_URL: mongoUrl };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
    onOutput(text);
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (code !== 0) throw new Error("The catalogue could not be seeded.");
  if (!output.includes(`Made ${products} products`)) return null;
  const [, rate = ""] = [...output.matchAll(/([\d,]+) a second/g)].at(-1) ?? [];
  const cpuMs = (readReapedCpuMs(process.pid) - cpuBeforeMs) / products;
  return { productsPerSecond: Number(rate.replaceAll(",", "")), cpuMs };
}

/** Starts the product service alone: what it lacks (Kafka, the image store) it goes without. */
export async function startProduct(mongoUrl: string): Promise<RunningProduct> {
  const [port, inventoryPort] = [await findFreePort(), await findFreePort()];
  const env = {
    PRODUCT_PORT: String(port),
    OPS_PORT: "0",
    INVENTORY_PORT: String(inventoryPort),
    MONGO_URL: mongoUrl,
    GATEWAY_SERVICE_PUBLIC_KEYS: formatServiceKey(gatewayKeys.publicKey),
    ORDER_SERVICE_PUBLIC_KEYS: formatServiceKey(orderKeys.publicKey),
    S3_SECRET_KEY: "a-secret-of-the-benchmark",
    LOG_LEVEL: "fatal",
  };
  const script = join(repository, "subgraphs/product/dist/main.js");
  const product = startPinned({ core: undefined, args: [...heapFlags(512), script], ipc: false, env });
  await untilReady(product, `http://127.0.0.1:${port}/readyz`);
  const { query: ask } = createTestClient<never>({
    port: () => port,
    callee: "product",
    gatewayKey: gatewayKeys.privateKey,
    headersOf: () => Promise.resolve({}),
  });
  return { pid: product.pid, ask, stop: product.stop };
}

async function untilReady({ child, stop }: PinnedProcess, url: string): Promise<void> {
  const deadlineMs = performance.now() + startLimitMs;
  const isReady = (): Promise<boolean> =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null || performance.now() > deadlineMs) {
      await stop();
      throw new Error("The product service does not get ready.");
    }
    await sleep(100);
  }
}
