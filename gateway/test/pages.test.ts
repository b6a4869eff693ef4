import { gunzipSync } from "node:zlib";
import { eventually } from "@shop/subgraph-server/testing";
import { fastify, type FastifyInstance } from "fastify";
import { examples } from "../src/pages/examples";
import { type PageName, pageNames } from "../src/pages/page-names";
import { type PagesOptions, registerPages } from "../src/pages/pages";
import { registerSecurityHeaders } from "@shop/http-door";

const asPage = { accept: "text/html,*/*" };
const noConsoles = { minio: undefined, jaeger: undefined };
let neighbour: FastifyInstance;
let app: FastifyInstance;
const apps: FastifyInstance[] = [];

async function serve(options: Partial<PagesOptions> = {}): Promise<FastifyInstance> {
  const served = fastify();
  apps.push(served);
  registerSecurityHeaders(served);
  served.get("/graphql", () => "an answer");
  served.get("/readyz", () => ({ status: "ok", checks: { supergraph: "ok" } }));
  const subgraphs = () => [
    { name: "user", url: `${neighbour.listeningOrigin}/graphql` },
    { name: "product", url: "http://127.0.0.1:1/graphql" },
  ];
  const usual = { pages: pageNames, development: true, subgraphs, consoles: noConsoles, mailbox: undefined };
  registerPages(served, { ...usual, ...options });
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
  const policy = String(headers["content-security-policy"]);
  expect(policy).toMatch(/script-src ('sha256-\S+'( |;))+/);
  expect(policy).not.toMatch(/https:|unsafe-eval|script-src[^;]*unsafe-inline/);
});

it("sends GraphiQL's megabytes compressed to who takes that, and not again to who has them", async () => {
  const get = (headers: Record<string, string>) => app.inject({ url: "/graphiql", headers });
  const whole = await get({ "accept-encoding": "br, gzip;q=0" });
  expect(whole.headers).toMatchObject({ "cache-control": "private, no-cache" });
  expect(whole.headers).not.toHaveProperty("content-encoding");
  const compressed = await get({ "accept-encoding": "gzip, deflate, br" });
  expect(compressed.headers).toMatchObject({ "content-encoding": "gzip", vary: "Origin, Accept-Encoding" });
  expect(compressed.rawPayload.length).toBeLessThan(whole.rawPayload.length / 2);
  expect(gunzipSync(compressed.rawPayload).equals(whole.rawPayload)).toBe(true);

  const { etag, "content-security-policy": policy } = compressed.headers;
  const known = await get({ "if-none-match": String(etag) });
  expect([known.statusCode, known.body, known.headers.etag]).toEqual([304, "", etag]);
  expect(known.headers["content-security-policy"]).toBe(policy);
  expect((await get({ "if-none-match": '"another"' })).statusCode).toBe(200);
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

it("leads to the consoles that there are", async () => {
  const consoles = { minio: "https://minio.test/", jaeger: undefined };
  const { body } = await (await serve({ consoles })).inject("/");
  expect(body).toContain('href="https://minio.test/"');
  expect(body).not.toContain("Jaeger");
});

it("tells which services are ready, what they wait for, and which do not answer", async () => {
  const read = async () =>
    (await app.inject({ url: "/status" })).json<{ services: { name: string; state: string }[] }>();
  // One that a busy machine lets answer too late is down, too, until it is asked again.
  const { services } = await eventually(read, ({ services: [, user] }) => user?.state !== "down");
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

const addresses: Record<PageName, string> = { start: "/", sandbox: "/graphql", graphiql: "/graphiql", docs: "/docs" };
const subsets = Array.from({ length: 2 ** pageNames.length }, (_, bits) =>
  pageNames.filter((_name, place) => (bits >> place) & 1),
);

it.each(subsets.map((pages) => [pages.join() || "none", pages] as const))(
  "serves of the pages %s alone, and leads to no other",
  async (_names, pages) => {
    const some = await serve({ pages });
    const start = await some.inject("/");
    expect((await some.inject("/status")).statusCode).toBe(pages.includes("start") ? 200 : 404);
    // The REST facade serves its own.
    for (const name of pageNames.filter((one) => one !== "docs")) {
      const { statusCode, headers } = await some.inject({ url: addresses[name], headers: asPage });
      const isPage = statusCode === 200 && String(headers["content-type"]).startsWith("text/html");
      expect([name, isPage]).toEqual([name, pages.includes(name)]);
      expect([name, isPage ? headers["x-frame-options"] : "DENY"]).toEqual([name, "DENY"]);
    }
    if (!pages.includes("start")) return;
    const linked = pageNames.filter((name) => name !== "start" && start.body.includes(`href="${addresses[name]}"`));
    expect(linked).toEqual(pages.filter((name) => name !== "start"));
    expect(start.body.includes('href="/openapi.json"')).toBe(pages.includes("docs"));
  },
);
