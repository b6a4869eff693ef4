import { type KeyObject } from "node:crypto";
import { type ServiceCallers } from "@shop/auth";
import { durationMs, list, loadEnvironment, port, secret, servicePrivateKey, servicePublicKeys, url } from "@shop/env";
import { z } from "zod";

const variables = z.object({
  HOST: z.string().default("127.0.0.1").describe("The address that the service listens on."),
  ORDER_PORT: port(8082).describe("The order service's port."),
  ORDER_DATABASE_URL: url("postgresql", "postgres").describe("The order service's PostgreSQL database."),
  KAFKA_BROKERS: list().default(["127.0.0.1:9092"]).describe("Kafka's brokers, host:port,host:port."),
  ORDER_CONSUMER_GROUP: z.string().default("order").describe("The Kafka group that instances share."),
  JWKS_URL: url("http", "https")
    .default("http://127.0.0.1:8080/.well-known/jwks.json")
    .describe("Where the user service publishes the keys of access tokens."),
  TOKEN_ISSUER: z.string().default("http://localhost:8080").describe("The `iss` of access tokens."),
  TOKEN_AUDIENCE: z.string().default("shop").describe("The `aud` of access tokens."),
  ORDER_SERVICE_KEY: servicePrivateKey().describe(
    "The order service's own private key, which it proves itself to product with.",
  ),
  GATEWAY_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The gateway's public keys: whose requests a service's /graphql answers; two, with a comma between, while it changes its key.",
  ),
  NOTIFICATION_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The notification service's public keys: it asks order who may watch an order, and user for addresses of mail.",
  ),
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: "must be three capital letters" })
    .default("EUR")
    .describe("The shop's one currency (ISO 4217)."),
  INVENTORY_URL: url("http", "https")
    .default("http://127.0.0.1:8181")
    .describe("The product service's inventory RPC (gRPC)."),
  INVENTORY_TIMEOUT_MS: durationMs(3_000).describe("How long an inventory call may take, in milliseconds."),
  PAYMENT_PROVIDER: z
    .enum(["sandbox", "stripe"])
    .default("sandbox")
    .describe("Who takes payments: the built-in `sandbox`, which moves no real money, or `stripe`."),
  STRIPE_SECRET_KEY: z.string().min(16).optional().describe("Stripe's secret key (`sk_…`); required with `stripe`."),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .min(16)
    .optional()
    .describe("What Stripe signs its webhooks with (`whsec_…`); required with `stripe`."),
  STRIPE_API_URL: url("http", "https").default("https://api.stripe.com").describe("Stripe's API."),
  PAYMENTS_SANDBOX_URL: url("http", "https")
    .default("http://127.0.0.1:8086")
    .describe("The sandbox payment provider, which moves no real money."),
  PAYMENTS_SANDBOX_WEBHOOK_SECRET: secret(
    "development-webhook-secret",
    (given) => given["PAYMENT_PROVIDER"] !== "stripe",
  ).describe("What the sandbox payment provider signs its webhooks with."),
  PAYMENT_PROVIDER_TIMEOUT_MS: durationMs(5_000).describe(
    "How long a call to a payment provider may take, in milliseconds; after that it is asked again later.",
  ),
  ORDER_PAYMENT_TIMEOUT_MS: durationMs(1_800_000).describe(
    "How long an unpaid order holds its stock, in milliseconds; then it expires.",
  ),
  ORDER_RESUME_AFTER_MS: durationMs(10_000).describe(
    "When a worker takes up an order whose placing was cut short, in milliseconds.",
  ),
  ORDER_WORKER_INTERVAL_MS: durationMs(1_000).describe("How often the workers look for work, in milliseconds."),
});

// Told together with whatever else does not fit.
const missing = (name: string) => ({ path: [name], when: () => true });
export const environment = variables
  .refine((given) => given.PAYMENT_PROVIDER !== "stripe" || given.STRIPE_SECRET_KEY, missing("STRIPE_SECRET_KEY"))
  .refine(
    (given) => given.PAYMENT_PROVIDER !== "stripe" || given.STRIPE_WEBHOOK_SECRET,
    missing("STRIPE_WEBHOOK_SECRET"),
  );

export interface Config {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string[];
  /** After so long without a proof of what was revoked no role is believed; a minute, but in tests. */
  readonly feedSilentAfterMs?: number;
  readonly consumerGroup: string;
  readonly tokens: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string };
  /** What this service proves itself with. */
  readonly serviceKey: KeyObject;
  /** Whom /graphql answers. */
  readonly callers: ServiceCallers;
  readonly currency: string;
  readonly inventory: { readonly url: string; readonly timeoutMs: number };
  readonly payments:
    | { readonly provider: "sandbox"; readonly url: string; readonly webhookSecret: string }
    | { readonly provider: "stripe"; readonly url: string; readonly secretKey: string; readonly webhookSecret: string };
  readonly providerTimeoutMs: number;
  readonly paymentTimeoutMs: number;
  readonly resumeAfterMs: number;
  readonly workerIntervalMs: number;
}

/** Reads the environment; ends the process where it does not fit. */
export function loadConfig(): Config {
  const values = loadEnvironment(environment, process.env);
  return {
    host: values.HOST,
    port: values.ORDER_PORT,
    databaseUrl: values.ORDER_DATABASE_URL,
    kafkaBrokers: values.KAFKA_BROKERS,
    consumerGroup: values.ORDER_CONSUMER_GROUP,
    tokens: { jwksUrl: values.JWKS_URL, issuer: values.TOKEN_ISSUER, audience: values.TOKEN_AUDIENCE },
    serviceKey: values.ORDER_SERVICE_KEY,
    callers: {
      gateway: values.GATEWAY_SERVICE_PUBLIC_KEYS,
      notification: values.NOTIFICATION_SERVICE_PUBLIC_KEYS,
    },
    currency: values.SHOP_CURRENCY,
    inventory: { url: values.INVENTORY_URL, timeoutMs: values.INVENTORY_TIMEOUT_MS },
    payments: toPayments(values),
    providerTimeoutMs: values.PAYMENT_PROVIDER_TIMEOUT_MS,
    paymentTimeoutMs: values.ORDER_PAYMENT_TIMEOUT_MS,
    resumeAfterMs: values.ORDER_RESUME_AFTER_MS,
    workerIntervalMs: values.ORDER_WORKER_INTERVAL_MS,
  };
}

function toPayments(values: z.infer<typeof environment>): Config["payments"] {
  if (values.PAYMENT_PROVIDER === "sandbox") {
    return {
      provider: "sandbox",
      url: values.PAYMENTS_SANDBOX_URL,
      webhookSecret: values.PAYMENTS_SANDBOX_WEBHOOK_SECRET,
    };
  }
  // Where they are missing, the environment was refused.
  const { STRIPE_SECRET_KEY: secretKey = "", STRIPE_WEBHOOK_SECRET: webhookSecret = "" } = values;
  return { provider: "stripe", url: values.STRIPE_API_URL, secretKey, webhookSecret };
}
