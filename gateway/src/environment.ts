import { count, durationMs, list, port, servicePrivateKey, url } from "@shop/env";
import { mailboxEnvironment } from "@shop/mailer";
import { z } from "zod";
import { pageNames } from "./pages/page-names";
import { parseTrustedProxies, type TrustProxy } from "./client-address";

const http = () => url("http", "https");
const rate = (points: number) => z.coerce.number().int().nonnegative().default(points);

/** Every variable that the gateway reads, with what the README says of it. */
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
  KAFKA_BROKERS: list()
    .default(["127.0.0.1:9092"])
    .describe("Kafka's brokers, host:port,host:port: where it is told which access tokens were revoked"),
  GATEWAY_SERVICE_KEY: servicePrivateKey().describe(
    "The gateway's own private key, which it proves itself to the services with (`npm run keys:service -- gateway`); `npm start` makes one, but in production.",
  ),
  SUBGRAPH_TIMEOUT_MS: durationMs(3_000).describe("How long a subgraph may take to answer a query"),
  SUBGRAPH_MUTATION_TIMEOUT_MS: durationMs(10_000).describe("How long a subgraph may take to answer a mutation"),
  SUBGRAPH_CONNECTIONS: count(64).describe("Connections to each subgraph"),
  REDIS_URL: url("redis", "rediss")
    .optional()
    .describe("Redis; without it each gateway process counts its rate limits by itself"),
  RATE_LIMIT_ADDRESS: rate(60_000).describe("Requests and socket operations of one address in a minute; 0: any number"),
  RATE_LIMIT_VIEWER: rate(30_000).describe("Requests and socket operations of one viewer in a minute; 0: any number"),
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
  ...mailboxEnvironment.shape,
  INTROSPECTION: z
    .stringbool()
    .optional()
    .describe(
      "Answers introspection; by default everywhere, but in production only where PAGES names graphiql or sandbox",
    ),
  PAGES: list()
    .pipe(z.array(z.enum([...pageNames, "none"])))
    .optional()
    .describe(
      "Which pages for people are served: start, sandbox, graphiql, docs; or none. By default all, in production start and docs",
    ),
  MINIO_CONSOLE_URL: http().optional().describe("MinIO's console, as people reach it: the start page links to it"),
  JAEGER_UI_URL: http().optional().describe("Jaeger's pages, as people reach them: the start page links to them"),
  CORS_ORIGINS: list()
    .optional()
    .describe(
      "Origins whose pages may call the gateway and the services; but in production, any port of localhost may, and the gateway Apollo Sandbox",
    ),
  OPERATIONS_FILE: z
    .string()
    .optional()
    .describe("A manifest of registered operations (`npm run operations:register`), read at the start"),
  OPERATIONS_ONLY: z.stringbool().default(false).describe("Refuses every operation that is not registered"),
  MAX_BODY_BYTES: count(1_000_000).describe("The largest request body"),
  MAX_DOCUMENT_LENGTH: count(100_000).describe("The longest document, in characters"),
  MAX_TOKENS: count(4_000).describe("The longest document, in tokens"),
  MAX_DEPTH: count(24).describe("The deepest selection"),
  MAX_ALIASES: count(100).describe("The most aliases in an operation"),
  MAX_ROOT_FIELDS: count(30).describe("The most root fields in an operation"),
  MAX_FIELDS: count(1_000).describe("The most fields in a document, its fragments counted wherever they are spread"),
  MAX_DIRECTIVES: count(100).describe("The most directives in a document"),
  MAX_VARIABLE_DEPTH: count(16).describe("The deepest variable"),
  MAX_VARIABLE_VALUES: count(50_000).describe("The most values in the variables"),
  MAX_COST: count(200_000).describe(
    "The most points an operation may cost: 10 for an object of the answer, 1 for a scalar (limits/cost.ts)",
  ),
  MAX_PATHS: count(2_000).describe(
    "The most ways through the subgraphs that may be compared at once to plan an operation",
  ),
  MAX_SOCKETS: count(10_000).describe("Open WebSockets, and as many event streams"),
  MAX_VIEWER_SOCKETS: count(1_500).describe(
    "Open WebSockets and event streams of one user, or of one address where nobody is signed in",
  ),
  MAX_VIEWER_SUBSCRIPTIONS: count(5_000).describe(
    "Open subscriptions of one user, or of one address where nobody is signed in",
  ),
  SOCKET_INIT_TIMEOUT_MS: durationMs(3_000).describe("How long a new WebSocket may take to send `connection_init`"),
  MAX_SOCKET_OPERATIONS: count(100).describe("Operations at once on one socket"),
  KEEP_ALIVE_MS: durationMs(12_000).describe("Between pings; a client that has not answered by the next is ended"),
});
