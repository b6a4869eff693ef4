import { type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createAccessTokenVerifier, createServiceCredentials, type VerifyAccessToken } from "@shop/auth";
import { registerCors, registerJsonBodies, registerSecurityHeaders } from "@shop/http-door";
import {
  drainLimitMs,
  drainServer,
  measureRequests,
  registerHealthRoutes,
  type RunningProcess,
  trackSilentConnections,
} from "@shop/lifecycle";
import { type Logger, traceRequests } from "@shop/telemetry";
import { fastify, type FastifyInstance } from "fastify";
import { type GraphQLSchema } from "graphql";
import { startApollo } from "./apollo";
import { createCachePolicy } from "./cache-control";
import { createClientAddress } from "./client-address";
import { createFormatError } from "./client-errors";
import { type Config } from "./config";
import { createSubgraphs } from "./execution/subgraphs";
import { registerGraphqlRoute } from "./graphql-route";
import { registerHttpErrors, unreadableRequests } from "./http-errors";
import { createAdmission } from "./limits/admission";
import { createCostLimit } from "./limits/cost-limit";
import { readManifest } from "./limits/operation-manifest";
import { createOperationTexts } from "./limits/operation-texts";
import { createRateLimits } from "./limits/rate-limits";
import { connectSharedBudgets } from "./limits/shared-budgets";
import { createOperationGate } from "./operation-gate";
import { createOperationMetrics } from "./operation-metrics";
import { createOperations } from "./operations";
import { createAuthenticate } from "./request-context";
import { type AdmitCaller, createRestDoor } from "./rest-door";
import { followRevocations } from "./revocations";
import { createClientStreams } from "./subscriptions/client-streams";
import { createHttpStreams } from "./subscriptions/http-streams";
import { createSubscriptions } from "./subscriptions/subscriptions";
import { createTokenEnds } from "./subscriptions/token-end";
import { createViewerSlots } from "./subscriptions/viewer-slots";
import { serveWebSockets } from "./subscriptions/websocket";
import { createSupergraphSource } from "./supergraph";

export interface Gateway extends RunningProcess {
  readonly port: number;
}

/** The graph, for routes beside /graphql: all that they ask of it goes through these. */
export interface ServedGraph {
  readonly admit: AdmitCaller;
  /** As clients see it now. */
  readonly schema: () => GraphQLSchema;
  /** The services behind it, where they are asked. */
  readonly subgraphs: () => readonly { readonly name: string; readonly url: string }[];
}

/** Adds routes beside /graphql. */
export type RegisterRoutes = (app: FastifyInstance, graph: ServedGraph) => void | Promise<void>;

const path = "/graphql";
/** Longer than anything that is one: what is no id is told by who looks for it. */
const maxParamLength = 1_000;
const headersTimeoutMs = 10_000;
const requestTimeoutMs = 30_000;
/** Where tokens are the subgraphs' own affair, everybody is a stranger here. */
const verifyNobody: VerifyAccessToken = () => Promise.resolve(null);

/**
 * Starts the gateway: the supergraph from its file, and GraphQL over HTTP, WebSockets and streamed responses on one port.
 * @throws where the supergraph file cannot be read or does not load, or the port is taken
 */
export async function startService(
  config: Config,
  log: Logger,
  routes: RegisterRoutes = () => undefined,
): Promise<Gateway> {
  const { trust } = config;
  const credentialFor = trust && createServiceCredentials({ caller: "gateway", key: trust.serviceKey });
  const revocations = followRevocations(trust?.kafkaBrokers, log);
  const verify = trust === undefined ? verifyNobody : createAccessTokenVerifier({ ...trust.tokens, revocations });
  const onTokenEnd = createTokenEnds(revocations);
  const sharedBudgets = config.redisUrl === undefined ? undefined : connectSharedBudgets(config.redisUrl, log);
  const rateLimits = createRateLimits(config.rateLimits, sharedBudgets);
  const authenticate = createAuthenticate({ verify, rateLimits, log });
  const clientAddress = createClientAddress(config.trustProxy);
  const formatError = createFormatError(log);
  const subgraphs = createSubgraphs({
    urls: config.subgraphUrls,
    timeoutMs: config.subgraphTimeoutMs,
    mutationTimeoutMs: config.subgraphMutationTimeoutMs,
    connections: config.subgraphConnections,
    credentialFor,
    log,
  });
  const { supergraphFile: file, shopScalars } = config;
  const { production, introspection, keepAliveMs, limits } = config;
  const { clientOf } = subgraphs;
  const supergraph = createSupergraphSource({ file, shopScalars, maxPaths: limits?.maxPaths, clientOf, log });
  const requireAffordable = createCostLimit(limits?.maxCost);
  const maxAgeSecondsOf = createCachePolicy(supergraph);

  const { operationsFile, operationsOnly: onlyRegistered } = config;
  const registered = operationsFile === undefined ? [] : await readManifest(operationsFile);

  const apollo = await startApollo({
    ...{ supergraph, formatError, production, introspection, log },
    operationGate: createOperationGate({
      ...{ supergraph, requireAffordable, maxAgeSecondsOf },
      measure: createOperationMetrics(registered),
    }),
  });
  const subscriptions = createSubscriptions({
    ...{ supergraph, subgraphs, formatError, production, introspection, log },
    ...{ credentialFor, keepAliveMs, timeoutMs: config.subgraphTimeoutMs, requireAffordable },
    slots: createViewerSlots(config.maxViewerSubscriptions),
    maxEventsAtWork: Math.ceil(config.subgraphConnections / 2), // the other half is for queries
  });
  const admission = createAdmission(limits);
  const texts = createOperationTexts({ registered, onlyRegistered });
  const operations = createOperations({ apollo, subscriptions, texts, admission, formatError });
  const slots = createViewerSlots(config.maxViewerSockets);
  const maxStreams = config.maxSockets;
  const clientStreams = createClientStreams({ operations, formatError, onTokenEnd, slots, maxStreams });
  const httpStreams = createHttpStreams({ clientStreams, formatError, keepAliveMs, log });

  const app = fastify({
    bodyLimit: config.maxBodyBytes,
    routerOptions: { maxParamLength },
    requestTimeout: requestTimeoutMs,
    ...(config.trustProxy === undefined ? {} : { trustProxy: config.trustProxy }),
    http: { headersTimeout: headersTimeoutMs, connectionsCheckingInterval: headersTimeoutMs / 2 },
    ...unreadableRequests(formatError),
    forceCloseConnections: "idle",
    return503OnClosing: false, // what comes over a connection that is still open is answered, and told that it closes
  });
  traceRequests(app);
  measureRequests(app);
  const endSilentConnections = trackSilentConnections(app.server);
  registerHttpErrors(app, formatError);
  registerJsonBodies(app);
  registerSecurityHeaders(app, { overTls: production });
  registerCors(app, { origins: config.corsOrigins, anyLocalhost: !production });
  const health = registerHealthRoutes(app, {
    supergraph: () => Promise.resolve(supergraph.current()),
    revocations: () => revocations.ping(),
  });
  registerGraphqlRoute(app, {
    ...{ path, apollo, authenticate, clientAddress, texts, admission, httpStreams, formatError },
  });
  await routes(app, {
    admit: createRestDoor({ operations, clientStreams, authenticate, formatError }),
    schema: () => supergraph.current().schema,
    subgraphs: () =>
      supergraph.current().subgraphs.map(({ name, url }) => ({ name, url: subgraphs.urlOf({ name, url }) })),
  });
  const webSockets = serveWebSockets(app.server, {
    ...{ path, operations, authenticate, onTokenEnd, clientAddress, formatError, slots, keepAliveMs, log },
    admitOperation: (context) => rateLimits.admitOperation(context),
    newcomerSlots: createViewerSlots(config.maxViewerSockets),
    maxSockets: config.maxSockets,
    maxSocketOperations: config.maxSocketOperations,
    maxMessageBytes: config.maxBodyBytes,
    initTimeoutMs: config.socketInitTimeoutMs,
  });
  await app.listen({ host: config.host, port: config.port });
  const { port } = app.server.address() as AddressInfo;
  log.info({ port }, "the gateway listens");

  return {
    port,
    readiness: health.readiness,
    stop: async () => {
      health.drain();
      const drained = drainServer(app);
      endSilentConnections();
      const settled = Promise.race([operations.settled(), sleep(drainLimitMs, undefined, { ref: false })]);
      await Promise.all([settled, subscriptions.stop()]);
      clientStreams.close();
      await webSockets.close();
      await drained;
      await apollo.stop();
      await Promise.all([subgraphs.close(), revocations.stop()]);
      sharedBudgets?.close();
    },
  };
}
