import { type ServiceCallers } from "@shop/auth";
import { list, loadEnvironment, port, secret, servicePublicKeys, url } from "@shop/env";
import { type ImageStoreConfig, imageStoreEnvironment, toImageStoreConfig } from "@shop/images";
import { type MailerConfig, mailerEnvironment, toMailerConfig } from "@shop/mailer";
import { z } from "zod";
import { type TryLimits } from "./throttle";

const freeTries = (defaultCount: number) => z.coerce.number().int().nonnegative().default(defaultCount);

const variables = z.object({
  NODE_ENV: z
    .enum(["development", "test", "production"])
    .default("development")
    .describe("`production` refuses the secrets' defaults, and makes no demo accounts."),
  HOST: z.string().default("127.0.0.1").describe("The address that the service listens on."),
  USER_PORT: port(8080).describe("The user service's port."),
  USER_DATABASE_URL: url("postgresql", "postgres").describe("The user service's PostgreSQL database."),
  KAFKA_BROKERS: list().describe("Kafka's brokers, host:port,host:port."),
  USER_CONSUMER_GROUP: z.string().default("user").describe("The user service's consumer group in Kafka."),
  REDIS_URL: url("redis", "rediss")
    .optional()
    .describe("Redis; without it each user process counts tries at accounts by itself"),
  RATE_LIMIT_CREDENTIALS_ACCOUNT: freeTries(10).describe(
    "Wrong passwords of one client for one account before it has to wait, longer with each; 0: any number",
  ),
  RATE_LIMIT_CREDENTIALS_ADDRESS: freeTries(100).describe(
    "Wrong passwords, registrations and reset requests (each for itself) of one address before it has to wait; 0: any number",
  ),
  ...imageStoreEnvironment.shape,
  ...mailerEnvironment.shape,
  PUBLIC_URL: url("http", "https")
    .default("http://localhost:8085")
    .describe("Where the shop's pages are, as its customers reach them: what links in mails begin with"),
  ADMIN_EMAIL: z
    .email({ pattern: z.regexes.html5Email })
    .optional()
    .describe(
      "Whose account becomes ADMIN where the shop has none, with a one-time password that the service prints when it starts",
    ),
  TOKEN_ISSUER: z.string().default("http://localhost:8080").describe("The `iss` of access tokens."),
  TOKEN_AUDIENCE: z.string().default("shop").describe("The `aud` of access tokens."),
  TOKEN_SECRET: secret("development-token-secret").describe(
    "What refresh tokens are derived by and the signing keys in the database encrypted with; the same for all instances of user.",
  ),
  GATEWAY_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The gateway's public keys: whose requests a service's /graphql answers; two, with a comma between, while it changes its key.",
  ),
  NOTIFICATION_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The notification service's public keys: it asks order who may watch an order, and user for addresses of mail.",
  ),
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
  readonly consumerGroup: string;
  /** After so long without a proof of what was revoked no role is believed; a minute, but in tests. */
  readonly feedSilentAfterMs?: number;
  /** Where all instances count together; undefined: each process by itself. */
  readonly redisUrl: string | undefined;
  readonly tryLimits: TryLimits;
  readonly imageStore: ImageStoreConfig;
  readonly mailer: MailerConfig;
  /** Of the first ADMIN; undefined: the shop is left as it is. */
  readonly adminEmail: string | undefined;
  /** Without a slash at its end. */
  readonly publicUrl: string;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
  readonly tokenSecret: string;
  /** Whom each door answers. */
  readonly callers: { readonly graphql: ServiceCallers; readonly mailAddresses: ServiceCallers };
}

/** For a command that changes the keys of access tokens. */
export function loadKeysConfig(): Pick<Config, "databaseUrl" | "tokenSecret"> {
  const own = variables.pick({ NODE_ENV: true, USER_DATABASE_URL: true, TOKEN_SECRET: true });
  const values = loadEnvironment(own, process.env);
  return { databaseUrl: values.USER_DATABASE_URL, tokenSecret: values.TOKEN_SECRET };
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
    consumerGroup: values.USER_CONSUMER_GROUP,
    redisUrl: values.REDIS_URL,
    tryLimits: {
      perClient: values.RATE_LIMIT_CREDENTIALS_ACCOUNT,
      perAddress: values.RATE_LIMIT_CREDENTIALS_ADDRESS,
      firstDelayMs: 1_000,
    },
    imageStore: toImageStoreConfig(values),
    mailer: toMailerConfig(values),
    adminEmail: values.ADMIN_EMAIL,
    publicUrl: values.PUBLIC_URL.replace(/\/+$/, ""),
    tokenIssuer: values.TOKEN_ISSUER,
    tokenAudience: values.TOKEN_AUDIENCE,
    tokenSecret: values.TOKEN_SECRET,
    callers: {
      graphql: { gateway: values.GATEWAY_SERVICE_PUBLIC_KEYS },
      mailAddresses: { notification: values.NOTIFICATION_SERVICE_PUBLIC_KEYS },
    },
  };
}
