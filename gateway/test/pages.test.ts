import { fastify, type FastifyInstance } from "fastify";
import { examples } from "../src/pages/examples";
import { pageNames } from "../src/pages/page-names";
import { type PagesOptions, registerPages } from "../src/pages/pages";
import { registerSecurityHeaders } from "../src/security-headers";

const asPage = { accept: "text/html,*/*" };
let neighbour: FastifyInstance;
let app: FastifyInstance;
const apps: FastifyInstance[] = [];

async function serve(options: Partial<PagesOptions> = {}): Promise<FastifyInstance> {
  const served = fastify();
  apps.push(served);
  registerSecurityHeaders(served, { production: options.development === false });
  served.get("/graphql", () => "an answer");
  served.get("/readyz", () => ({ status: "ok", checks: { supergraph: "ok" } }));
  const subgraphs = () => [
    { name: "user", url: `${neighbour.listeningOrigin}/graphql` },
    { name: "product", url: "http://127.0.0.1:1/graphql" },
  ];
  registerPages(served, { pages: pageNames, development: true, subgraphs, mailbox: undefined, ...options });
  await served.ready();
  return served;
}

beforeAll(async () => {
  neighbour = fastify();
  neighbour.get("/readyz", (_request, reply) =>
    reply.code(503).send({ status: "failed", checks: { postgres: "failed", kafka: "ok" } }),
  );
  await neighbour.listen({ host: "127.0.0.1", port: 0 });
  app = await serve();
});

afterAll(() => Promise.all([neighbour, ...apps].map((one) => one.close())));

it("serves GraphiQL from its own files, with the examples in its tabs", async () => {
  const { statusCode, headers, body } = await app.inject({ url: "/graphiql" });
  expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(body).not.toMatch(/(src|href)="https?:/);
  for (const { query } of examples) expect(body).toContain(JSON.stringify(query));
});

it("begins at a page of its own that leads to the others", async () => {
  const { statusCode, headers, body } = await app.inject({ url: "/" });
  expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(headers["content-security-policy"]).toContain("script-src 'sha256-");
  expect(headers["content-security-policy"]).not.toContain("https:");
  expect(body).not.toMatch(/(src|href)="https?:/);
  for (const href of ["/graphiql", "/graphql", "/docs", "/openapi.json"]) expect(body).toContain(`href="${href}"`);
  expect(body).not.toContain("/mailbox");
  expect(body).toContain("customer@example.com");
});

it("tells which services are ready, what they wait for, and which do not answer", async () => {
  const { services } = (await app.inject({ url: "/status" })).json<{ services: unknown }>();
  expect(services).toEqual([
    { name: "gateway", state: "ready", checks: { supergraph: "ok" } },
    { name: "user", state: "failing", checks: { postgres: "failed", kafka: "ok" }, url: neighbour.listeningOrigin },
    { name: "product", state: "down", checks: {}, url: "http://127.0.0.1:1" },
  ]);
});

it("shows neither accounts nor addresses in production", async () => {
  const production = await serve({ development: false });
  expect((await production.inject({ url: "/" })).body).not.toMatch(/example\.com<|demo-password-1<\/code>/);
  expect((await production.inject({ url: "/status" })).body).not.toContain("127.0.0.1");
});

it("shows a browser that opens /graphql Apollo Sandbox, which alone may come from Apollo's host", async () => {
  const { statusCode, headers, body } = await app.inject({ url: "/graphql", headers: asPage });
  expect([statusCode, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
  expect(headers["content-security-policy"]).toMatch(
    /script-src [^;]*https:\/\/embeddable-sandbox\.cdn\.apollographql/,
  );
  expect(headers["content-security-policy"]).toContain("frame-src https://sandbox.embed.apollographql.com");
  expect(body).toContain('href="/graphiql"');
});

it("leaves /graphql to whoever asks for an answer", async () => {
  expect((await app.inject({ url: "/graphql", headers: { accept: "application/json" } })).body).toBe("an answer");
});

it("serves only the pages that it is told to, and links to no other", async () => {
  const bare = await serve({ pages: [] });
  expect((await bare.inject({ url: "/graphql", headers: asPage })).body).toBe("an answer");
  for (const url of ["/", "/status", "/graphiql"]) expect((await bare.inject({ url })).statusCode).toBe(404);
  const start = await serve({ pages: ["start"] });
  expect((await start.inject({ url: "/" })).body).not.toMatch(/href="\/(graphiql|graphql|docs)"/);
});
