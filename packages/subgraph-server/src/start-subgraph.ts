import { type AddressInfo } from "node:net";
import { ApolloServer } from "@apollo/server";
import { unwrapResolverError } from "@apollo/server/errors";
import { ApolloServerPluginInlineTraceDisabled } from "@apollo/server/plugin/disabled";
import fastifyApollo from "@as-integrations/fastify";
import {
  clientAddressHeader,
  serviceCredentialHeader,
  type VerifyAccessToken,
  type VerifyServiceCredential,
  type Viewer,
} from "@shop/auth";
import { forbidden, toClientError } from "@shop/graphql-errors";
import { registerCors, registerSecurityHeaders } from "@shop/http-door";
import {
  drainServer,
  measureRequests,
  type Readiness,
  type ReadinessChecks,
  registerHealthRoutes,
  trackSilentConnections,
} from "@shop/lifecycle";
import {
  type OpenApiPaths,
  registerRestFacade,
  sendUnreadable,
  type ServiceName,
  type SubscribeOperation,
} from "@shop/rest-facade";
import { type Logger, traceRequests } from "@shop/telemetry";
import { fastify, type FastifyInstance, type FastifyReply } from "fastify";
import { GraphQLError, type GraphQLSchema } from "graphql";
import { type DoorConfig, loadDoorConfig } from "./config";
import { createOperationMetrics } from "./operation-metrics";
import { asksOnlyFor } from "./query-fields";
import { createRestDoor } from "./rest-door";
import { buildSchema, type Resolvers } from "./schema";

/** What a context is made from, one for each request. */
export interface SubgraphRequest {
  readonly viewer: Viewer | null;
  /** The client's own, as the gateway passed it on; for the list of sessions. */
  readonly userAgent: string | undefined;
  /** The client's IP address: of a mutation as the gateway passed it on, at a REST route the connection's. */
  readonly address: string | undefined;
}

export interface SubgraphOptions<Context extends object> {
  readonly name: ServiceName;
  readonly host: string;
  readonly port: number;
  /** Path of its schema.graphql. */
  readonly schemaFile: string;
  readonly resolvers: Resolvers;
  readonly verifyViewer: VerifyAccessToken;
  readonly verifyCaller: VerifyServiceCredential;
  /** What a caller may ask for at /graphql, as fields of Query; one that is not named here may ask for anything. */
  readonly queryFieldsOf?: Readonly<Record<string, readonly string[]>>;
  /** Called once a request: the loaders in it must not outlive it. */
  readonly createContext: (request: SubgraphRequest) => Context;
  /** What nothing can be answered without. */
  readonly readiness: ReadinessChecks;
  /** What most can be answered without. */
  readonly uses?: ReadinessChecks;
  /** Whether an error tells of a store that does not answer; clients then read SERVICE_UNAVAILABLE. */
  readonly isOutage?: (error: unknown) => boolean;
  /** For REST routes that stream, where the service has such. */
  readonly subscribe?: SubscribeOperation;
  /** The service's own HTTP routes, beside /graphql and health: REST, keys, webhooks. */
  readonly routes?: (app: FastifyInstance) => void | Promise<void>;
  /** Those of them that clients are to know of. */
  readonly describedPaths?: OpenApiPaths;
  /** As the environment has it, where it is not given. */
  readonly door?: DoorConfig;
  readonly log: Logger;
}

export interface Subgraph {
  readonly port: number;
  readonly app: FastifyInstance;
  readonly schema: GraphQLSchema;
  readonly readiness: () => Promise<Readiness>;
  /** Not ready, no new connections; the requests that run may finish, for 10 s. */
  stop(): Promise<void>;
}

const maxBodyBytes = 1_000_000;
// The same from clients of the gateway, which writes operations of its own around their variables.
const maxOperationBytes = maxBodyBytes + 100_000;
const requestTimeoutMs = 30_000;
/** Longer than anything that is one: what is no id is told by who looks for it. */
const maxParamLength = 1_000;

/**
 * Serves a subgraph: /graphql to callers with a service credential; to anyone health, its REST routes under the rights of
 * the user's token, and the service's own routes.
 */
export async function startSubgraph<Context extends object>(options: SubgraphOptions<Context>): Promise<Subgraph> {
  const { log, door = loadDoorConfig() } = options;
  const app = fastify({
    bodyLimit: maxBodyBytes,
    requestTimeout: requestTimeoutMs,
    routerOptions: { maxParamLength },
    // An address that is none: Fastify's own answer names Fastify.
    frameworkErrors: ({ statusCode = 400 }, _request, reply) => void sendUnreadable(reply as FastifyReply, statusCode),
    forceCloseConnections: "idle",
    return503OnClosing: false, // what comes over a connection that is still open is answered, and told that it closes
  });
  traceRequests(app);
  app.addHook("onRoute", (route) => {
    if (route.url === "/graphql") route.bodyLimit = maxOperationBytes;
  });
  const endSilentConnections = trackSilentConnections(app.server);
  registerSecurityHeaders(app);
  registerCors(app, { origins: door.corsOrigins, anyLocalhost: door.anyLocalhost });
  measureRequests(app);
  const health = registerHealthRoutes(app, options.readiness, options.uses);
  const schema = buildSchema(options.schemaFile, options.resolvers);
  const apollo = new ApolloServer<Context>({
    schema,
    introspection: true, // behind the service credential
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    csrfPrevention: false, // no browser holds a service credential
    formatError: (formatted, error) => toClientError(formatted, unwrapResolverError(error), log, options.isOutage),
    plugins: [ApolloServerPluginInlineTraceDisabled(), createOperationMetrics()],
  });
  await apollo.start();
  await app.register(fastifyApollo(apollo), {
    path: "/graphql",
    method: ["POST"],
    context: async (request) => {
      const caller = await options.verifyCaller(header(request.headers[serviceCredentialHeader]));
      if (caller === null) throw notTheGateway();
      const fields = options.queryFieldsOf?.[caller];
      const { query } = (request.body ?? {}) as { query?: unknown };
      if (fields !== undefined && !asksOnlyFor(fields, query)) throw notTheGateway();
      const viewer = await options.verifyViewer(request.headers.authorization);
      const { "user-agent": userAgent, [clientAddressHeader]: address } = request.headers;
      return options.createContext({ viewer, userAgent, address: header(address) });
    },
  });
  registerRestFacade(app, {
    service: options.name,
    admit: createRestDoor({ ...options, apollo }),
    schema: () => schema,
    docs: door.docs,
    otherPaths: options.describedPaths,
    log,
  });
  await options.routes?.(app);
  await app.listen({ host: options.host, port: options.port });
  const { port } = app.server.address() as AddressInfo;
  log.info({ port }, `${options.name} listens`);
  return {
    port,
    app,
    schema,
    readiness: health.readiness,
    stop: async () => {
      health.drain();
      endSilentConnections();
      await drainServer(app);
      await apollo.stop();
    },
  };
}

/** Without a status of its own, Apollo Server answers what goes wrong before an operation with 500. */
function notTheGateway(): GraphQLError {
  const { message, extensions } = forbidden("This endpoint is for the gateway. Use the gateway's /graphql.");
  return new GraphQLError(message, { extensions: { ...extensions, http: { status: 403 } } });
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}
