// Run by `npm run bench:abuse`: what each abusive request costs the gateway in CPU, and the dearest that it admits.
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatServiceKey } from "@shop/env";
import { abuses, dearest } from "./abuse-collection";
import { childEnvironment, repository } from "./config";
import { findFreePort } from "./free-port";
import { readCpuMs } from "./process-statistics";

interface Sent {
  readonly name: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** CPU time is counted in steps of 10 ms: so many requests make a step half a millisecond. */
const repetitions = 20;
const startTimeoutMs = 30_000;

async function main(): Promise<void> {
  const gateway = await startGateway();
  try {
    for (const { query, variables } of [...abuses, ...dearest]) await post(gateway.url, query, variables); // warms up
    print("Refused", await measureAll(abuses, gateway));
    print("Admitted: parsed, validated, planned and answered without data", await measureAll(dearest, gateway));
  } finally {
    gateway.stop();
  }
}

interface Measured {
  readonly name: string;
  readonly answer: string;
  readonly cpuMs: number;
}

async function measureAll(all: readonly Sent[], gateway: { url: string; pid: number }): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const { name, query, variables } of all) {
    const before = readCpuMs(gateway.pid);
    let answer = "";
    for (let n = 0; n < repetitions; n += 1) {
      // Another text each time: nothing that is remembered of the one before helps.
      answer = await post(gateway.url, `${query} #${n}`, variables);
    }
    measured.push({ name, answer, cpuMs: (readCpuMs(gateway.pid) - before) / repetitions });
  }
  return measured;
}

async function post(url: string, query: string, variables: Sent["variables"]): Promise<string> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query, variables }),
  });
  const { errors } = (await response.json()) as { errors?: readonly { extensions: { code: string } }[] };
  return `${response.status} ${errors?.[0]?.extensions.code ?? ""}`;
}

function print(title: string, measured: readonly Measured[]): void {
  const rows = [...measured].sort((one, other) => other.cpuMs - one.cpuMs);
  const lines = rows.map(({ name, answer, cpuMs }) => `| ${name} | ${answer} | ${cpuMs.toFixed(1)} |`);
  process.stdout.write(`\n${title}\n\n| Request | Answer | CPU, ms |\n|---|---|---:|\n${lines.join("\n")}\n`);
}

/** The gateway as it is configured, on the shop's supergraph, with nobody behind it. */
async function startGateway(): Promise<{ url: string; pid: number; stop: () => void }> {
  const [port, deadPort] = [await findFreePort(), await findFreePort()];
  const nobody = `http://127.0.0.1:${deadPort}`;
  const services = ["USER", "PRODUCT", "ORDER", "COMMENT", "NOTIFICATION"];
  const child = spawn(process.execPath, [join(repository, "gateway/dist/main.js")], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...childEnvironment,
      ...Object.fromEntries(services.map((name) => [`${name}_URL`, nobody])),
      GATEWAY_SERVICE_KEY: formatServiceKey(generateKeyPairSync("ed25519").privateKey),
      GATEWAY_PORT: String(port),
      OPS_PORT: "0",
      INTROSPECTION: "true",
      RATE_LIMIT_ADDRESS: "0",
      LOG_LEVEL: "silent",
    },
  });
  const url = `http://127.0.0.1:${port}/graphql`;
  const deadlineMs = performance.now() + startTimeoutMs;
  while (!(await isReady(`http://127.0.0.1:${port}/readyz`))) {
    if (child.exitCode !== null || performance.now() > deadlineMs) throw new Error("The gateway does not start.");
    await sleep(100);
  }
  return { url, pid: child.pid ?? 0, stop: () => child.kill("SIGKILL") };
}

async function isReady(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

void main();
