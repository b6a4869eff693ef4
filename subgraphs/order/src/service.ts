import { join } from "node:path";
import {
  createAccessTokenVerifier,
  createServiceCredentials,
  createServiceVerifier,
  startRevocationFeed,
} from "@shop/auth";
import { topics } from "@shop/event-contracts";
import { createInventoryClient } from "@shop/inventory-rpc";
import { createMessageBus, createOutboxRelay, createPostgresOutbox, startConsumer } from "@shop/messaging";
import { type RunningProcess } from "@shop/lifecycle";
import { isDatabaseOutage } from "@shop/postgres";
import { startSubgraph } from "@shop/subgraph-server";
import { type Logger } from "@shop/telemetry";
import { createCancellation } from "./cancellation";
import { type Config } from "./config";
import { type Context, type UseCases } from "./context";
import { createDatabase } from "./database";
import { createDepartures } from "./departures";
import { createEventHandlers } from "./event-handlers";
import { createFulfilment } from "./fulfilment";
import { forgetTheOld } from "./housekeeping";
import { createInventory } from "./inventory";
import { createLoaders } from "./loaders";
import { createOrders } from "./orders";
import { createPayments } from "./payments";
import { createPlacement } from "./placement";
import { createProvider } from "./providers/create-provider";
import { createQuotes } from "./quotes";
import { createRefunds } from "./refunds";
import { resolvers } from "./resolvers";
import { createSettlement } from "./settlement";
import { createSettlementSteps } from "./settlement-steps";
import { createStockRelease } from "./stock-release";
import { UnavailableError } from "./unavailable";
import { createUnpaidOrders } from "./unpaid-orders";
import { describedWebhooks, registerPaymentWebhooks } from "./webhooks";
import { startWorker } from "./workers";

export interface Service extends RunningProcess {
  readonly port: number;
}

// A hold outlives its order's time to pay, so that a payment in the last moment still finds its stock.
const holdMarginMs = 60_000;
const housekeepingIntervalMs = 60 * 60_000;

export async function startService(config: Config, log: Logger): Promise<Service> {
  const { currency, paymentTimeoutMs, workerIntervalMs: intervalMs } = config;
  const db = createDatabase({ url: config.databaseUrl, log });
  const credentialFor = createServiceCredentials({ caller: "order", key: config.serviceKey });
  const inventory = createInventory({
    client: createInventoryClient({
      baseUrl: config.inventory.url,
      credential: () => credentialFor("product"),
      deadlineMs: config.inventory.timeoutMs,
    }),
    holdMs: paymentTimeoutMs + holdMarginMs,
  });
  const provider = createProvider({ payments: config.payments, timeoutMs: config.providerTimeoutMs, log });

  const settlement = createSettlement({ db, steps: createSettlementSteps({ db, inventory, provider, log }), log });
  const orders = createOrders({ db });
  const release = createStockRelease({ inventory, log });
  const placement = createPlacement({
    db,
    inventory,
    release,
    currency,
    paymentTimeoutMs,
    resumeAfterMs: config.resumeAfterMs,
    log,
  });
  const payments = createPayments({ db, settlement, providerName: provider.name });
  const unpaidOrders = createUnpaidOrders({ db, release });
  const departures = createDepartures({ db, unpaidOrders });
  const useCases: UseCases = {
    orders,
    placement,
    payments,
    cancellation: createCancellation({ db, settlement, release }),
    quotes: createQuotes({ inventory, currency }),
    refunds: createRefunds({ db, orders, payments, settlement }),
    fulfilment: createFulfilment({ db }),
  };

  const bus = createMessageBus({ brokers: config.kafkaBrokers, clientId: "order", topics, log });
  const revocations = startRevocationFeed({ bus, silentAfterMs: config.feedSilentAfterMs, log });
  const source = createPostgresOutbox({ connectionString: config.databaseUrl, log });
  const relay = createOutboxRelay({ source, bus, log });
  const handlers = createEventHandlers({ unpaidOrders, departures });
  const consumer = startConsumer({ bus, groupId: config.consumerGroup, handlers, isOutage: isDatabaseOutage, log });
  const settling = startWorker({ name: "settling payments", intervalMs, batch: () => settlement.resume(), log });
  const workers = [
    settling,
    startWorker({ name: "resuming orders", intervalMs, batch: () => placement.resume(), log }),
    startWorker({ name: "expiring orders", intervalMs, batch: () => unpaidOrders.expire(), log }),
    startWorker({ name: "ending deleted accounts", intervalMs, batch: () => departures.attend(), log }),
    startWorker({
      name: "housekeeping",
      intervalMs: housekeepingIntervalMs,
      batch: () => forgetTheOld(db),
      log,
    }),
  ];

  const subgraph = await startSubgraph<Context>({
    name: "order",
    host: config.host,
    port: config.port,
    schemaFile: join(__dirname, "../schema.graphql"),
    resolvers,
    verifyViewer: createAccessTokenVerifier({ ...config.tokens, revocations }),
    verifyCaller: createServiceVerifier({ callee: "order", callers: config.callers }),
    queryFieldsOf: { notification: ["order"] }, // whether a viewer may watch an order
    createContext: ({ viewer }) => ({ ...useCases, viewer, loaders: createLoaders({ viewer, orders }) }),
    isOutage: (error) => isDatabaseOutage(error) || error instanceof UnavailableError,
    readiness: { postgres: () => db.$queryRaw`SELECT 1`, revocations: revocations.ping },
    uses: { kafka: () => consumer.ping() },
    routes: (app) => registerPaymentWebhooks({ app, provider, settlement, wake: () => settling.wake(), log }),
    describedPaths: describedWebhooks,
    log,
  });
  return {
    port: subgraph.port,
    readiness: subgraph.readiness,
    stop: async () => {
      await Promise.all([subgraph.stop(), consumer.stop(), ...workers.map((worker) => worker.stop())]);
      await Promise.all([revocations.stop(), relay.stop()]);
      await Promise.all([bus.stop(), provider.stop(), db.$disconnect()]);
    },
  };
}
