import { join } from "node:path";
import { createAccessTokenVerifier, createServiceVerifier, startRevocationFeed } from "@shop/auth";
import { topics } from "@shop/event-contracts";
import { startInventoryServer } from "@shop/inventory-rpc";
import { retryUntilReady, type RunningProcess, startSweeping } from "@shop/lifecycle";
import { createMessageBus, createOutboxRelay, startConsumer } from "@shop/messaging";
import { startSubgraph } from "@shop/subgraph-server";
import { type Logger } from "@shop/telemetry";
import { openCatalogue } from "./catalogue";
import { type Config } from "./config";
import { type Context } from "./context";
import { createEventHandlers } from "./events";
import { createHolds } from "./holds";
import { createHoldSweep } from "./hold-sweep";
import { createInventory } from "./inventory";
import { createInventoryImplementation } from "./inventory-server";
import { createLoaders } from "./loaders";
import { isOutage } from "./outages";
import { resolvers } from "./resolvers";
import { patienceOfServices } from "./store";

export interface Service extends RunningProcess {
  readonly port: number;
  readonly inventoryPort: number;
}

const schemaFile = join(__dirname, "..", "schema.graphql");
const uploadSweepIntervalMs = 600_000;
const ledgerSweepIntervalMs = 5_000;
const categoriesSweepIntervalMs = 5_000;
const outboxSweepIntervalMs = 5_000;

/** Starts the product service. It waits for MongoDB; the image store and Kafka may come later. */
export async function startService(config: Config, log: Logger, signal?: AbortSignal): Promise<Service> {
  const { host, currency } = config;
  const catalogue = await openCatalogue(config, log, { ...patienceOfServices, ...(signal && { signal }) });
  const { store, imageStore, outbox, products, tree, categories, images } = catalogue;
  const holds = createHolds(store, outbox.wake);
  const holdSweep = createHoldSweep(store, holds);
  const inventory = createInventory({ store, holds, sweep: holdSweep });

  const stopping = new AbortController();
  const inBackground = (what: string, attempt: () => Promise<void>): void => {
    retryUntilReady(what, attempt, log, stopping.signal).catch(() => undefined); // rejects only when we stop
  };
  inBackground("the image store", imageStore.prepare);
  const bus = createMessageBus({ brokers: config.kafkaBrokers, clientId: "product", topics, log });
  const revocations = startRevocationFeed({ bus, silentAfterMs: config.feedSilentAfterMs, log });
  const relay = createOutboxRelay({ source: outbox, bus, log });
  const handlers = createEventHandlers({ inventory });
  const consumer = startConsumer({ bus, groupId: config.consumerGroup, handlers, isOutage, log });
  const sweeps = [
    startSweeping(holdSweep.sweep, config.holdSweepIntervalMs, log),
    startSweeping(catalogue.stock.finishInterrupted, ledgerSweepIntervalMs, log),
    startSweeping(categories.finishMoves, categoriesSweepIntervalMs, log),
    startSweeping(categories.forgetRemoved, categoriesSweepIntervalMs, log),
    startSweeping(outbox.condense, outboxSweepIntervalMs, log),
    startSweeping(images.removeForgottenUploads, uploadSweepIntervalMs, log),
  ];

  const inventoryServer = await startInventoryServer({
    host,
    port: config.inventoryPort,
    verifyCaller: createServiceVerifier({ callee: "product", callers: config.callers.inventory }),
    implementation: createInventoryImplementation(inventory),
    isOutage,
    log,
  });
  const subgraph = await startSubgraph<Context>({
    name: "product",
    host,
    port: config.port,
    schemaFile,
    resolvers,
    verifyViewer: createAccessTokenVerifier({ ...config.tokens, revocations }),
    verifyCaller: createServiceVerifier({ callee: "product", callers: config.callers.graphql }),
    createContext: ({ viewer }) => ({
      ...catalogue,
      viewer,
      currency,
      loaders: createLoaders({ products, tree }),
      imageUrl: imageStore.publicUrl,
    }),
    readiness: { mongo: store.ping, revocations: revocations.ping },
    uses: { kafka: () => consumer.ping() },
    isOutage,
    log,
  });

  return {
    port: subgraph.port,
    readiness: subgraph.readiness,
    inventoryPort: inventoryServer.port,
    stop: async () => {
      stopping.abort();
      await Promise.all([subgraph.stop(), inventoryServer.stop(), consumer.stop(), revocations.stop()]);
      await Promise.all(sweeps.map((sweep) => sweep.stop()));
      await relay.stop();
      await bus.stop();
      await store.close();
    },
  };
}
