import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger } from "@shop/telemetry";
import { startSubgraph, type Subgraph } from "../src";
import { buildSchema } from "../src/schema";

const folder = mkdtempSync(join(tmpdir(), "subgraph-"));
const callers = ["gateway", "clerk"];
let subgraph: Subgraph;
beforeAll(async () => {
  const schemaFile = join(folder, "schema.graphql");
  writeFileSync(schemaFile, "type Query { greeting: String other: String } type Mutation { change: Int }");
  subgraph = await startSubgraph({
    name: "user",
    host: "127.0.0.1",
    port: 0,
    schemaFile,
    resolvers: { Query: { greeting: () => "good day", other: () => "night" }, Mutation: { change: () => 1 } },
    verifyViewer: () => Promise.resolve(null),
    verifyCaller: (credential) => Promise.resolve(callers.find((caller) => credential === `the ${caller}'s`) ?? null),
    queryFieldsOf: { clerk: ["greeting"] },
    createContext: () => ({}),
    readiness: {},
    door: { corsOrigins: ["https://shop.example"], anyLocalhost: false, docs: true },
    log: createLogger("user", () => undefined),
  });
});
afterAll(async () => {
  await subgraph.stop();
  rmSync(folder, { recursive: true });
});

const ask = (headers: Record<string, string>, query = "{ greeting }"): Promise<Response> =>
  fetch(`http://127.0.0.1:${subgraph.port}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ query }),
  });

it("answers the gateway", async () => {
  const answer = await ask({ "x-service-credential": "the gateway's" });
  expect(await answer.json()).toEqual({ data: { greeting: "good day" } });
});

it("lets no answer be sniffed or framed, and its page run its own scripts alone", async () => {
  const page = await fetch(`http://127.0.0.1:${subgraph.port}/docs`);
  for (const { headers } of [await ask({}), await fetch(`http://127.0.0.1:${subgraph.port}/v1/users/me`), page]) {
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "content-security-policy": expect.stringMatching(/^default-src 'none'.*frame-ancestors 'none'/) as string,
    });
  }
  expect(page.headers.get("content-security-policy")).toContain("script-src 'sha256-");
});

it("refuses a caller without a service credential with 403", async () => {
  const answer = await ask({});
  expect(answer.status).toBe(403);
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
});

it("answers a caller that may ask for some fields these, and nothing else", async () => {
  const asked = (query: string) => ask({ "x-service-credential": "the clerk's" }, query);
  expect(await (await asked("query Mine { hello: greeting }")).json()).toEqual({ data: { hello: "good day" } });
  for (const query of [
    "{ other }",
    "{ greeting other }",
    "{ greeting: other }",
    "{ ...on Query { greeting } }",
    "{ ...more } fragment more on Query { other }",
    "{ __schema { types { name } } }",
    "query A { greeting } mutation B { change }",
    "mutation { change }",
    "{ greeting",
    `{ ${"greeting ".repeat(300)} }`,
  ]) {
    expect((await asked(query)).status).toBe(403);
  }
});

it.each(["/v1/users/%", `/v1/users/${"x".repeat(2_000)}`])(
  "says of an address that is none no more than that: %.20s",
  async (path) => {
    const answer = await fetch(`http://127.0.0.1:${subgraph.port}${path}`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([
      path.endsWith("%") ? 400 : 414,
      "application/problem+json; charset=utf-8",
    ]);
    expect(await answer.text()).not.toContain("FST_");
  },
);

it("answers a REST route by itself, with no request to its own port", async () => {
  const arrived: (string | undefined)[] = [];
  subgraph.app.server.on("request", ({ url }) => arrived.push(url));
  await fetch(`http://127.0.0.1:${subgraph.port}/v1/users/usr_1`);
  expect(arrived).toEqual(["/v1/users/usr_1"]);
});

it("lets pages of the origins that it is told, and of no other, call its routes", async () => {
  const allowed = async (origin: string) => {
    const headers = { origin, "access-control-request-method": "PATCH", "access-control-request-headers": "if-match" };
    const preflight = await fetch(`http://127.0.0.1:${subgraph.port}/v1/users/me`, { method: "OPTIONS", headers });
    const answer = await fetch(`http://127.0.0.1:${subgraph.port}/v1/users/me`, { headers: { origin } });
    const nameOf = (response: Response) => response.headers.get("access-control-allow-origin");
    return [preflight.status, nameOf(preflight), preflight.headers.get("access-control-allow-headers"), nameOf(answer)];
  };
  expect(await allowed("https://shop.example")).toEqual([
    204,
    "https://shop.example",
    "if-match",
    "https://shop.example",
  ]);
  for (const origin of ["http://localhost:3000", "https://shop.example.evil", "null"]) {
    expect(await allowed(origin)).toEqual([204, null, null, null]);
  }
});

it("does not start with a root field that nothing would answer", () => {
  const schemaFile = join(folder, "schema.graphql");
  expect(() => buildSchema(schemaFile, { Query: { greeting: () => "good day" } })).toThrow(
    "Query.other has no resolver",
  );
});
