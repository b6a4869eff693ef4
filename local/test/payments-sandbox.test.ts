import { fork } from "node:child_process";
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { createLogger } from "@shop/telemetry";
import { startPaymentsSandbox } from "../src/payments-sandbox/server";
import { type StandIn } from "../src/stand-in";

const host = "127.0.0.1";
const webhookSecret = "a-webhook-secret-for-tests";
const log = createLogger("payments-sandbox-test");
log.level = "silent";

interface Received {
  readonly signature: string;
  readonly body: string;
}

let dataDir: string;
let sandbox: StandIn;
let merchant: Server;
let merchantUrl: string;
let received: Received[];
let refuseWebhooks: number;
let onReceived: () => void;

beforeEach(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "payments-"));
  received = [];
  refuseWebhooks = 0;
  onReceived = () => undefined;
  merchant = createServer((request, response) => {
    void request.toArray().then((chunks: Buffer[]) => {
      const refused = refuseWebhooks-- > 0;
      if (!refused) {
        const signature = String(request.headers["sandbox-signature"]);
        received.push({ signature, body: Buffer.concat(chunks).toString() });
      }
      response.writeHead(refused ? 503 : 204).end();
      onReceived();
    });
  });
  await new Promise<void>((resolve) => merchant.listen(0, host, resolve));
  merchantUrl = `http://${host}:${(merchant.address() as AddressInfo).port}/hook`;
  sandbox = await start();
});

afterEach(async () => {
  await sandbox.stop();
  await new Promise((resolve) => {
    merchant.close(resolve);
    merchant.closeAllConnections();
  });
  rmSync(dataDir, { recursive: true });
});

function start(): Promise<StandIn> {
  return startPaymentsSandbox({ host, port: 0, dataDir, webhookUrl: merchantUrl, webhookSecret, log });
}

async function post(path: string, key: string, body: object = {}, signal?: AbortSignal) {
  const response = await fetch(`http://${host}:${sandbox.port}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", "idempotency-key": key },
    body: JSON.stringify(body),
    signal: signal ?? null,
  });
  return { status: response.status, operation: (await response.json()) as Record<string, unknown> };
}

async function get(path: string) {
  const response = await fetch(`http://${host}:${sandbox.port}${path}`);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const charge = (token: string, key: string = randomUUID(), signal?: AbortSignal) =>
  post("/v1/charges", key, { amountMinor: 500, currency: "EUR", token }, signal);
const charges = async () => (await get("/v1/charges")).body["charges"];

/** Waits for so many, each once: what was taken, and not yet noted when the sandbox stopped, is sent again. */
async function webhooks(count: number): Promise<Received[]> {
  const each = () => [...new Map(received.map((one) => [one.body, one])).values()];
  while (each().length < count) {
    await new Promise<void>((resolve) => {
      onReceived = resolve;
    });
  }
  return each();
}

it("holds, takes and gives back money, each once per key", async () => {
  const key = randomUUID();
  const first = await charge("tok_ok", key);
  expect(first).toMatchObject({ status: 200, operation: { kind: "authorize", status: "succeeded" } });
  expect(await charge("tok_ok", key)).toEqual(first);
  expect(await post("/v1/charges", key, { amountMinor: 1, currency: "EUR", token: "tok_ok" })).toMatchObject({
    status: 422,
  });
  expect(await get(`/v1/operations/${key}`)).toEqual({ status: 200, body: first.operation });
  expect(await get("/v1/operations/unknown")).toMatchObject({ status: 404 });

  const at = `/v1/charges/${String(first.operation["chargeId"])}`;
  const capture = await post(`${at}/capture`, "capture-1");
  expect(capture.operation).toMatchObject({ status: "succeeded" });
  expect(await post(`${at}/capture`, "capture-1")).toEqual(capture);
  expect((await post(`${at}/capture`, "capture-2")).operation).toMatchObject({ status: "succeeded" });
  expect((await post(`${at}/void`, "void-1")).operation).toMatchObject({ failureCode: "already_captured" });
  expect((await post(`${at}/refunds`, "refund-1", { amountMinor: 300 })).operation).toMatchObject({
    status: "succeeded",
  });
  expect((await post(`${at}/refunds`, "refund-1", { amountMinor: 300 })).operation).toMatchObject({
    status: "succeeded",
  });
  expect((await post(`${at}/refunds`, "refund-2", { amountMinor: 201 })).operation).toMatchObject({
    status: "failed",
    failureCode: "amount_refused",
  });
  expect(await charges()).toMatchObject([{ state: "captured", amountMinor: 500, refundedMinor: 300 }]);
});

it("declines by token", async () => {
  expect((await charge("tok_declined")).operation).toMatchObject({ status: "failed", failureCode: "card_declined" });
  expect((await charge("tok_insufficient_funds")).operation).toMatchObject({ failureCode: "insufficient_funds" });
  expect((await charge("tok_of_nobody")).operation).toMatchObject({ failureCode: "invalid_token" });
});

it("charges and answers too late, and says so when it is asked again", async () => {
  const key = randomUUID();
  await expect(charge("tok_timeout_then_ok", key, AbortSignal.timeout(300))).rejects.toThrow("timeout");
  expect((await charge("tok_timeout_then_ok", key)).operation).toMatchObject({ status: "succeeded" });
  expect(await charges()).toHaveLength(1);
});

it("settles a pending charge by itself and tells of it by a signed webhook", async () => {
  const key = randomUUID();
  expect((await charge("tok_pending", key)).operation).toMatchObject({ status: "pending" });
  const [webhook] = await webhooks(1);
  const [, time, signature] = /^t=(\d+),v1=(\w+)$/.exec(webhook?.signature ?? "") ?? [];
  expect(JSON.parse(webhook?.body ?? "")).toMatchObject({ type: "authorize.succeeded", key });
  expect(signature).toBe(createHmac("sha256", webhookSecret).update(`${time}.${webhook?.body}`).digest("hex"));
  expect((await get(`/v1/operations/${key}`)).body).toMatchObject({ status: "succeeded" });
});

it("sends a webhook again until it is taken", async () => {
  refuseWebhooks = 2;
  const key = randomUUID();
  await charge("tok_ok", key);
  const [webhook] = await webhooks(1);
  expect(JSON.parse(webhook?.body ?? "")).toMatchObject({ key });
  // What was taken is not told of again after a restart, once that is noted.
  while (!readFileSync(join(dataDir, "webhooks.jsonl"), "utf8").endsWith("\n")) await setTimeout(10);
  await sandbox.stop();
  sandbox = await start();
  const another = randomUUID();
  await charge("tok_ok", another);
  await webhooks(2);
  expect(received.map(({ body }) => (JSON.parse(body) as { key: string }).key)).toEqual([key, another]);
});

it("has its books back after a restart, without a last line that was cut short", async () => {
  const key = randomUUID();
  const { operation } = await charge("tok_ok", key);
  const pending = randomUUID();
  await charge("tok_pending", pending);
  const before = (await charges()) as { state: string }[];
  await sandbox.stop();
  appendFileSync(join(dataDir, "operations.jsonl"), '{"operation":{"id":"op_');
  sandbox = await start();
  expect((await charge("tok_ok", key)).operation).toEqual(operation);
  const told = (await webhooks(2)).map(({ body }) => (JSON.parse(body) as { key: string }).key);
  expect(told.sort()).toEqual([key, pending].sort());
  // Only now: what is pending settles a second after it was asked for, which may be before the stop.
  expect(await charges()).toEqual(before.map((one) => ({ ...one, state: "authorized" })));
});

it("loses neither its books nor a webhook to a kill while the merchant is down", async () => {
  await sandbox.stop();
  const options = JSON.stringify({ host, port: 0, dataDir, webhookUrl: merchantUrl, webhookSecret });
  const script = join(__dirname, "../dist/run-stand-in.js");
  const env = { ...process.env, LOG_LEVEL: "fatal" };
  const child = fork(script, ["payments", options], { env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const [{ port }] = (await once(child, "message")) as [{ port: number }];
  sandbox = { port, stop: () => Promise.resolve() };
  refuseWebhooks = Infinity;
  const key = randomUUID();
  const { operation } = await charge("tok_ok", key);
  const pending = randomUUID();
  await charge("tok_pending", pending);
  child.kill("SIGKILL");
  await once(child, "exit");

  refuseWebhooks = 0;
  sandbox = await start();
  expect((await charge("tok_ok", key)).operation).toEqual(operation);
  const told = (await webhooks(2)).map(({ body }) => JSON.parse(body) as { type: string; key: string });
  expect(told.map((event) => event.key).sort()).toEqual([key, pending].sort());
  expect(told.map(({ type }) => type)).toEqual(["authorize.succeeded", "authorize.succeeded"]);
});

it("refuses a request that is none", async () => {
  expect(await post("/v1/charges", randomUUID(), { amountMinor: -1 })).toMatchObject({ status: 400 });
  expect(await post("/v1/charges/ch_none/capture", randomUUID())).toMatchObject({ status: 404 });
  expect(await post("/v1/charges/ch_none/steal", randomUUID())).toMatchObject({ status: 404 });
});
