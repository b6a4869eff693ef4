import { list, loadEnvironment, port, secret, url } from "@shop/env";
import { type ImageStoreConfig, imageStoreEnvironment, toImageStoreConfig } from "@shop/images";
import { type MailerConfig, mailerEnvironment, toMailerConfig } from "@shop/mailer";
import { z } from "zod";

const variables = z.object({
  NODE_ENV: z
    .enum(["development", "test", "production"])
    .default("development")
    .describe("`production` refuses the secrets' defaults, and makes no demo accounts."),
  HOST: z.string().default("127.0.0.1").describe("The address that the service listens on."),
  USER_PORT: port(8080).describe("The user service's port."),
  USER_DATABASE_URL: url("postgresql", "postgres").describe("The user service's PostgreSQL database."),
  KAFKA_BROKERS: list().describe("Kafka's brokers, host:port,host:port."),
  ...imageStoreEnvironment.shape,
  ...mailerEnvironment.shape,
  PUBLIC_URL: url("http", "https")
    .default("http://localhost:8085")
    .describe("Where the shop's pages are, as its customers reach them: what links in mails begin with"),
  TOKEN_ISSUER: z.string().default("http://localhost:8080").describe("The `iss` of access tokens."),
  TOKEN_AUDIENCE: z.string().default("shop").describe("The `aud` of access tokens."),
  TOKEN_SECRET: secret("development-token-secret").describe(
    "What refresh tokens are derived by and the signing keys in the database encrypted with; the same for all instances of user.",
  ),
  SERVICE_SECRET: secret("development-service-secret").describe("What services prove themselves to each other with."),
});

export const environment = variables.refine((values) => values.NODE_ENV !== "production" || values.SMTP_URL, {
  path: ["SMTP_URL"], // mail that is kept in a folder reaches nobody
});

export interface Config {
  readonly production: boolean;
  readonly host: string;
  /** 0 takes any free one. */
  readonly port: number;
  readonly databaseUrl: string;
  readonly kafkaBrokers: string[];
  readonly imageStore: ImageStoreConfig;
  readonly mailer: MailerConfig;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
  readonly tokenSecret: string;
  readonly serviceSecret: string;
}

/** Reads the environment; ends the process where it does not fit. */
export function loadConfig(): Config {
  const values = loadEnvironment(environment, process.env);
  return {
    production: values.NODE_ENV === "production",
    host: values.HOST,
    port: values.USER_PORT,
    databaseUrl: values.USER_DATABASE_URL,
    kafkaBrokers: values.KAFKA_BROKERS,
    imageStore: toImageStoreConfig(values),
    mailer: toMailerConfig(values),
    publicUrl: values.PUBLIC_URL.replace(/\/+$/, ""),
    tokenIssuer: values.TOKEN_ISSUER,
    tokenAudience: values.TOKEN_AUDIENCE,
    tokenSecret: values.TOKEN_SECRET,
    serviceSecret: values.SERVICE_SECRET,
  };
}
