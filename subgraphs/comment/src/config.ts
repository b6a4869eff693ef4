import { type ServiceCallers } from "@shop/auth";
import { list, loadEnvironment, port, servicePublicKeys, url } from "@shop/env";
import { z } from "zod";

export const environment = z.object({
  HOST: z.string().default("127.0.0.1").describe("The address that the service listens on."),
  COMMENT_PORT: port(8084).describe("The comment service's port."),
  COMMENT_DATABASE_URL: url("postgresql", "postgres").describe("The comment service's PostgreSQL database."),
  KAFKA_BROKERS: list().default(["127.0.0.1:9092"]).describe("Kafka's brokers, host:port,host:port."),
  COMMENT_CONSUMER_GROUP: z.string().default("comment").describe("The Kafka group that instances share."),
  JWKS_URL: url("http", "https")
    .default("http://127.0.0.1:8080/.well-known/jwks.json")
    .describe("Where the user service publishes the keys of access tokens."),
  TOKEN_ISSUER: z.string().default("http://localhost:8080").describe("The `iss` of access tokens."),
  TOKEN_AUDIENCE: z.string().default("shop").describe("The `aud` of access tokens."),
  GATEWAY_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The gateway's public keys: whose requests a service's /graphql answers; two, with a comma between, while it changes its key.",
  ),
});

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
  /** Whom /graphql answers. */
  readonly callers: ServiceCallers;
}

/** For a command that asks nothing but the database. */
export function loadDatabaseUrl(): string {
  return loadEnvironment(environment.pick({ COMMENT_DATABASE_URL: true }), process.env).COMMENT_DATABASE_URL;
}

/** Reads the environment; ends the process where it does not fit. */
export function loadConfig(): Config {
  const values = loadEnvironment(environment, process.env);
  return {
    host: values.HOST,
    port: values.COMMENT_PORT,
    databaseUrl: values.COMMENT_DATABASE_URL,
    kafkaBrokers: values.KAFKA_BROKERS,
    consumerGroup: values.COMMENT_CONSUMER_GROUP,
    tokens: { jwksUrl: values.JWKS_URL, issuer: values.TOKEN_ISSUER, audience: values.TOKEN_AUDIENCE },
    callers: { gateway: values.GATEWAY_SERVICE_PUBLIC_KEYS },
  };
}
