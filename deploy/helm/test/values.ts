// Sets of values that the chart is rendered with.
import { generateKeyPairSync } from "node:crypto";
import { formatServiceKey } from "@shop/env";

const keys = Object.fromEntries(
  ["gateway", "order", "notification"].map((name) => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    return [name, { public: formatServiceKey(publicKey), private: formatServiceKey(privateKey) }];
  }),
);
const publicKeyOf = (name: string) => keys[name]?.public;
const privateKeyOf = (name: string) => keys[name]?.private;

const needed = {
  publicUrl: "https://shop.example.com",
  mailFrom: "The shop <shop@example.com>",
  kafka: { brokers: ["kafka-0.stores:9092", "kafka-1.stores:9092"] },
  objectStore: { endpoint: "https://s3.example.com", publicUrl: "https://images.example.com" },
  publicKeys: {
    gateway: publicKeyOf("gateway"),
    order: publicKeyOf("order"),
    notification: publicKeyOf("notification"),
  },
};

const services = ["gateway", "user", "product", "order", "notification", "comment"];

/** The least that a shop needs, its secrets in Secrets that are there already. */
export const minimal = {
  ...needed,
  secrets: Object.fromEntries(services.map((name) => [name, { existingSecret: `given-${name}` }])),
};

const redis = { REDIS_URL: "rediss://shop:long-redis-password@redis.stores:6379" };
const smtp = { SMTP_URL: "smtps://shop:long-smtp-password@mail.example.com:465" };
const s3 = { S3_ACCESS_KEY: "AKIA-shop-images", S3_SECRET_KEY: "long-object-store-secret" };
const postgres = (name: string) => `postgresql://shop:long-${name}-password@postgres-${name}.stores:5432/${name}`;

/** Everything that the chart can make. */
export const production = {
  ...needed,
  image: { repository: "registry.example.com/shop", tag: "1.2.3", pullSecrets: [{ name: "registry" }] },
  adminEmail: "ada@example.com",
  corsOrigins: ["https://www.example.com"],
  secrets: {
    gateway: { values: { GATEWAY_SERVICE_KEY: privateKeyOf("gateway"), ...redis } },
    user: {
      values: { USER_DATABASE_URL: postgres("user"), TOKEN_SECRET: "a-long-token-secret", ...redis, ...smtp, ...s3 },
    },
    product: { values: { MONGO_URL: "mongodb://shop:long-mongo-password@mongo.stores:27017/shop", ...s3 } },
    order: {
      values: {
        ORDER_DATABASE_URL: postgres("order"),
        ORDER_SERVICE_KEY: privateKeyOf("order"),
        STRIPE_SECRET_KEY: "sk_live_0123456789abcdef",
        STRIPE_WEBHOOK_SECRET: "whsec_0123456789abcdef",
      },
    },
    notification: { values: { NOTIFICATION_SERVICE_KEY: privateKeyOf("notification"), ...redis, ...smtp } },
    comment: { values: { COMMENT_DATABASE_URL: postgres("comment") } },
  },
  services: { gateway: { env: { MAX_SOCKETS: 20_000, OPERATIONS_ONLY: false } } },
  autoscaling: { socketsMetric: "shop_sockets_open" },
  ingress: { enabled: true, tlsSecret: "shop-tls", restHosts: { notification: "live.example.com" } },
  serviceMonitors: { labels: { release: "prometheus" } },
  telemetry: { otlpEndpoint: "http://collector.monitoring:4318", sampleRatio: 0.05 },
  priorityClassName: "shop",
};

/** Nothing but what cannot be left out, and no real money. */
export const bare = {
  ...production,
  payments: { provider: "sandbox", sandboxUrl: "http://payments:8086" },
  secrets: {
    ...production.secrets,
    order: {
      values: {
        ORDER_DATABASE_URL: postgres("order"),
        ORDER_SERVICE_KEY: privateKeyOf("order"),
        PAYMENTS_SANDBOX_WEBHOOK_SECRET: "a-long-webhook-secret",
      },
    },
  },
  autoscaling: { enabled: false },
  disruptionBudgets: { enabled: false },
  migrations: { enabled: false },
  ingress: { enabled: false },
  networkPolicies: { enabled: false },
  serviceMonitors: { enabled: false },
};
