// The order service as a process of its own, to be killed.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { formatServiceKey } from "@shop/env";
import { type Config } from "../src/config";
import { type Service } from "../src/service";

/** Runs the built service until `stop`, which is a kill -9. */
export async function startProcess(config: Config): Promise<Service> {
  const keysOf = (caller: string): string => (config.callers[caller] ?? []).map(formatServiceKey).join(",");
  const child = spawn(process.execPath, [join(__dirname, "../dist/main.js")], {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      ...process.env,
      LOG_LEVEL: "fatal",
      HOST: config.host,
      ORDER_PORT: String(config.port),
      OPS_PORT: "0",
      ORDER_DATABASE_URL: config.databaseUrl,
      KAFKA_BROKERS: config.kafkaBrokers.join(","),
      ORDER_CONSUMER_GROUP: config.consumerGroup,
      JWKS_URL: config.tokens.jwksUrl,
      TOKEN_ISSUER: config.tokens.issuer,
      TOKEN_AUDIENCE: config.tokens.audience,
      ORDER_SERVICE_KEY: formatServiceKey(config.serviceKey),
      GATEWAY_SERVICE_PUBLIC_KEYS: keysOf("gateway"),
      NOTIFICATION_SERVICE_PUBLIC_KEYS: keysOf("notification"),
      INVENTORY_URL: config.inventory.url,
      PAYMENTS_SANDBOX_URL: config.payments.url,
      PAYMENTS_SANDBOX_WEBHOOK_SECRET: config.payments.webhookSecret,
      ORDER_RESUME_AFTER_MS: String(config.resumeAfterMs),
      ORDER_WORKER_INTERVAL_MS: String(config.workerIntervalMs),
    },
  });
  const exited = once(child, "exit");
  const isReady = (): Promise<boolean> =>
    fetch(`http://${config.host}:${config.port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`the order service ended with ${child.exitCode}`);
    await sleep(50);
  }
  return {
    port: config.port,
    stop: async () => {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
