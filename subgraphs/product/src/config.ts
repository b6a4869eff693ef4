import { type ServiceCallers } from "@shop/auth";
import { durationMs, list, loadEnvironment, port, servicePublicKeys, url } from "@shop/env";
import { type ImageStoreConfig, imageStoreEnvironment, toImageStoreConfig } from "@shop/images";
import { z } from "zod";

export const environment = z.object({
  HOST: z.string().default("127.0.0.1").describe("Address that the service listens on"),
  PRODUCT_PORT: port(8081).describe("Port of the product service"),
  INVENTORY_PORT: port(8181).describe("Port of the inventory RPC (gRPC), for the order service"),
  MONGO_URL: url("mongodb", "mongodb+srv")
    .default("mongodb://127.0.0.1:27017/shop")
    .describe("MongoDB with the database of the catalogue"),
  KAFKA_BROKERS: list().default(["127.0.0.1:9092"]).describe("Kafka brokers, as host:port with commas between"),
  PRODUCT_CONSUMER_GROUP: z.string().default("product").describe("The Kafka group that instances share"),
  ...imageStoreEnvironment.shape,
  JWKS_URL: url("http", "https")
    .default("http://127.0.0.1:8080/.well-known/jwks.json")
    .describe("Where the user service publishes the keys of access tokens"),
  TOKEN_ISSUER: z.string().default("http://localhost:8080").describe("Issuer that access tokens must name"),
  TOKEN_AUDIENCE: z.string().default("shop").describe("Audience that access tokens must name"),
  GATEWAY_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The gateway's public keys: whose requests a service's /graphql answers; two, with a comma between, while it changes its key.",
  ),
  ORDER_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The order service's public keys: whose calls the inventory RPC answers.",
  ),
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/, { error: "must be three capital letters" })
    .default("EUR")
    .describe("The shop's one currency (ISO 4217)"),
  HOLD_SWEEP_INTERVAL_MS: durationMs(2_000).describe(
    "How often stock whose hold has lapsed is let go, in milliseconds",
  ),
});

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly inventoryPort: number;
  readonly mongoUrl: string;
  readonly kafkaBrokers: string[];
  /** After so long without a proof of what was revoked no role is believed; a minute, but in tests. */
  readonly feedSilentAfterMs?: number;
  readonly consumerGroup: string;
  readonly imageStore: ImageStoreConfig;
  readonly tokens: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string };
  /** Whom each door answers. */
  readonly callers: { readonly graphql: ServiceCallers; readonly inventory: ServiceCallers };
  readonly currency: string;
  readonly holdSweepIntervalMs: number;
}

/** For whoever fills the catalogue and opens no door. */
export type CatalogueConfig = Omit<Config, "callers">;

export function loadConfig(): Config {
  const values = loadEnvironment(environment, process.env);
  return {
    ...toCatalogueConfig(values),
    callers: {
      graphql: { gateway: values.GATEWAY_SERVICE_PUBLIC_KEYS },
      inventory: { order: values.ORDER_SERVICE_PUBLIC_KEYS },
    },
  };
}

export function loadCatalogueConfig(): CatalogueConfig {
  return toCatalogueConfig(loadEnvironment(environment.omit(doorKeys), process.env));
}

const doorKeys = { GATEWAY_SERVICE_PUBLIC_KEYS: true, ORDER_SERVICE_PUBLIC_KEYS: true } as const;

function toCatalogueConfig(values: Omit<z.infer<typeof environment>, keyof typeof doorKeys>): CatalogueConfig {
  return {
    host: values.HOST,
    port: values.PRODUCT_PORT,
    inventoryPort: values.INVENTORY_PORT,
    mongoUrl: values.MONGO_URL,
    kafkaBrokers: values.KAFKA_BROKERS,
    consumerGroup: values.PRODUCT_CONSUMER_GROUP,
    imageStore: toImageStoreConfig(values),
    tokens: { jwksUrl: values.JWKS_URL, issuer: values.TOKEN_ISSUER, audience: values.TOKEN_AUDIENCE },
    currency: values.SHOP_CURRENCY,
    holdSweepIntervalMs: values.HOLD_SWEEP_INTERVAL_MS,
  };
}
