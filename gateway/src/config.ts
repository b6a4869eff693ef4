import { resolve } from "node:path";
import { durationMs, list, loadEnvironment, port, secret, url } from "@shop/env";
import { z } from "zod";
import { parseTrustedProxies, type TrustProxy } from "./client-address";
import { type RateLimitSettings } from "./limits/rate-limits";

const http = () => url("http", "https");
const rate = (points: number) => z.coerce.number().int().nonnegative().default(points);

export const environment = z.object({
  NODE_ENV: z.string().default("development").describe("production switches introspection and suggestions off"),
  HOST: z.string().default("127.0.0.1").describe("The address to listen on"),
  GATEWAY_PORT: port(8085).describe("The gateway's port"),
  SUPERGRAPH_FILE: z
    .string()
    .default("supergraph.graphql")
    .describe("The composed supergraph, relative to the repository; a changed file is taken up while the gateway runs"),
  USER_URL: http().optional().describe("Where the user service is, if not where supergraph.yaml says"),
  PRODUCT_URL: http().optional().describe("Where the product service is, if not where supergraph.yaml says"),
  ORDER_URL: http().optional().describe("Where the order service is, if not where supergraph.yaml says"),
  NOTIFICATION_URL: http().optional().describe("Where the notification service is, if not where supergraph.yaml says"),
  COMMENT_URL: http().optional().describe("Where the comment service is, if not where supergraph.yaml says"),
  JWKS_URL: http()
    .default("http://127.0.0.1:8080/.well-known/jwks.json")
    .describe("The public keys that access tokens are verified with"),
  TOKEN_ISSUER: z.string().default("http://localhost:8080").describe("The `iss` that an access token must have"),
  TOKEN_AUDIENCE: z.string().default("shop").describe("The `aud` that an access token must have"),
  SERVICE_SECRET: secret("development-service-secret").describe("What services prove themselves to each other with"),
  SUBGRAPH_TIMEOUT_MS: durationMs(3_000).describe("How long a subgraph may take to answer a query"),
  SUBGRAPH_MUTATION_TIMEOUT_MS: durationMs(10_000).describe("How long a subgraph may take to answer a mutation"),
  SUBGRAPH_CONNECTIONS: z.coerce.number().int().positive().default(64).describe("Connections to each subgraph"),
  REDIS_URL: url("redis", "rediss")
    .optional()
    .describe("Redis; without it each gateway process counts its rate limits by itself"),
  RATE_LIMIT_ADDRESS: rate(60_000).describe("Requests and socket operations of one address in a minute; 0: any number"),
  RATE_LIMIT_VIEWER: rate(30_000).describe("Requests and socket operations of one viewer in a minute; 0: any number"),
  RATE_LIMIT_CREDENTIALS_ADDRESS: rate(300).describe(
    "Sign-ins, registrations and password changes tried from one address in 5 minutes; 0: any number",
  ),
  RATE_LIMIT_CREDENTIALS_ACCOUNT: rate(10).describe(
    "Sign-ins, registrations and password changes tried at one account in 5 minutes with no success between; 0: any number",
  ),
  TRUSTED_PROXIES: list()
    .transform((proxies, context): TrustProxy => {
      try {
        return parseTrustedProxies(proxies);
      } catch {
        context.addIssue("must be addresses and CIDR ranges, or a number of proxies");
        return z.NEVER;
      }
    })
    .optional()
    .describe("Whose X-Forwarded-For is believed: addresses and CIDR ranges, or how many proxies there are; none"),
  INTROSPECTION: z.stringbool().optional().describe("Answers introspection; by default everywhere but in production"),
  CORS_ORIGINS: list()
    .optional()
    .describe(
      "Origins whose pages may call the gateway; but in production, Apollo Sandbox and any port of localhost may",
    ),
  OPERATIONS_FILE: z
    .string()
    .optional()
    .describe("A manifest of registered operations (`npm run operations:register`), read at the start"),
  OPERATIONS_ONLY: z.stringbool().default(false).describe("Refuses every operation that is not registered"),
  MAX_BODY_BYTES: z.coerce.number().int().positive().default(1_000_000).describe("The largest request body"),
  MAX_DOCUMENT_LENGTH: z.coerce
    .number()
    .int()
    .positive()
    .default(100_000)
    .describe("The longest document, in characters"),
  MAX_TOKENS: z.coerce.number().int().positive().default(4_000).describe("The longest document, in tokens"),
  MAX_DEPTH: z.coerce.number().int().positive().default(24).describe("The deepest selection"),
  MAX_ALIASES: z.coerce.number().int().positive().default(100).describe("The most aliases in an operation"),
  MAX_ROOT_FIELDS: z.coerce.number().int().positive().default(30).describe("The most root fields in an operation"),
  MAX_FIELDS: z.coerce
    .number()
    .int()
    .positive()
    .default(1_000)
    .describe("The most fields in a document, its fragments counted wherever they are spread"),
  MAX_DIRECTIVES: z.coerce.number().int().positive().default(100).describe("The most directives in a document"),
  MAX_VARIABLE_DEPTH: z.coerce.number().int().positive().default(16).describe("The deepest variable"),
  MAX_VARIABLE_VALUES: z.coerce.number().int().positive().default(50_000).describe("The most values in the variables"),
  MAX_COST: z.coerce
    .number()
    .int()
    .positive()
    .default(200_000)
    .describe("The most points an operation may cost: 10 for an object of the answer, 1 for a scalar (limits/cost.ts)"),
  MAX_SOCKETS: z.coerce.number().int().positive().default(10_000).describe("Open WebSockets and event streams"),
  MAX_VIEWER_SOCKETS: z.coerce
    .number()
    .int()
    .positive()
    .default(1_500)
    .describe("Open WebSockets and event streams of one user, or of one address where nobody is signed in"),
  SOCKET_INIT_TIMEOUT_MS: durationMs(3_000).describe("How long a new WebSocket may take to send `connection_init`"),
  MAX_SOCKET_OPERATIONS: z.coerce.number().int().positive().default(100).describe("Operations at once on one socket"),
  KEEP_ALIVE_MS: durationMs(12_000).describe("Between pings; a client that has not answered by the next is ended"),
});

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
  readonly socketInitTimeoutMs: number;
  readonly maxSocketOperations: number;
  readonly keepAliveMs: number;
}

export interface Trust {
  readonly tokens: { readonly jwksUrl: string; readonly issuer: string; readonly audience: string };
  /** What services prove themselves to each other with. */
  readonly serviceSecret: string;
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
  /** Root fields of Mutation that may stand in an operation once each. */
  readonly credentialFields: readonly string[];
}

/** Each tries a password or a token, or sends mail. */
const credentialFields: readonly string[] = [
  "login",
  "registerUser",
  "refreshTokens",
  "requestEmailVerification",
  "verifyEmail",
  "requestPasswordReset",
  "resetPassword",
  "changePassword",
  "deleteAccount",
];

const apolloSandbox = "https://studio.apollographql.com";
const repository = resolve(__dirname, "../..");

/** The shop's gateway. Prints what does not fit in the environment and exits with 1. */
export function loadConfig(): Config {
  const env = loadEnvironment(environment, process.env);
  const production = env.NODE_ENV === "production";
  const moved = {
    user: env.USER_URL,
    product: env.PRODUCT_URL,
    order: env.ORDER_URL,
    notification: env.NOTIFICATION_URL,
    comment: env.COMMENT_URL,
  };
  return {
    ...settingsOf(env, credentialFields),
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
      serviceSecret: env.SERVICE_SECRET,
    },
    redisUrl: env.REDIS_URL,
    rateLimits: {
      requestsPerAddress: env.RATE_LIMIT_ADDRESS,
      requestsPerViewer: env.RATE_LIMIT_VIEWER,
      credentialsPerAddress: env.RATE_LIMIT_CREDENTIALS_ADDRESS,
      credentialsPerAccount: env.RATE_LIMIT_CREDENTIALS_ACCOUNT,
    },
    introspection: env.INTROSPECTION ?? !production,
  };
}

/** A gateway by itself, on any supergraph. Of the environment only what is not about the shop counts. */
export function loadStandaloneConfig(options: StandaloneOptions): Config {
  const env = loadEnvironment(environment.omit({ SERVICE_SECRET: true }), process.env);
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
    rateLimits: { requestsPerAddress: 0, requestsPerViewer: 0, credentialsPerAddress: 0, credentialsPerAccount: 0 },
    introspection: env.INTROSPECTION ?? true,
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
  maxSocketOperations: Infinity,
} satisfies Partial<Config>;

type Settings = Omit<
  Config,
  "port" | "supergraphFile" | "shopScalars" | "subgraphUrls" | "trust" | "redisUrl" | "rateLimits" | "introspection"
>;

function settingsOf(
  env: Omit<z.infer<typeof environment>, "SERVICE_SECRET">,
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
      credentialFields: onceAnOperation,
    },
    maxBodyBytes: env.MAX_BODY_BYTES,
    maxSockets: env.MAX_SOCKETS,
    maxViewerSockets: env.MAX_VIEWER_SOCKETS,
    socketInitTimeoutMs: env.SOCKET_INIT_TIMEOUT_MS,
    maxSocketOperations: env.MAX_SOCKET_OPERATIONS,
    keepAliveMs: env.KEEP_ALIVE_MS,
  };
}
