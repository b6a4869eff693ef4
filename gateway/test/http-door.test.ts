import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { type Answer, type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({
    routes: (app) => {
      app.get("/v1/products/:id", () => ({}));
      app.get("/page", (_request, reply) =>
        reply.type("text/html; charset=utf-8").send("<!doctype html><script>document.title = 1</script>"),
      );
    },
  });
});
afterAll(() => shop.stop());

const json = { "content-type": "application/json" };
const preflighted = { "apollo-require-preflight": "1" };
const query = JSON.stringify({ query: "{ unread }" });
const post = (body: string | Buffer, headers: Record<string, string> = json): Promise<Response> =>
  fetch(shop.url, { method: "POST", headers, body: body as BodyInit });
const get = (search: Record<string, string>, headers: Record<string, string> = preflighted): Promise<Response> =>
  fetch(`${shop.url}?${new URLSearchParams(search).toString()}`, { headers });
const codeIn = async (response: Response): Promise<unknown> =>
  ((await response.json()) as Pick<Answer, "errors">).errors?.[0]?.extensions["code"];

it.each<[string, number, () => Promise<Response>]>([
  ["a form", 415, () => post("query={unread}", { "content-type": "application/x-www-form-urlencoded" })],
  ["a multipart form", 415, () => post("--x", { "content-type": "multipart/form-data; boundary=x" })],
  ["plain text", 415, () => post(query, { "content-type": "text/plain" })],
  ["plain text that says it was preflighted", 415, () => post(query, { "content-type": "text/plain", ...preflighted })],
  ["a content type that is none", 415, () => post(query, { "content-type": ";;" })],
  ["another charset", 415, () => post(query, { "content-type": "application/json; charset=utf-16" })],
  ["a compressed body", 415, () => post(gzipSync(query), { ...json, "content-encoding": "gzip" })],
  ["bytes that are no UTF-8", 400, () => post(Buffer.concat([Buffer.from(query), Buffer.from([0xff])]))],
  ["half of a body", 400, () => post('{"query')],
  ["no body", 400, () => post("")],
  ["null", 400, () => post("null")],
  ["a batch", 400, () => post(`[${query}]`)],
  ["no query", 400, () => post("{}")],
  ["a query that is no text", 400, () => post('{"query":{"kind":"Document"}}')],
  ["variables that are no object", 400, () => post('{"query":"{ unread }","variables":[1]}')],
  ["extensions that are no object", 400, () => post('{"query":"{ unread }","extensions":"x"}')],
  ["a prototype", 400, () => post('{"query":"{ unread }","__proto__":{}}')],
  ["a body that is too large", 413, () => post(JSON.stringify({ query, padding: "x".repeat(200_000) }))],
  ["a client that takes no JSON", 406, () => post(query, { ...json, accept: "text/html" })],
  ["a GET that a page of another site could send", 400, () => get({ query: "{ unread }" }, {})],
  ["a GET for a stream, likewise", 400, () => get({ query: "{ unread }" }, { accept: "text/event-stream" })],
  ["a GET without a query", 400, () => get({})],
  ["a GET with half of its variables", 400, () => get({ query: "{ unread }", variables: "{" })],
  ["PUT", 405, () => fetch(shop.url, { method: "PUT", headers: json, body: query })],
  ["DELETE", 405, () => fetch(shop.url, { method: "DELETE" })],
])("refuses %s with %i, in GraphQL's shape", async (_what, status, ask) => {
  const response = await ask();
  expect(response.status).toBe(status);
  expect(response.headers.get("content-type")).toContain("application/json");
  expect(await codeIn(response)).toBe("BAD_REQUEST");
});

it("gives each answer with errors an id to ask about", async () => {
  const ids: unknown[] = [];
  for (const ask of [() => post("{"), () => post('{"query":"{"}'), () => fetch(new URL("/nothing", shop.url))]) {
    const { errors } = (await (await ask()).json()) as Pick<Answer, "errors">;
    expect(errors?.[0]?.extensions["traceId"]).toMatch(/^[0-9a-f]{32}$/);
    ids.push(errors?.[0]?.extensions["traceId"]);
  }
  expect(new Set(ids).size).toBe(ids.length);
});

it("runs no mutation whose answer nobody takes, or that comes by GET", async () => {
  const mutation = 'mutation { renameProduct(id: "prd_1", name: "Kettle") { name } }';
  const asked = shop.product.requests.length;
  expect((await post(JSON.stringify({ query: mutation }), { ...json, accept: "image/png" })).status).toBe(406);
  const byGet = await get({ query: mutation });
  expect([byGet.status, byGet.headers.get("allow")]).toEqual([405, "POST"]);
  expect(shop.product.requests).toHaveLength(asked);
});

it.each([
  ["/v1/products/%", 400, "application/problem+json"],
  ["/v1/%E0%A4%A/x?q=1", 400, "application/problem+json"],
  [`/v1/products/${"x".repeat(2_000)}`, 414, "application/problem+json"],
  ["/%", 400, "application/json"],
])(
  "says of an address that cannot be read, in the shape of what is asked for, that it is wrong: %.20s",
  async (path, status, type) => {
    const response = await fetch(`${new URL(shop.url).origin}${path}`);
    expect([response.status, response.headers.get("content-type")?.split(";")[0]]).toEqual([status, type]);
    expect(await response.text()).toMatch(/"code":"BAD_REQUEST"/);
  },
);

it("says which methods there are", async () => {
  for (const [method, status] of [
    ["OPTIONS", 204],
    ["HEAD", 405],
  ] as const) {
    const response = await fetch(shop.url, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([status, "GET, POST, OPTIONS"]);
  }
});

it.each([
  ["*/*", "application/json; charset=utf-8"],
  ["application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json; charset=utf-8"],
])("answers a client that accepts %s with %s, errors too", async (accept, type) => {
  for (const asked of ["{ unread }", "{ nothing }"]) {
    const response = await post(JSON.stringify({ query: asked }), { ...json, accept });
    expect(response.headers.get("content-type")).toBe(type);
    await response.body?.cancel();
  }
});

it("takes a body that says UTF-8 in quotes", async () => {
  expect((await post(query, { "content-type": 'application/json; charset="UTF-8"' })).status).toBe(200);
});

it("answers a stream by GET", async () => {
  const response = await get({ query: "{ unread }" }, { ...preflighted, accept: "text/event-stream" });
  expect(await response.text()).toContain('data: {"data":{"unread":3}}');
});

/** What the server says to bytes that no client library would send. */
const raw = async (bytes: string): Promise<string> => {
  const socket = connect(shop.gateway.port, "127.0.0.1");
  socket.write(bytes);
  return text(socket);
};

it.each([
  ["no HTTP", "nonsense\r\n\r\n", "400"],
  [
    "two lengths",
    "POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "400",
  ],
  ["headers without end", `GET /graphql HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(20_000)}\r\n`, "431"],
])("ends a connection that brings %s, and says why", async (_what, bytes, status) => {
  const answer = await raw(bytes);
  expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  expect(JSON.parse(answer.slice(answer.indexOf("\r\n\r\n")))).toMatchObject({
    errors: [{ extensions: { code: "BAD_REQUEST" } }],
  });
  expect(answer).not.toMatch(/HPE_|Parse Error|fastify/i);
});

it("lets no answer be sniffed, framed or kept", async () => {
  for (const response of [await post(query), await post("{"), await fetch(new URL("/nothing", shop.url))]) {
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    });
    expect(response.headers.has("strict-transport-security")).toBe(false);
    expect(response.headers.has("x-powered-by")).toBe(false);
    await response.body?.cancel();
  }
});

it("lets a page run the scripts that are written in it, and no others", async () => {
  const page = await fetch(new URL("/page", shop.url));
  // echo -n 'document.title = 1' | openssl dgst -sha256 -binary | base64
  expect(page.headers.get("content-security-policy")).toContain(
    "script-src 'sha256-Q36D6Uk7W0215wajbK9dq3X/PIE9glH7LT4XQYrvSeY=';",
  );
});

describe("pages of other origins", () => {
  const from = (origin: string, headers: Record<string, string> = {}) =>
    fetch(shop.url, { method: "OPTIONS", headers: { origin, ...headers } });
  const asks = { "access-control-request-method": "POST", "access-control-request-headers": "authorization,x-own" };

  it("may ask where they are allowed, and have no credentials", async () => {
    const response = await from("http://localhost:3000", asks);
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "access-control-allow-origin": "http://localhost:3000",
      "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
      "access-control-allow-headers": "authorization,x-own",
      "access-control-max-age": "600",
      "access-control-expose-headers": "retry-after, etag, link, location, www-authenticate",
      vary: expect.stringContaining("Origin") as string,
    });
    expect(response.headers.has("access-control-allow-credentials")).toBe(false);
  });

  it.each(["null", "https://evil.example", "http://localhost.evil.example", "http://localhost:3000.evil.example"])(
    "may not where they are of %s",
    async (origin) => {
      expect((await from(origin, asks)).headers.has("access-control-allow-origin")).toBe(false);
    },
  );
});
