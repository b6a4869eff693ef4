import { type KeyObject } from "node:crypto";
import { type ServiceCallers } from "@shop/auth";
import { count, durationMs, list, loadEnvironment, port, servicePrivateKey, servicePublicKeys, url } from "@shop/env";
import { type MailerConfig, mailerEnvironment, toMailerConfig } from "@shop/mailer";
import { z } from "zod";

const days = (defaultDays: number) => z.coerce.number().positive().default(defaultDays);

const variables = z.object({
  NODE_ENV: z
    .enum(["development", "test", "production"])
    .default("development")
    .describe("`production` refuses the secrets' defaults, and makes no demo accounts."),
  HOST: z.string().default("127.0.0.1").describe("The address that the service listens on."),
  NOTIFICATION_PORT: port(8083).describe("HTTP: /graphql for the gateway, subscriptions for anyone, health."),
  REDIS_URL: url("redis", "rediss").default("redis://127.0.0.1:6379").describe("The store of the inboxes."),
  NOTIFICATION_REDIS_PREFIX: z.string().default("notification").describe("What every key in Redis begins with."),
  KAFKA_BROKERS: list().default(["127.0.0.1:9092"]).describe("Where the events come from: host:port, comma-separated."),
  NOTIFICATION_CONSUMER_GROUP: z.string().default("notification").describe("The Kafka group that instances share."),
  JWKS_URL: url("http", "https")
    .default("http://127.0.0.1:8080/.well-known/jwks.json")
    .describe("The keys that access tokens are verified with."),
  TOKEN_ISSUER: z.string().default("http://localhost:8080").describe("Whose access tokens hold."),
  TOKEN_AUDIENCE: z.string().default("shop").describe("Whom access tokens must be made for."),
  NOTIFICATION_SERVICE_KEY: servicePrivateKey().describe(
    "The notification service's own private key, which it proves itself to order and user with.",
  ),
  GATEWAY_SERVICE_PUBLIC_KEYS: servicePublicKeys().describe(
    "The gateway's public keys: whose requests a service's /graphql answers; two, with a comma between, while it changes its key.",
  ),
  ORDER_URL: url("http", "https")
    .default("http://127.0.0.1:8082")
    .describe("The order service: asked who may watch an order."),
  USER_URL: url("http", "https")
    .default("http://127.0.0.1:8080")
    .describe("The user service: asked for the address that a mail goes to."),
  ...mailerEnvironment.shape,
  PUBLIC_URL: url("http", "https")
    .default("http://localhost:8085")
    .describe("Where the shop's pages are, as its customers reach them: what links in mails begin with"),
  NOTIFICATION_SOCKET_PING_MS: durationMs(15_000).describe(
    "How often a socket's peer is asked whether it is there; it must answer before the next time.",
  ),
  NOTIFICATION_MAX_SOCKETS: count(10_000).describe(
    "Open WebSockets of clients on the service's own port, and as many event streams.",
  ),
  NOTIFICATION_KEEP_DAYS: days(90).describe("How long a notification stays in an inbox."),
  NOTIFICATION_KEEP_MAX: count(1_000).describe("How many notifications an inbox holds; the oldest make way."),
  NOTIFICATION_KEEP_ANNOUNCEMENTS_MAX: count(200).describe("How many announcements are kept, for everyone together."),
  NOTIFICATION_KEEP_COMMENT_EVENTS_MAX: count(1_000).describe(
    "How far `commentAdded` can be resumed, in comments of a product.",
  ),
  NOTIFICATION_KNOWN_EVENT_DAYS: days(14).describe(
    "How long a handled event is known, so that it is not handled twice: longer than Kafka keeps it.",
  ),
});

export const environment = variables.refine((values) => values.NODE_ENV !== "production" || values.SMTP_URL, {
  path: ["SMTP_URL"], // mail that is kept in a folder reaches nobody
});

export interface Retention {
  readonly inboxMaxAgeMs: number;
  readonly inboxMaxLength: number;
  readonly announcementsMaxLength: number;
  readonly commentEventsMaxLength: number;
  readonly knownEventMs: number;
}

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly redisUrl: string;
  readonly redisPrefix: string;
  readonly kafkaBrokers: string[];
  /** After so long without a proof of what was revoked no role is believed; a minute, but in tests. */
  readonly feedSilentAfterMs?: number;
  readonly consumerGroup: string;
  readonly jwksUrl: string;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
  /** What this service proves itself with. */
  readonly serviceKey: KeyObject;
  /** Whom /graphql answers. */
  readonly callers: ServiceCallers;
  readonly orderUrl: string;
  readonly userUrl: string;
  readonly mailer: MailerConfig;
  readonly publicUrl: string;
  readonly socketPingMs: number;
  readonly maxSockets: number;
  readonly retention: Retention;
}

const dayMs = 86_400_000;

export function loadConfig(): Config {
  const values = loadEnvironment(environment, process.env);
  return {
    host: values.HOST,
    port: values.NOTIFICATION_PORT,
    redisUrl: values.REDIS_URL,
    redisPrefix: values.NOTIFICATION_REDIS_PREFIX,
    kafkaBrokers: values.KAFKA_BROKERS,
    consumerGroup: values.NOTIFICATION_CONSUMER_GROUP,
    jwksUrl: values.JWKS_URL,
    tokenIssuer: values.TOKEN_ISSUER,
    tokenAudience: values.TOKEN_AUDIENCE,
    serviceKey: values.NOTIFICATION_SERVICE_KEY,
    callers: { gateway: values.GATEWAY_SERVICE_PUBLIC_KEYS },
    orderUrl: values.ORDER_URL,
    userUrl: values.USER_URL,
    mailer: toMailerConfig(values),
    publicUrl: values.PUBLIC_URL.replace(/\/+$/, ""),
    socketPingMs: values.NOTIFICATION_SOCKET_PING_MS,
    maxSockets: values.NOTIFICATION_MAX_SOCKETS,
    retention: {
      inboxMaxAgeMs: values.NOTIFICATION_KEEP_DAYS * dayMs,
      inboxMaxLength: values.NOTIFICATION_KEEP_MAX,
      announcementsMaxLength: values.NOTIFICATION_KEEP_ANNOUNCEMENTS_MAX,
      commentEventsMaxLength: values.NOTIFICATION_KEEP_COMMENT_EVENTS_MAX,
      knownEventMs: values.NOTIFICATION_KNOWN_EVENT_DAYS * dayMs,
    },
  };
}
