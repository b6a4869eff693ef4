import { count, durationMs, list, loadEnvironment, port, secret, url } from "@shop/env";
import { z } from "zod";

const days = (defaultDays: number) => z.coerce.number().positive().default(defaultDays);

export const environment = z.object({
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
  SERVICE_SECRET: secret("development-service-secret").describe("What services prove themselves to each other with."),
  ORDER_URL: url("http", "https")
    .default("http://127.0.0.1:8082")
    .describe("The order service: asked who may watch an order."),
  NOTIFICATION_SOCKET_PING_MS: durationMs(15_000).describe(
    "How often a socket's peer is asked whether it is there; it must answer before the next time.",
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
  readonly consumerGroup: string;
  readonly jwksUrl: string;
  readonly tokenIssuer: string;
  readonly tokenAudience: string;
  readonly serviceSecret: string;
  readonly orderUrl: string;
  readonly socketPingMs: number;
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
    serviceSecret: values.SERVICE_SECRET,
    orderUrl: values.ORDER_URL,
    socketPingMs: values.NOTIFICATION_SOCKET_PING_MS,
    retention: {
      inboxMaxAgeMs: values.NOTIFICATION_KEEP_DAYS * dayMs,
      inboxMaxLength: values.NOTIFICATION_KEEP_MAX,
      announcementsMaxLength: values.NOTIFICATION_KEEP_ANNOUNCEMENTS_MAX,
      commentEventsMaxLength: values.NOTIFICATION_KEEP_COMMENT_EVENTS_MAX,
      knownEventMs: values.NOTIFICATION_KNOWN_EVENT_DAYS * dayMs,
    },
  };
}
