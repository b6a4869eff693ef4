import { join } from "node:path";
import { createAccessTokenVerifier, createServiceVerifier, startRevocationFeed } from "@shop/auth";
import { topics } from "@shop/event-contracts";
import { type RunningProcess, startSweeping } from "@shop/lifecycle";
import { createMessageBus, createOutboxRelay, createPostgresOutbox, startConsumer } from "@shop/messaging";
import { isDatabaseOutage } from "@shop/postgres";
import { startSubgraph } from "@shop/subgraph-server";
import { type Logger } from "@shop/telemetry";
import { createCommentLists } from "./comment-lists";
import { createComments } from "./comments";
import { type Config } from "./config";
import { type Context, type UseCases } from "./context";
import { createDatabase } from "./database";
import { createDeletion } from "./deletion";
import { createDepartures } from "./departures";
import { createEventHandlers } from "./event-handlers";
import { createHousekeeping } from "./housekeeping";
import { createLikes } from "./likes";
import { createLoaders } from "./loaders";
import { createModeration } from "./moderation";
import { createRatings } from "./ratings";
import { resolvers } from "./resolvers";
import { createWriting } from "./writing";

const housekeepingIntervalMs = 10 * 60_000;

export interface Service extends RunningProcess {
  readonly port: number;
}

/** Starts the comment subgraph: reviews and replies, its outbox, and its reading of products, deliveries and accounts. */
export async function startService(config: Config, log: Logger): Promise<Service> {
  const db = createDatabase({ url: config.databaseUrl, log });
  const comments = createComments({ db });
  const ratings = createRatings({ db });
  const lists = createCommentLists({ db });
  const useCases: UseCases = {
    lists,
    writing: createWriting({ db }),
    deletion: createDeletion({ db }),
    likes: createLikes({ db }),
    moderation: createModeration({ db }),
  };

  const bus = createMessageBus({ brokers: config.kafkaBrokers, clientId: "comment", topics, log });
  const revocations = startRevocationFeed({ bus, silentAfterMs: config.feedSilentAfterMs, log });
  const source = createPostgresOutbox({ connectionString: config.databaseUrl, log });
  const relay = createOutboxRelay({ source, bus, log });
  const departures = createDepartures({ db });
  const handlers = createEventHandlers({ db, departures });
  const consumer = startConsumer({ bus, groupId: config.consumerGroup, handlers, isOutage: isDatabaseOutage, log });
  const housekeeping = startSweeping(createHousekeeping({ db, departures }), housekeepingIntervalMs, log);

  const subgraph = await startSubgraph<Context>({
    name: "comment",
    host: config.host,
    port: config.port,
    schemaFile: join(__dirname, "../schema.graphql"),
    resolvers,
    verifyViewer: createAccessTokenVerifier({ ...config.tokens, revocations }),
    verifyCaller: createServiceVerifier({ callee: "comment", callers: config.callers }),
    createContext: ({ viewer }) => ({
      ...useCases,
      viewer,
      loaders: createLoaders({ viewer, comments, lists, ratings }),
    }),
    isOutage: isDatabaseOutage,
    readiness: { postgres: () => db.$queryRaw`SELECT 1`, revocations: revocations.ping },
    uses: { kafka: () => consumer.ping() },
    log,
  });
  return {
    port: subgraph.port,
    readiness: subgraph.readiness,
    stop: async () => {
      await Promise.all([subgraph.stop(), consumer.stop(), housekeeping.stop()]);
      await Promise.all([revocations.stop(), relay.stop()]);
      await Promise.all([bus.stop(), db.$disconnect()]);
    },
  };
}
