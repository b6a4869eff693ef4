// What operators see of a gateway's process, and how it ends.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { resolve } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { testServiceKeys } from "@shop/auth/testing";
import { formatServiceKey } from "@shop/env";
import { connectSocket } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

interface RunningGateway {
  readonly child: ChildProcess;
  readonly url: string;
  readonly operationsUrl: string;
}

let shop: Shop;
let gateway: RunningGateway;
beforeAll(async () => {
  shop = await startShop();
});
beforeEach(async () => {
  gateway = await start();
});
afterEach(async () => {
  shop.product.hanging = false;
  gateway.child.kill("SIGKILL");
  if (gateway.child.exitCode === null && gateway.child.signalCode === null) await once(gateway.child, "exit");
});
afterAll(() => shop.stop());

async function start(): Promise<RunningGateway> {
  const main = resolve(__dirname, "../dist/main.js");
  const child = spawn(process.execPath, ["--require", require.resolve("@shop/telemetry/preload"), main], {
    env: {
      PATH: process.env["PATH"],
      ...{ GATEWAY_PORT: "0", OPS_PORT: "0", NODE_ENV: "production", SUBGRAPH_TIMEOUT_MS: "60000" },
      SUPERGRAPH_FILE: shop.config.supergraphFile,
      GATEWAY_SERVICE_KEY: formatServiceKey(testServiceKeys.gateway.privateKey),
      KAFKA_BROKERS: "127.0.0.1:1",
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ports = await new Promise<{ port: number; operationsPort: number }>((found) => {
    const told: { port?: number; operationsPort?: number } = {};
    createInterface({ input: child.stdout }).on("line", (line) => {
      const { port = told.port, operationsPort = told.operationsPort } = JSON.parse(line) as typeof told;
      Object.assign(told, { port, operationsPort });
      if (port !== undefined && operationsPort !== undefined) found({ port, operationsPort });
    });
  });
  const at = (port: number): string => `http://127.0.0.1:${port}`;
  return { child, url: at(ports.port), operationsUrl: at(ports.operationsPort) };
}

async function ask(query: string, operationName?: string): Promise<Response> {
  const headers = { "content-type": "application/json" };
  return fetch(`${gateway.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query, operationName }) });
}

const metrics = async (): Promise<string> => (await fetch(`${gateway.operationsUrl}/metrics`)).text();

it("measures under labels of which no client can make many, and none that tells of a client", async () => {
  const product = `{ product(id: "prd_1") { name } }`;
  await ask(`query ProductPage ${product}`);
  await ask(product);
  await ask(`query Broken { nothing }`);
  const madeUp = Array.from({ length: 110 }, (_, index) => `Made_up_${index}`);
  await Promise.all(madeUp.map((name) => ask(`query ${name} ${product}`)));
  await ask(`query ${"x".repeat(500)} ${product}`);
  await fetch(`${gateway.url}/users/ada@example.com?token=hunter2`);
  await fetch(`${gateway.url}/v1/nothing/ada@example.com`, { method: "DELETE" });
  const text = await metrics();
  const names = new Set([...text.matchAll(/graphql_operation_name="([^"]*)"/g)].map(([, name]) => name));
  expect([...names]).toEqual(expect.arrayContaining(["ProductPage", "anonymous", "invalid", "other"]));
  expect(names.size).toBeLessThanOrEqual(103);
  expect(text).not.toMatch(/Broken|example|hunter2|xxxx|127\.0\.0\.1/);
  expect(text).toMatch(/http_route="unknown"/);
  expect(text).toMatch(
    /shop_subgraph_call_duration_seconds_count\{[^}]*subgraph="product"[^}]*outcome="answered"[^}]*\} [1-9]/,
  );
  expect(text).toMatch(/shop_refusals_total\{reason="GRAPHQL_VALIDATION_FAILED"\} 1\b/);
  expect(text).toMatch(/shop_plan_cache_lookups_total\{result="miss"\} [1-9]/);
});

it("tells operators at their own port alone", async () => {
  const statusOf = async (path: string, method = "GET") =>
    (await fetch(`${gateway.operationsUrl}${path}`, { method })).status;
  expect(await statusOf("/livez")).toBe(200);
  expect(await statusOf("/metrics", "POST")).toBe(405);
  expect(await statusOf("/__proto__")).toBe(404);
  expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
  const readiness = await fetch(`${gateway.operationsUrl}/readyz`);
  expect(await readiness.json()).toMatchObject({ checks: { supergraph: "ok" } });
});

it("asked to end, takes nobody new, finishes what runs, closes sockets with 1001, and ends with 0", async () => {
  const { child, url, operationsUrl } = gateway;
  const socket = await connectSocket(`${url.replace("http", "ws")}/graphql`);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const [kept] = (await once(get(`${url}/livez`, { agent }).end(), "response")) as [NodeJS.ReadableStream];
  kept.resume();
  const [idle] = (await once(agent, "free")) as [NodeJS.EventEmitter];
  const idleClosed = once(idle, "close");

  shop.product.hanging = true;
  const before = shop.product.requests.length;
  const slow = ask(`{ product(id: "prd_1") { name } }`);
  while (shop.product.requests.length === before) await sleep(10);
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  child.kill("SIGTERM");
  await idleClosed;
  while (
    await fetch(`${url}/livez`).then(
      () => true,
      () => false,
    )
  )
    await sleep(10);
  const draining = await fetch(`${operationsUrl}/readyz`);
  expect([draining.status, await draining.json()]).toEqual([503, { status: "draining", checks: {} }]);
  child.kill("SIGTERM"); // a third time changes nothing
  shop.product.hanging = false;
  const answer = await slow;
  expect([answer.status, await answer.json()]).toEqual([200, { data: { product: { name: "Name of prd_1" } } }]);
  expect(await socket.closed).toBe(1001);
  expect(await exited).toEqual([0, null]);
  agent.destroy();
});
