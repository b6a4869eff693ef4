// The order service as it runs, on stores and neighbours of its own, spoken to through its door.
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Role } from "@shop/auth";
import { neverSilentMs, startTestIssuer, testServiceKeys } from "@shop/auth/testing";
import { createId } from "@shop/ids";
import { createTestDatabase, testStores } from "@shop/local/testing";
import { createTestClient, eventually, startTcpGate } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { Client } from "pg";
import { freePorts } from "../../../local/src/ports";
import { startPaymentsSandbox } from "../../../local/src/payments-sandbox/server";
import { type Config } from "../src/config";
import { startService, type Service } from "../src/service";
import { startTestInventory, type TestInventory } from "./inventory";
import * as documents from "./documents";

export interface Person {
  readonly userId: string;
  readonly role?: Role;
  readonly sessionId?: string;
  /** When the token is from; of the moment, where it is not said. */
  readonly issuedAt?: Date;
}

export interface UserErrorAnswer {
  readonly code: string;
  readonly path: string[];
  readonly [field: string]: unknown;
}

export interface OrderAnswer {
  readonly id: string;
  readonly number: string;
  readonly status: string;
  readonly version: number;
  readonly total: { amountMinor: number; currency: string } | null;
  readonly [field: string]: unknown;
}

export interface PaymentAnswer {
  readonly id: string;
  readonly status: string;
  readonly refunded: { amountMinor: number };
  readonly transactions: { id: string; kind: string; status: string; failureCode: string | null }[];
}

interface Charge {
  readonly id: string;
  readonly amountMinor: number;
  readonly state: string;
  readonly refundedMinor: number;
}

export type TestShop = Awaited<ReturnType<typeof startShop>>;

const host = "127.0.0.1";
const storedTables = [
  "orders",
  "order_lines",
  "order_timeline",
  "payments",
  "transactions",
  "idempotency_keys",
  "outbox",
] as const;
export const webhookSecret = "a-webhook-secret-for-tests";

export function someone(role: Role = "CUSTOMER"): Person {
  return { userId: createId("usr"), role };
}

export const address = { recipient: "Ada", line1: "Lane 1", city: "Town", postalCode: "12345", countryCode: "DE" };

/** @param run how the service runs: within the test, unless it is to be killed */
export async function startShop(overrides: Partial<Config> = {}, run: typeof startService = startService) {
  const log = createLogger("order-test");
  log.level = process.env["LOG_LEVEL"] ?? "silent";
  const database = await createTestDatabase("order");
  const issuer = await startTestIssuer();
  const inventory: TestInventory = await startTestInventory({ log });
  const dataDir = mkdtempSync(join(tmpdir(), "payments-"));
  const [port = 0] = await freePorts(host, 1); // the sandbox has to know it before the service runs
  const sandbox = await startPaymentsSandbox({
    host,
    port: 0,
    dataDir,
    webhookUrl: `http://${host}:${port}/v1/payment-webhooks/sandbox`,
    webhookSecret,
    log,
  });
  const sandboxUrl = `http://${host}:${sandbox.port}`;
  const gate = await startTcpGate(sandboxUrl);
  const config: Config = {
    host,
    port,
    databaseUrl: database.url,
    kafkaBrokers: testStores().kafkaBrokers,
    feedSilentAfterMs: neverSilentMs,
    consumerGroup: `order-${randomUUID()}`,
    tokens: issuer,
    serviceKey: testServiceKeys.order.privateKey,
    callers: {
      gateway: [testServiceKeys.gateway.publicKey],
      notification: [testServiceKeys.notification.publicKey],
    },
    currency: "EUR",
    // Both limits outlast a machine that stands still for some seconds, and together they are shorter than a lease.
    inventory: { url: inventory.url, timeoutMs: 4_000 },
    payments: { provider: "sandbox", url: gate.url, webhookSecret },
    providerTimeoutMs: 4_000,
    paymentTimeoutMs: 600_000,
    resumeAfterMs: 10_000,
    workerIntervalMs: 100,
    ...overrides,
  };
  let service: Service = await run(config, log);
  const serviceUrl = `http://${host}:${port}`;
  const sql = new Client({ connectionString: database.url });
  await sql.connect();
  const client = createTestClient<Person>({
    port: () => port,
    callee: "order",
    gatewayKey: testServiceKeys.gateway.privateKey,
    headersOf: async (person) => ({ authorization: await issuer.bearer(person) }),
  });
  const mutate = client.field;

  const shop = {
    inventory,
    sql,
    config,
    query: client.query,
    mutate,
    rest: client.rest,
    serviceUrl,
    restart: async () => {
      await service.stop();
      service = await run(config, log);
    },
    place: (
      as: Person,
      lines: Record<string, number>,
      input: object = {},
    ): Promise<{ order: OrderAnswer | null; errors: UserErrorAnswer[] }> =>
      mutate(documents.placeOrder, { input: { ...placement(lines), ...input } }, as),
    /** An order that awaits its payment; on a slow machine that may take the worker. */
    placed: async (as: Person, lines: Record<string, number>): Promise<OrderAnswer> => {
      const { order, errors } = await shop.place(as, lines);
      if (order === null || errors.length > 0) throw new Error(JSON.stringify(errors));
      return order.status === "PENDING" ? shop.until(as, order.id, "AWAITING_PAYMENT") : order;
    },
    /** The order once it has come to a status. */
    until: async (as: Person, id: string, status: string): Promise<OrderAnswer> => {
      const order = await eventually(
        () => shop.order(as, id),
        (now) => now?.status === status,
      );
      if (order === null) throw new Error(`there is no order ${id}`);
      return order;
    },
    pay: (
      as: Person,
      orderId: string,
      paymentToken = "tok_ok",
      idempotencyKey: string = randomUUID(),
    ): Promise<{ payment: PaymentAnswer | null; order: OrderAnswer | null; errors: UserErrorAnswer[] }> =>
      mutate(documents.payOrder, { input: { orderId, paymentToken, idempotencyKey } }, as),
    paid: async (
      as: Person,
      lines: Record<string, number>,
    ): Promise<{ order: OrderAnswer; payment: PaymentAnswer }> => {
      const { id } = await shop.placed(as, lines);
      const { errors } = await shop.pay(as, id);
      if (errors.length > 0) throw new Error(JSON.stringify(errors));
      const order = await shop.until(as, id, "PAID");
      const [payment] = order["payments"] as PaymentAnswer[];
      if (payment === undefined) throw new Error(`order ${id} is paid by nothing`);
      return { order, payment };
    },
    cancel: (
      as: Person,
      id: string,
      request: { reason?: string; idempotencyKey?: string } = {},
    ): Promise<{ order: OrderAnswer | null; errors: UserErrorAnswer[] }> =>
      mutate(documents.cancelOrder, { id, idempotencyKey: randomUUID(), ...request }, as),
    ship: (as: Person, id: string): Promise<{ order: OrderAnswer | null; errors: UserErrorAnswer[] }> =>
      mutate(documents.shipOrder, { id, trackingNumber: "TRACK-1" }, as),
    deliver: (as: Person, id: string): Promise<{ order: OrderAnswer | null; errors: UserErrorAnswer[] }> =>
      mutate(documents.deliverOrder, { id }, as),
    refund: (
      as: Person,
      paymentId: string,
      request: { amountMinor?: number; idempotencyKey?: string; currency?: string } = {},
    ): Promise<{ payment: PaymentAnswer | null; errors: UserErrorAnswer[] }> => {
      const { amountMinor, currency = "EUR", idempotencyKey = randomUUID() } = request;
      const amount = amountMinor === undefined ? undefined : { amountMinor, currency };
      return mutate(documents.refundPayment, { input: { paymentId, amount, idempotencyKey } }, as);
    },
    order: async (as: Person | null, id: string): Promise<OrderAnswer | null> =>
      (await client.query<{ order: OrderAnswer | null }>(documents.orderById, { id }, as)).data.order,
    /** The ids of a page of orders. */
    list: async (as: Person, variables: object = {}): Promise<string[]> => {
      type Page = { orders: { edges: { node: { id: string } }[] } };
      const { data } = await client.query<Page>(documents.orders, variables, as);
      return data.orders.edges.map(({ node }) => node.id);
    },
    /** Between the service and its provider, and away from the provider's webhooks. */
    providerGate: gate,
    /** Does something at the provider, past the service. */
    atProvider: async (path: string, idempotencyKey: string): Promise<void> => {
      const headers = { "content-type": "application/json", "idempotency-key": idempotencyKey };
      const { ok, status } = await fetch(`${sandboxUrl}${path}`, { method: "POST", headers, body: "{}" });
      if (!ok) throw new Error(`the provider answered ${status}`);
    },
    /** Half a minute later: whatever waits for its next try is tried. */
    hurry: () => sql.query("UPDATE transactions SET attend_at = now() WHERE status = 'PENDING'"),
    /** What the provider holds and has taken, for the customers of this shop. */
    charges: async (): Promise<Charge[]> =>
      ((await (await fetch(`${sandboxUrl}/v1/charges`)).json()) as { charges: Charge[] }).charges,
    /** All that is stored, to be compared with what is stored later. */
    stored: async (): Promise<unknown[]> => {
      const rows: unknown[] = [];
      for (const table of storedTables) {
        rows.push((await sql.query(`SELECT to_jsonb(t) - 'published_at' AS row FROM ${table} t ORDER BY 1`)).rows);
      }
      return rows;
    },
    /** Asks one of the service's own routes with a body, and a key of its own where none is given. */
    post: async (path: string, as: Person | null, body: object = {}, idempotencyKey: string = randomUUID()) => {
      const response = await fetch(`${serviceUrl}${path}`, {
        method: "POST",
        headers: {
          "content-type": "application/json",
          "idempotency-key": idempotencyKey,
          ...(as === null ? {} : { authorization: await issuer.bearer(as) }),
        },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    },
    /** The event types that were written for an order, oldest first. */
    events: async (orderId: string): Promise<string[]> => {
      const { rows } = await sql.query<{ type: string }>(
        "SELECT type FROM outbox WHERE key = $1 AND topic = 'order.v1' ORDER BY position",
        [orderId],
      );
      return rows.map(({ type }) => type);
    },
    stop: async () => {
      await service.stop();
      await gate.stop();
      await sandbox.stop();
      await inventory.stop();
      await issuer.stop();
      await sql.end();
      await database.drop();
      rmSync(dataDir, { recursive: true });
    },
  };
  return shop;
}

export function placement(lines: Record<string, number>) {
  return {
    lines: Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity })),
    shippingAddress: address,
    idempotencyKey: randomUUID(),
  };
}
