import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestIssuer, testServiceKeys, type TestIssuer } from "@shop/auth/testing";
import { createLogger, type Logger } from "@shop/telemetry";
import { GraphQLError } from "graphql";
import { composeSupergraph } from "../../src/composition";
import { type Config } from "../../src/config";
import { type Gateway, type RegisterRoutes, startService } from "../../src/service";
import { createEventLog, type EventLog } from "./event-log";
import { startSubgraph, type TestSubgraph } from "./subgraph";

const federation = (...imports: string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ${JSON.stringify(imports)})\n`;

export interface Answer {
  readonly status: number;
  readonly data?: Record<string, unknown> | null;
  readonly errors?: {
    readonly message: string;
    readonly path?: (string | number)[];
    readonly extensions: Record<string, unknown>;
  }[];
}

/** A small shop in three subgraphs behind a gateway of its own. */
export interface Shop {
  readonly gateway: Gateway;
  readonly url: string;
  readonly socketUrl: string;
  readonly config: Config;
  /** Silent; to be spied on. */
  readonly log: Logger;
  readonly issuer: TestIssuer;
  readonly product: TestSubgraph;
  readonly order: TestSubgraph;
  readonly notification: TestSubgraph;
  readonly events: EventLog;
  ask(query: string, options?: { variables?: object; headers?: Record<string, string> }): Promise<Answer>;
  stop(): Promise<void>;
}

/** @param options.kafkaBrokers where the gateway hears of revoked tokens; nowhere, if they are not given */
export async function startShop(
  options: { config?: Partial<Config>; routes?: RegisterRoutes; kafkaBrokers?: string[] } = {},
): Promise<Shop> {
  // As loadConfig() does for the process.
  process.env["APOLLO_TELEMETRY_DISABLED"] = "1";
  const events = createEventLog();
  const [product, order, notification] = await Promise.all([startProduct(), startOrder(), startNotification(events)]);
  const subgraphs = [product, order, notification];
  const issuer = await startTestIssuer();
  const folder = await mkdtemp(join(tmpdir(), "gateway-"));
  const supergraphFile = join(folder, "supergraph.graphql");
  await writeFile(supergraphFile, await compose(folder, subgraphs));
  const config: Config = {
    host: "127.0.0.1",
    port: 0,
    production: false,
    supergraphFile,
    shopScalars: true,
    subgraphUrls: {},
    trust: { tokens: issuer, kafkaBrokers: options.kafkaBrokers, serviceKey: testServiceKeys.gateway.privateKey },
    // Longer than a busy machine stops for, as all time limits here.
    subgraphTimeoutMs: 10_000,
    subgraphMutationTimeoutMs: 10_000,
    subgraphConnections: 16,
    redisUrl: undefined,
    rateLimits: { requestsPerAddress: 0, requestsPerViewer: 0 },
    trustProxy: undefined,
    introspection: true,
    pages: [],
    consoles: { minio: undefined, jaeger: undefined },
    mailboxDir: undefined,
    corsOrigins: [],
    operationsFile: undefined,
    operationsOnly: false,
    limits: {
      maxDocumentLength: 20_000,
      maxTokens: 1_000,
      maxDepth: 10,
      maxAliases: 20,
      maxRootFields: 10,
      maxFields: 300,
      maxDirectives: 20,
      maxVariableDepth: 8,
      maxVariableValues: 1_000,
      maxCost: 20_000,
      maxPaths: 2_000,
      credentialFields: [],
    },
    maxBodyBytes: 100_000,
    maxSockets: 50,
    maxViewerSockets: 50,
    maxViewerSubscriptions: 100,
    socketInitTimeoutMs: 10_000,
    maxSocketOperations: 5,
    keepAliveMs: 5_000,
    ...options.config,
  };
  const log = createLogger("gateway");
  log.level = "silent";
  const gateway = await startService(config, log, options.routes);
  const url = `http://127.0.0.1:${gateway.port}/graphql`;

  const stop = async (): Promise<void> => {
    await gateway.stop();
    await Promise.all([...subgraphs.map((subgraph) => subgraph.kill()), issuer.stop()]);
    await rm(folder, { recursive: true });
  };
  let stopped: Promise<void> | undefined;
  return {
    ...{ gateway, url, config, log, issuer, product, order, notification, events },
    socketUrl: url.replace("http", "ws"),
    ask: async (query, { variables, headers } = {}) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", ...headers },
        body: JSON.stringify({ query, variables }),
      });
      return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
    },
    stop: () => (stopped ??= stop()),
  };
}

/** Writes what Rover reads, and composes it. @throws every composition error */
export async function compose(
  folder: string,
  subgraphs: readonly (Pick<TestSubgraph, "name" | "typeDefs" | "port"> & { readonly path?: string })[],
): Promise<string> {
  const listed = subgraphs.map(({ name, port, path = "/graphql" }) => [
    name,
    { routing_url: `http://127.0.0.1:${port}${path}`, schema: { file: `./${name}.graphql` } },
  ]);
  const configFile = join(folder, "supergraph.yaml");
  await Promise.all(subgraphs.map(({ name, typeDefs }) => writeFile(join(folder, `${name}.graphql`), typeDefs)));
  await writeFile(configFile, JSON.stringify({ subgraphs: Object.fromEntries(listed) as object }));
  const composed = composeSupergraph(configFile);
  if (!composed.ok) throw new Error(composed.errors.join("\n"));
  return composed.supergraphSdl;
}

function startProduct(): Promise<TestSubgraph> {
  const toProduct = (id: string) =>
    id.startsWith("prd_") ? { __typename: "Product", id, name: `Name of ${id}` } : null;
  return startSubgraph(
    "product",
    `${federation("@key", "@composeDirective", "@inaccessible")}
    extend schema @link(url: "https://specs.shop.example/cacheControl/v1.0", import: ["@cacheControl"])
      @composeDirective(name: "@cacheControl")
    directive @cacheControl(maxAge: Int, inheritMaxAge: Boolean) on FIELD_DEFINITION | OBJECT | INTERFACE | UNION
    type Product @key(fields: "id") @cacheControl(maxAge: 30) {
      id: ID!
      name: String!
      available: Int @cacheControl(maxAge: 5)
      price: Price
      stock: Int @cacheControl(maxAge: 0)
    }
    type Price @cacheControl(inheritMaxAge: true) { amount: Int history: [PriceChange!] }
    type PriceChange { by: String }
    type Query { product(id: ID!): Product whoAsks: String broken: String refused: String }
    input LoginInput { email: String! password: String! }
    type AuthTokens { accessToken: String! }
    type AuthPayload { tokens: AuthTokens }
    type Mutation { renameProduct(id: ID!, name: String!): Product login(input: LoginInput!): AuthPayload }`,
    {
      Query: {
        product: (_: never, { id }: { id: string }) => toProduct(id),
        whoAsks: (_: never, __: never, context: { authorization?: string }) => context.authorization ?? "nobody",
        broken: () => {
          throw new Error("connect ECONNREFUSED 10.1.2.3:5432");
        },
        refused: () => {
          throw new GraphQLError("Your role does not allow this.", { extensions: { code: "FORBIDDEN" } });
        },
      },
      Mutation: {
        renameProduct: (_: never, { id, name }: { id: string; name: string }) => ({ ...toProduct(id), name }),
        login: (_: never, { input }: { input: { password: string } }) => ({
          tokens: input.password === "right" ? { accessToken: "a token" } : null,
        }),
      },
      Product: { __resolveReference: ({ id }: { id: string }) => toProduct(id) },
    },
  );
}

function startOrder(): Promise<TestSubgraph> {
  const toOrder = (id: string) => ({ __typename: "Order", id, number: `No. ${id}`, product: { id: "prd_1" } });
  return startSubgraph(
    "order",
    `${federation("@key")}
    type Order @key(fields: "id") { id: ID! number: String! product: Product }
    type Product @key(fields: "id") { id: ID! timesOrdered: Int }
    type Query { order(id: ID!): Order orders: [Order!] }`,
    {
      Query: {
        order: (_: never, { id }: { id: string }) => toOrder(id),
        orders: () => ["ord_1", "ord_2"].map(toOrder),
      },
      Order: { __resolveReference: ({ id }: { id: string }) => toOrder(id) },
      Product: { timesOrdered: () => 7 },
    },
  );
}

function startNotification(events: EventLog): Promise<TestSubgraph> {
  const subjectOf = ({ orderId }: { orderId: string | null }) => (orderId === null ? null : { id: orderId });
  return startSubgraph(
    "notification",
    `${federation("@key", "@composeDirective", "@inaccessible")}
    extend schema @link(url: "https://specs.shop.example/resumable/v1.0", import: ["@resumable"])
      @composeDirective(name: "@resumable")
    extend schema @link(url: "https://specs.shop.example/current-state/v1.0", import: ["@currentState"])
      @composeDirective(name: "@currentState")
    directive @resumable(argument: String!, cursor: String!, head: String) on FIELD_DEFINITION
    directive @currentState on FIELD_DEFINITION
    type Notification { cursor: String! title: String! subject: Order viewer: String }
    type Headline { title: String! subject: Order }
    type Order @key(fields: "id", resolvable: false) { id: ID! }
    type Query { unread: Int head(of: String): String! @inaccessible }
    type Subscription {
      notificationReceived(after: String): Notification! @resumable(argument: "after", cursor: "cursor")
      topicTold(of: String!, after: String): Notification! @resumable(argument: "after", cursor: "cursor", head: "head")
      latestTitle: String
      headline: Headline @currentState
      countdown(from: Int!): Int
      forbidden: String
    }`,
    {
      Query: { unread: () => 3, head: () => events.head() },
      Headline: { subject: subjectOf },
      Notification: {
        subject: subjectOf,
        viewer: (_: never, __: never, context: { authorization?: string }) => context.authorization ?? "nobody",
      },
      Subscription: {
        notificationReceived: {
          subscribe: async function* (_: never, { after }: { after?: string }) {
            for await (const event of events.follow(after)) yield { notificationReceived: event };
          },
        },
        topicTold: {
          subscribe: async function* (_: never, { after }: { after?: string }) {
            for await (const event of events.follow(after)) yield { topicTold: event };
          },
        },
        latestTitle: {
          subscribe: async function* () {
            for await (const event of events.follow(null)) yield { latestTitle: event.title };
          },
        },
        headline: {
          subscribe: async function* () {
            for await (const event of events.follow(events.beforeLast())) yield { headline: event };
          },
        },
        countdown: {
          subscribe: async function* (_: never, { from }: { from: number }) {
            for (let left = from; left > 0; left -= 1) yield await Promise.resolve({ countdown: left });
            for await (const _event of events.follow(null)) return;
          },
        },
        forbidden: {
          subscribe: () => {
            throw new GraphQLError("Your role does not allow this.", { extensions: { code: "FORBIDDEN" } });
          },
        },
      },
    },
  );
}
