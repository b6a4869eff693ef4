/** Who may import whom (docs/adr/0001): packages know no service, services know no service, nothing knows local/. */
const own = (kind) => `^${kind}/([^/]+)/`;
/** @type {import("dependency-cruiser").IConfiguration} */
module.exports = {
  forbidden: [
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "services-never-import-each-other",
      comment: "They meet in SDL, event contracts and the inventory RPC.",
      severity: "error",
      from: { path: own("subgraphs") },
      to: { path: "^(subgraphs/|gateway/)", pathNot: "^subgraphs/$1/" },
    },
    {
      name: "gateway-imports-no-service",
      severity: "error",
      from: { path: "^gateway/" },
      to: { path: "^subgraphs/" },
    },
    {
      name: "packages-never-import-services",
      severity: "error",
      comment: "Their tests may start the stores that local/ has.",
      from: { path: "^packages/", pathNot: "/test/" },
      to: { path: "^(subgraphs|gateway|local|prisma|e2e)/" },
    },
    {
      name: "local-is-imported-by-nothing",
      comment: "A service cannot tell whether it talks to a stand-in. Tests may start them.",
      severity: "error",
      from: { pathNot: "^(local|e2e|bench)/|/test/|^[^/]+$" },
      to: { path: "^local/" },
    },
    {
      name: "only-messaging-knows-kafkajs",
      severity: "error",
      from: { pathNot: "^(packages/messaging|local)/" },
      to: { path: "node_modules/kafkajs/" },
    },
    {
      name: "use-cases-know-no-transport",
      comment: "A use case or a rule (src/*.ts, beside main and the wiring) knows no GraphQL, HTTP or Kafka.",
      severity: "error",
      from: {
        path: "^subgraphs/[^/]+/src/[^/]+\\.ts$",
        pathNot:
          "/src/(main|service|config|context|loaders|events|subscriptions|entities|inventory-server|webhooks|[a-z-]+-route)\\.ts$",
      },
      to: { path: "node_modules/(graphql|@apollo|fastify|kafkajs|undici|graphql-ws|ws)/|/src/resolvers/" },
    },
    {
      name: "resolvers-know-context-and-types",
      comment: "A resolver reads the viewer, calls a use case, maps the outcome: no store client in it.",
      severity: "error",
      from: { path: "^subgraphs/[^/]+/src/resolvers/" },
      to: { path: "node_modules/(@prisma|pg|mongoose|ioredis|minio|kafkajs)/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(/dist/|/generated/|\\.data/)" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["types", "require", "node", "default"] },
  },
};
