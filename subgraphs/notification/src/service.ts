import { join } from "node:path";
import {
  createAccessTokenVerifier,
  createServiceCredentials,
  createServiceVerifier,
  startRevocationFeed,
} from "@shop/auth";
import { topics } from "@shop/event-contracts";
import { type RunningProcess, startSweeping } from "@shop/lifecycle";
import { createMailer } from "@shop/mailer";
import { createMessageBus, createOutboxRelay, startConsumer } from "@shop/messaging";
import { startSubgraph } from "@shop/subgraph-server";
import { type Logger } from "@shop/telemetry";
import { type GraphQLSchema } from "graphql";
import { createAnnouncements } from "./announcements";
import { createCommentVisibility } from "./comment-visibility";
import { type Config } from "./config";
import { type Context, createContext } from "./context";
import { createEventHandlers } from "./events";
import { createFeeds } from "./feeds";
import { createInbox } from "./inbox";
import { createInboxReading } from "./inbox-reading";
import { createLayout } from "./layout";
import { createLiveUpdates } from "./live-updates";
import { createMailAddresses } from "./mail/mail-addresses";
import { createMailChannel } from "./mail/mail-channel";
import { createMailQueue, observeMails } from "./mail/mail-queue";
import { createOffsets, onServerChange } from "./offsets";
import { createOrderAccess } from "./order-access";
import { createReaders } from "./readers";
import { connectRedis, connectRedisListener, RedisUnreachableError } from "./redis";
import { resolvers } from "./resolvers";
import { createOperations } from "./sockets/operations";
import { createRestStreams } from "./sockets/rest-streams";
import { createSocketServer, type Peer } from "./sockets/socket-server";
import { createWakeUps } from "./wake-ups";
import { createWatches } from "./watches";

export interface Service extends RunningProcess {
  readonly port: number;
}

const mailIntervalMs = 1_000;

/** The composition root: everything is made here, and handed to whoever needs it. */
export async function startService(config: Config, log: Logger): Promise<Service> {
  const { redisPrefix: prefix, retention } = config;
  const redis = connectRedis(config.redisUrl, log);
  const listener = connectRedisListener(config.redisUrl, log);
  const bus = createMessageBus({ brokers: config.kafkaBrokers, clientId: "notification", topics, log });
  const revocations = startRevocationFeed({ bus, silentAfterMs: config.feedSilentAfterMs, log });

  const channel = `${prefix}:wake-ups`;
  const layout = createLayout(retention);
  const feeds = createFeeds({ redis, prefix, channel, knownEventMs: retention.knownEventMs });
  const wakeUps = createWakeUps({ redis, listener, feeds, channel, log });
  const readers = createReaders({ redis, prefix, layout });
  const reading = createInboxReading({ feeds, layout, readers });
  const inbox = createInbox({ feeds, layout, readers, reading });
  const watches = createWatches({ redis, prefix });
  const announcements = createAnnouncements({ redis, prefix });
  const visibilityOf = (productId: string) => createCommentVisibility(redis, prefix, layout.commentsOf(productId));
  const credentialFor = createServiceCredentials({ caller: "notification", key: config.serviceKey });
  const mayWatchOrder = createOrderAccess({
    orderUrl: config.orderUrl,
    credential: () => credentialFor("order"),
  });
  const mailQueue = createMailQueue({ redis, prefix });
  const mails = createMailChannel({
    queue: mailQueue,
    readers,
    addressOf: createMailAddresses({ userUrl: config.userUrl, credential: () => credentialFor("user") }),
    mailer: createMailer(config.mailer),
    publicUrl: config.publicUrl,
    log,
  });
  const liveUpdates = createLiveUpdates({ feeds, layout, reading, wakeUps, visibilityOf, mayWatchOrder });
  const useCases = { inbox, readers, watches, announcements, liveUpdates };

  const isOutage = (error: unknown): boolean => error instanceof RedisUnreachableError;

  const reread = (): void => {
    consumer.rewind().catch((error: unknown) => log.error({ err: error }, "the events could not be read again"));
  };
  const offsets = createOffsets({ redis, prefix, onSetBack: reread, log });
  const consumer = startConsumer({
    bus,
    groupId: config.consumerGroup,
    handlers: createEventHandlers({ feeds, layout, inbox, mails, watches, visibilityOf }),
    isOutage,
    offsets,
    log,
  });
  onServerChange(redis, reread);
  const relay = createOutboxRelay({ source: announcements.outbox, bus, log });
  const mailing = startSweeping(() => mails.send(), mailIntervalMs, log);
  const withdrawFigures = observeMails(mailQueue);

  const verifyViewer = createAccessTokenVerifier({
    jwksUrl: config.jwksUrl,
    issuer: config.tokenIssuer,
    audience: config.tokenAudience,
    revocations,
  });
  const verifyCaller = createServiceVerifier({ callee: "notification", callers: config.callers });
  const contextOf = (peer: Pick<Peer, "viewer" | "authorization">): Context => createContext(useCases, peer);
  const schema = (): GraphQLSchema => subgraph.schema;
  const doors = { schema, verifyViewer, createContext: contextOf, isOutage, log };
  const restStreams = createRestStreams({ ...doors, revocations, maxStreams: config.maxSockets });
  const subgraph = await startSubgraph({
    name: "notification",
    host: config.host,
    port: config.port,
    schemaFile: join(__dirname, "../schema.graphql"),
    resolvers,
    verifyViewer,
    verifyCaller,
    createContext: ({ viewer }) => contextOf({ viewer, authorization: null }),
    subscribe: restStreams.subscribe,
    readiness: { redis: () => redis.ping(), revocations: revocations.ping },
    uses: { kafka: () => consumer.ping() },
    isOutage,
    log,
  });
  const sockets = createSocketServer({
    server: subgraph.app.server,
    path: "/graphql",
    pingMs: config.socketPingMs,
    maxSockets: config.maxSockets,
    verifyCaller,
    revocations,
    operations: createOperations(doors),
    log,
  });

  return {
    port: subgraph.port,
    readiness: subgraph.readiness,
    stop: async () => {
      restStreams.stop();
      await Promise.all([sockets.stop(), subgraph.stop(), consumer.stop(), mailing.stop()]);
      offsets.stop();
      withdrawFigures();
      await Promise.all([revocations.stop(), relay.stop()]);
      await bus.stop();
      wakeUps.stop();
      listener.disconnect();
      redis.disconnect();
    },
  };
}
