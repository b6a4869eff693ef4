import { type KeyObject } from "node:crypto";
import { resolve } from "node:path";
import { loadEnvironment } from "@shop/env";
import { toMailboxDir } from "@shop/mailer";
import { type z } from "zod";
import { type TrustProxy } from "./client-address";
import { environment } from "./environment";
import { credentialMutations } from "./limits/credential-fields";
import { type RateLimitSettings } from "./limits/rate-limits";
import { type Consoles } from "./pages/pages";
import { needIntrospection, type PageName, usualPages } from "./pages/page-names";

export { environment };

export interface Config {
  readonly host: string;
  readonly port: number;
  readonly production: boolean;
  readonly supergraphFile: string;
  /** Whether the scalars of that supergraph are those of the shop's contract. */
  readonly shopScalars: boolean;
  /** By a subgraph's name: the address that stands in for its routing URL. */
  readonly subgraphUrls: Readonly<Record<string, string>>;
  /** Undefined: Authorization goes to the subgraphs unverified, and the gateway proves itself to none of them. */
  readonly trust: Trust | undefined;
  readonly subgraphTimeoutMs: number;
  readonly subgraphMutationTimeoutMs: number;
  readonly subgraphConnections: number;
  /** Where all instances count together; undefined: each process by itself. */
  readonly redisUrl: string | undefined;
  readonly rateLimits: RateLimitSettings;
  readonly trustProxy: TrustProxy | undefined;
  readonly introspection: boolean;
  /** The pages for people that are served. */
  readonly pages: readonly PageName[];
  /** What the start page leads to besides. */
  readonly consoles: Consoles;
  /** The mail that /mailbox shows; undefined: there is no such page. */
  readonly mailboxDir: string | undefined;
  readonly corsOrigins: readonly string[];
  /** Operations known beforehand; undefined: none. */
  readonly operationsFile: string | undefined;
  /** Whether no others are taken, but for what the server's own REST routes ask. */
  readonly operationsOnly: boolean;
  /** Undefined: operations may be as large as they like. */
  readonly limits: OperationLimits | undefined;
  readonly maxBodyBytes: number;
  readonly maxSockets: number;
  readonly maxViewerSockets: number;
  readonly maxViewerSubscriptions: number;
  readonly socketInitTimeoutMs: number;
  readonly maxSocketOperations: number;
  readonly keepAliveMs: number;
}

export interface Trust {
  readonly tokens: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string };
  /** Where it hears which tokens were revoked; undefined, as in tests that have no broker: none is. */
  readonly kafkaBrokers: string[] | undefined;
  /** What the gateway proves itself to the subgraphs with. */
  readonly serviceKey: KeyObject;
}

/** What the command line says of a gateway that runs by itself. */
export interface StandaloneOptions {
  readonly supergraphFile: string;
  readonly port: number;
  readonly host: string | undefined;
  /** Whether the limits of the environment hold; without them nothing is refused for its size. */
  readonly limits: boolean;
}

/** What one operation may hold, counted before it costs anything. */
export interface OperationLimits {
  /** Characters. */
  readonly maxDocumentLength: number;
  readonly maxTokens: number;
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxRootFields: number;
  readonly maxFields: number;
  readonly maxDirectives: number;
  readonly maxVariableDepth: number;
  readonly maxVariableValues: number;
  /** Points; see limits/cost.ts. */
  readonly maxCost: number;
  /** Ways through the subgraphs that are compared at once when it is planned. */
  readonly maxPaths: number;
  /** Root fields of Mutation that may stand in an operation once each. */
  readonly credentialFields: readonly string[];
}

const apolloSandbox = "https://studio.apollographql.com";
const repository = resolve(__dirname, "../..");

/** The shop's gateway. Prints what does not fit in the environment and exits with 1. */
export function loadConfig(): Config {
  const env = loadEnvironment(environment, process.env);
  const settings = settingsOf(env, credentialMutations);
  const { production } = settings;
  const moved = {
    user: env.USER_URL,
    product: env.PRODUCT_URL,
    order: env.ORDER_URL,
    notification: env.NOTIFICATION_URL,
    comment: env.COMMENT_URL,
  };
  return {
    ...settings,
    port: env.GATEWAY_PORT,
    supergraphFile: resolve(repository, env.SUPERGRAPH_FILE),
    shopScalars: true,
    subgraphUrls: Object.fromEntries(
      Object.entries(moved).flatMap(([name, base]) =>
        base === undefined ? [] : [[name, `${base.replace(/\/$/, "")}/graphql`]],
      ),
    ),
    trust: {
      tokens: { jwksUrl: env.JWKS_URL, issuer: env.TOKEN_ISSUER, audience: env.TOKEN_AUDIENCE },
      kafkaBrokers: env.KAFKA_BROKERS,
      serviceKey: env.GATEWAY_SERVICE_KEY,
    },
    redisUrl: env.REDIS_URL,
    rateLimits: {
      requestsPerAddress: env.RATE_LIMIT_ADDRESS,
      requestsPerViewer: env.RATE_LIMIT_VIEWER,
    },
    introspection: env.INTROSPECTION ?? (!production || needIntrospection(settings.pages)),
    mailboxDir: production ? undefined : toMailboxDir(env),
  };
}

/** A gateway by itself, on any supergraph. Of the environment only what is not about the shop counts. */
export function loadStandaloneConfig(options: StandaloneOptions): Config {
  const env = loadEnvironment(environment.omit({ GATEWAY_SERVICE_KEY: true }), process.env);
  const settings = settingsOf(env);
  return {
    ...settings,
    host: options.host ?? settings.host,
    port: options.port,
    supergraphFile: resolve(invocationFolder(), options.supergraphFile),
    shopScalars: false,
    subgraphUrls: {},
    trust: undefined,
    redisUrl: undefined,
    rateLimits: { requestsPerAddress: 0, requestsPerViewer: 0 },
    introspection: env.INTROSPECTION ?? true,
    mailboxDir: undefined,
    ...(options.limits ? {} : unlimited),
  };
}

/** What `npm run operations:register` works on. */
export function loadRegistrationConfig(): {
  readonly operationsFile: string;
  readonly supergraphFile: string;
  /** Where file names of the command line start. */
  readonly folder: string;
} {
  const env = loadEnvironment(environment.pick({ OPERATIONS_FILE: true, SUPERGRAPH_FILE: true }), process.env);
  return {
    operationsFile: resolve(repository, env.OPERATIONS_FILE ?? "operations.json"),
    supergraphFile: resolve(repository, env.SUPERGRAPH_FILE),
    folder: invocationFolder(),
  };
}

/** npm runs scripts in the repository, wherever its user stands. */
function invocationFolder(): string {
  return process.env["INIT_CWD"] ?? process.cwd();
}

const unlimited = {
  limits: undefined,
  maxBodyBytes: Number.MAX_SAFE_INTEGER, // the HTTP server takes an integer
  maxSockets: Infinity,
  maxViewerSockets: Infinity,
  maxViewerSubscriptions: Infinity,
  maxSocketOperations: Infinity,
} satisfies Partial<Config>;

type Settings = Omit<
  Config,
  | "port"
  | "supergraphFile"
  | "shopScalars"
  | "subgraphUrls"
  | "trust"
  | "redisUrl"
  | "rateLimits"
  | "introspection"
  | "mailboxDir"
>;

function settingsOf(
  env: Omit<z.infer<typeof environment>, "GATEWAY_SERVICE_KEY">,
  onceAnOperation: readonly string[] = [],
): Settings {
  // @apollo/gateway reads it when it is constructed, and reports to Apollo otherwise.
  process.env["APOLLO_TELEMETRY_DISABLED"] ??= "1";
  const production = env.NODE_ENV === "production";
  return {
    host: env.HOST,
    production,
    subgraphTimeoutMs: env.SUBGRAPH_TIMEOUT_MS,
    subgraphMutationTimeoutMs: env.SUBGRAPH_MUTATION_TIMEOUT_MS,
    subgraphConnections: env.SUBGRAPH_CONNECTIONS,
    trustProxy: env.TRUSTED_PROXIES,
    pages: env.PAGES?.filter((page) => page !== "none") ?? usualPages(production),
    consoles: { minio: env.MINIO_CONSOLE_URL, jaeger: env.JAEGER_UI_URL },
    corsOrigins: env.CORS_ORIGINS ?? (production ? [] : [apolloSandbox]),
    operationsFile: env.OPERATIONS_FILE && resolve(repository, env.OPERATIONS_FILE),
    operationsOnly: env.OPERATIONS_ONLY,
    limits: {
      maxDocumentLength: env.MAX_DOCUMENT_LENGTH,
      maxTokens: env.MAX_TOKENS,
      maxDepth: env.MAX_DEPTH,
      maxAliases: env.MAX_ALIASES,
      maxRootFields: env.MAX_ROOT_FIELDS,
      maxFields: env.MAX_FIELDS,
      maxDirectives: env.MAX_DIRECTIVES,
      maxVariableDepth: env.MAX_VARIABLE_DEPTH,
      maxVariableValues: env.MAX_VARIABLE_VALUES,
      maxCost: env.MAX_COST,
      maxPaths: env.MAX_PATHS,
      credentialFields: onceAnOperation,
    },
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxSockets: env.MAX_SOCKETS,
    maxViewerSockets: env.MAX_VIEWER_SOCKETS,
    maxViewerSubscriptions: env.MAX_VIEWER_SUBSCRIPTIONS,
    socketInitTimeoutMs: env.SOCKET_INIT_TIMEOUT_MS,
    maxSocketOperations: env.MAX_SOCKET_OPERATIONS,
    keepAliveMs: env.KEEP_ALIVE_MS,
  };
}
