import { join } from "node:path";
import { createAccessTokenVerifier, createServiceVerifier, startRevocationFeed } from "@shop/auth";
import { staffActed, topics, userOutboxDrained } from "@shop/event-contracts";
import { createImageStore } from "@shop/images";
import { retryUntilReady, type RunningProcess, startSweeping } from "@shop/lifecycle";
import { createMailer } from "@shop/mailer";
import {
  createMessageBus,
  createOutboxRelay,
  createPostgresOutbox,
  handle,
  startConsumer,
  startOutboxHeartbeat,
} from "@shop/messaging";
import { isDatabaseOutage } from "@shop/postgres";
import { startSubgraph } from "@shop/subgraph-server";
import { type Logger } from "@shop/telemetry";
import { noteStaffAction } from "./audit-log";
import { type Config } from "./config";
import { createContext } from "./context";
import { createDatabase, type Database } from "./database";
import { describeOneTimePassword, prepareFirstAdmin } from "./first-admin";
import { createLinkSender } from "./link-sender";
import { registerMailAddressRoute } from "./mail-address-route";
import { type MailedLinks } from "./mailed-links";
import { resolvers } from "./resolvers";
import { openSigningKeys, publicMaxAgeSeconds, refreshIntervalMs } from "./signing-keys";
import { createTryCounter } from "./try-counter";
import { createUseCases } from "./use-cases";

export interface Service extends RunningProcess {
  readonly port: number;
}

const sweepIntervalMs = 600_000;
const sendIntervalMs = 1_000;
/** Verifiers of access tokens count on some of them a minute. */
const heartbeatIntervalMs = 10_000;

/** Starts the user subgraph: accounts and sessions, the keys that others verify access tokens with, and its outbox. */
export async function startService(config: Config, log: Logger, signal?: AbortSignal): Promise<Service> {
  const { databaseUrl, tokenIssuer: issuer, tokenAudience: audience } = config;
  const db = createDatabase({ url: databaseUrl, log });
  const keys = await retryUntilReady(
    "the user database",
    () => openSigningKeys({ db, secret: config.tokenSecret }),
    log,
    signal,
  );
  const imageStore = createImageStore(config.imageStore, log);
  const counter = createTryCounter({ redisUrl: config.redisUrl, log });
  const useCases = await createUseCases({ db, keys, imageStore, counter, config, log });
  await showFirstAdmin({ db, links: useCases.links, config, log, signal });
  const stopping = new AbortController();
  // It may come later: only avatars wait for it. This rejects only when we stop.
  retryUntilReady("the image store", imageStore.prepare, log, stopping.signal).catch(() => undefined);
  const { avatars, links } = useCases;
  const mailer = createMailer(config.mailer);
  const sendLinks = createLinkSender({ db, links, mailer, publicUrl: config.publicUrl, log });
  const workers = [
    startSweeping(keys.refresh, refreshIntervalMs, log),
    startSweeping(avatars.sweep, sweepIntervalMs, log),
    startSweeping(links.sweep, sweepIntervalMs, log),
    startSweeping(sendLinks, sendIntervalMs, log),
  ];
  const bus = createMessageBus({ brokers: config.kafkaBrokers, clientId: "user", topics, log });
  const revocations = startRevocationFeed({ bus, silentAfterMs: config.feedSilentAfterMs, log });
  const subgraph = await startSubgraph({
    name: "user",
    host: config.host,
    port: config.port,
    schemaFile: join(__dirname, "..", "schema.graphql"),
    resolvers,
    verifyViewer: createAccessTokenVerifier({ keys: keys.keyOf, issuer, audience, revocations }),
    verifyCaller: createServiceVerifier({ callee: "user", callers: config.callers.graphql }),
    createContext: (request) => createContext(useCases, request),
    readiness: { database: () => db.$queryRaw`SELECT 1`, revocations: revocations.ping },
    uses: { kafka: () => consumer.ping() },
    isOutage: isDatabaseOutage,
    routes: (app) => {
      const verifyCaller = createServiceVerifier({ callee: "user", callers: config.callers.mailAddresses });
      registerMailAddressRoute(app, { db, verifyCaller });
      app.get("/.well-known/jwks.json", (_request, reply) =>
        reply.header("cache-control", `public, max-age=${publicMaxAgeSeconds}`).send(keys.jwks()),
      );
    },
    log,
  });

  const source = createPostgresOutbox({ connectionString: databaseUrl, log });
  const relay = createOutboxRelay({ source, bus, log });
  const consumer = startConsumer({
    bus,
    groupId: config.consumerGroup,
    handlers: [handle(staffActed, (received) => noteStaffAction(db, received))],
    isOutage: isDatabaseOutage,
    log,
  });
  const intervalMs = heartbeatIntervalMs;
  const heartbeat = startOutboxHeartbeat({ source, bus, event: userOutboxDrained, intervalMs, log });
  return {
    port: subgraph.port,
    readiness: subgraph.readiness,
    stop: async () => {
      stopping.abort();
      await Promise.all([
        subgraph.stop(),
        heartbeat.stop(),
        consumer.stop(),
        ...workers.map((worker) => worker.stop()),
      ]);
      counter.close();
      await Promise.all([revocations.stop(), relay.stop()]);
      await bus.stop();
      await db.$disconnect();
    },
  };
}

/** On the terminal, and in no log: whoever reads it is ADMIN. */
async function showFirstAdmin(deps: {
  db: Database;
  links: MailedLinks;
  config: Config;
  log: Logger;
  signal: AbortSignal | undefined;
}): Promise<void> {
  const { config, log, signal } = deps;
  const { adminEmail: email, publicUrl } = config;
  if (email === undefined) return;
  const given = await retryUntilReady("the user database", () => prepareFirstAdmin(deps, email), log, signal);
  if (given !== undefined) process.stdout.write(describeOneTimePassword(email, given, publicUrl));
}
