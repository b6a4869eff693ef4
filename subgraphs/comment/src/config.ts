import { list, loadEnvironment, port, secret, url } from "@shop/env";
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
  SERVICE_SECRET: secret("development-service-secret").describe("What services prove themselves to each other with."),
});

export interface Config {
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string[];
  readonly consumerGroup: string;
  readonly tokens: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string };
  readonly serviceSecret: string;
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
    serviceSecret: values.SERVICE_SECRET,
  };
}
