import { startShop, type Shop } from "./shop/shop";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());
afterEach(() => {
  shop.product.hanging = false;
});

const orderWithProduct = `{ order(id: "ord_1") { number product { name timesOrdered } } }`;

it("answers a query from several subgraphs", async () => {
  expect(await shop.ask(orderWithProduct)).toEqual({
    status: 200,
    data: { order: { number: "No. ord_1", product: { name: "Name of prd_1", timesOrdered: 7 } } },
  });
});

it("passes the viewer's token, the user agent and its own credential on", async () => {
  const authorization = await shop.issuer.bearer({ userId: "usr_1" });
  const answer = await shop.ask("{ whoAsks }", { headers: { authorization, "user-agent": "till/1.0" } });
  expect(answer.data).toEqual({ whoAsks: authorization });
  expect(shop.product.requests.at(-1)?.headers).toMatchObject({
    "user-agent": "till/1.0",
    "x-service-credential": expect.any(String) as string,
  });
});

it("tells where a mutation comes from, by what it saw itself, and of a query nothing", async () => {
  const headers = { "x-client-address": "203.0.113.7", "x-forwarded-for": "203.0.113.7" };
  await shop.ask(`mutation { renameProduct(id: "prd_1", name: "Kettle") { name } }`, { headers });
  expect(shop.product.requests.at(-1)?.headers["x-client-address"]).toMatch(/^(::ffff:)?127\.0\.0\.1$/);
  await shop.ask("{ whoAsks }", { headers });
  expect(shop.product.requests.at(-1)?.headers).not.toHaveProperty("x-client-address");
});

it("runs a mutation, and not by GET", async () => {
  const mutation = `mutation { renameProduct(id: "prd_1", name: "Kettle") { name } }`;
  expect(await shop.ask(mutation)).toMatchObject({ data: { renameProduct: { name: "Kettle" } } });

  const byGet = await fetch(`${shop.url}?query=${encodeURIComponent(mutation)}`, {
    headers: { "apollo-require-preflight": "1" },
  });
  expect(byGet.status).toBe(405);
});

it("answers a query by GET, and refuses one that a page of another site could have sent", async () => {
  const url = `${shop.url}?query=${encodeURIComponent("{ unread }")}`;
  const asked = await fetch(url, { headers: { "apollo-require-preflight": "1" } });
  expect(await asked.json()).toEqual({ data: { unread: 3 } });
  expect((await fetch(url)).status).toBe(400);
});

it.each([
  ["of no such name", { query: "query One { unread }", operationName: "Two" }],
  ["left open among two", { query: "query One { unread } query Two { unread }" }],
])("refuses an operation %s as the client's mistake", async (_case, body) => {
  const answer = await fetch(shop.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
});

it("refuses a token that does not hold before anything else, with 401", async () => {
  const asked = shop.product.requests.length;
  const expired = await shop.issuer.bearer({ userId: "usr_1", expiresAt: new Date(Date.now() - 1_000) });
  for (const authorization of ["Bearer nonsense", expired]) {
    expect(await shop.ask("{ whoAsks }", { headers: { authorization } })).toMatchObject({
      status: 401,
      errors: [{ extensions: { code: "UNAUTHENTICATED" } }],
    });
  }
  expect(shop.product.requests).toHaveLength(asked);
});

it("keeps a subgraph's code, path and name, and nothing of what it did not mean to tell", async () => {
  const { data, errors } = await shop.ask("{ a: refused b: broken unread }");
  expect(data).toEqual({ a: null, b: null, unread: 3 });
  const traceId = errors?.[0]?.extensions["traceId"];
  expect(traceId).toMatch(/^[0-9a-f]{32}$/);
  expect(errors).toEqual([
    {
      message: "Your role does not allow this.",
      path: ["a"],
      extensions: { code: "FORBIDDEN", serviceName: "product", traceId },
    },
    {
      message: expect.stringContaining("product service") as string,
      path: ["b"],
      extensions: { code: "INTERNAL_SERVER_ERROR", serviceName: "product", traceId },
    },
  ]);
  expect(JSON.stringify(errors)).not.toMatch(/ECONNREFUSED|10\.1\.2\.3/);
});

it("tells a bad variable without repeating it", async () => {
  const answer = await shop.ask("query ($id: ID!) { product(id: $id) { name } }", {
    variables: { id: { password: "hunter2" } },
  });
  expect(answer).toMatchObject({ status: 400, errors: [{ extensions: { code: "BAD_USER_INPUT" } }] });
  expect(JSON.stringify(answer)).not.toContain("hunter2");
});

it("does not wait longer for a subgraph than its timeout, and answers the rest", async () => {
  const impatient = await startShop({ config: { subgraphTimeoutMs: 1_000 } });
  impatient.product.hanging = true;
  const { data, errors } = await impatient.ask(`{ orders { number product { name } } unread }`);
  expect(data).toEqual({
    orders: [
      { number: "No. ord_1", product: null },
      { number: "No. ord_2", product: null },
    ],
    unread: 3,
  });
  expect(errors).toEqual([
    {
      message: "The product service cannot be reached at the moment: try again.",
      path: ["orders", 0, "product", "name"],
      extensions: {
        ...{ code: "SERVICE_UNAVAILABLE", serviceName: "product", retryAfterSeconds: 5 },
        traceId: expect.any(String) as string,
      },
    },
  ]);
  await impatient.stop();
});

it("abandons what runs for a client that has left", async () => {
  shop.product.hanging = true;
  const warned = jest.spyOn(shop.log, "warn");
  const client = new AbortController();
  const asked = shop.product.requests.length;
  const left = fetch(shop.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ whoAsks }" }),
    signal: client.signal,
  });
  while (shop.product.requests.length === asked) await new Promise(setImmediate);
  client.abort();
  await expect(left).rejects.toThrow();
  await shop.product.requests.at(-1)?.closed;
  // Had it been given up for taking too long, that would have been told.
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

it("answers the rest while a subgraph is down, and all of it once that is back", async () => {
  await shop.product.kill();
  // More often than it takes for the subgraph to be left alone for a while.
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const answer = await shop.ask(orderWithProduct);
    expect(answer.data).toEqual({ order: { number: "No. ord_1", product: null } });
    expect(answer.errors).toEqual([
      expect.objectContaining({
        path: ["order", "product", "name"],
        extensions: expect.objectContaining({ code: "SERVICE_UNAVAILABLE", serviceName: "product" }) as object,
      }),
    ]);
    expect(JSON.stringify(answer)).not.toMatch(new RegExp(`127\\.0\\.0\\.1|${shop.product.port}|ECONN|stack`, "i"));
  }
  expect(await shop.ask("{ unread }")).toEqual({ status: 200, data: { unread: 3 } });

  await shop.product.revive();
  let answer = await shop.ask(orderWithProduct);
  while (answer.errors !== undefined) answer = await shop.ask(orderWithProduct);
  expect(answer.data).toMatchObject({ order: { product: { name: "Name of prd_1" } } });
});

it.each([
  ["a subscription", "subscription { latestTitle }", "BAD_REQUEST"],
  ["what does not parse", "{ unread", "GRAPHQL_PARSE_FAILED"],
  ["a document of too many tokens", `{ ${"unread ".repeat(1_000)} }`, "TOO_COMPLEX"],
  ["an unknown field", "{ unraed }", "GRAPHQL_VALIDATION_FAILED"],
  [
    "too many aliases",
    `{ order(id: 1) { ${Array.from({ length: 21 }, (_, i) => `a${i}: id`).join(" ")} } }`,
    "TOO_COMPLEX",
  ],
  ["too many root fields", `{ ${"unread ".repeat(11)} }`, "TOO_COMPLEX"],
  ["what is too deep", `{ __schema { types ${"{ ofType ".repeat(9)} { name } ${"}".repeat(9)} } }`, "TOO_COMPLEX"],
  [
    "few fragments that make many fields",
    `{ order(id: 1) { ...F0 } } ${Array.from({ length: 9 }, (_, i) => `fragment F${i} on Order { id id ...F${i + 1} ...F${i + 1} }`).join(" ")} fragment F9 on Order { id }`,
    "TOO_COMPLEX",
  ],
  [
    "fragments that spread each other",
    "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "GRAPHQL_VALIDATION_FAILED",
  ],
])("refuses %s with 400", async (_what, query, code) => {
  const answer = await shop.ask(query);
  expect(answer.status).toBe(400);
  expect(answer.errors?.map((error) => error.extensions["code"])).toContain(code);
});

it.each([
  ["no JSON", "{", "application/json", 400],
  ["a form", "query={unread}", "application/x-www-form-urlencoded", 415],
  ["too large a body", `"${"x".repeat(200_000)}"`, "application/json", 413],
])("refuses %s in GraphQL's shape", async (_what, body, contentType, status) => {
  const response = await fetch(shop.url, { method: "POST", headers: { "content-type": contentType }, body });
  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "BAD_REQUEST" } }] });
});

it("lets pages of localhost call it while it is developed, and no other", async () => {
  const preflight = (origin: string) =>
    fetch(shop.url, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });
  const allowed = await preflight("http://localhost:3000");
  expect(allowed.status).toBe(204);
  expect(allowed.headers.get("access-control-allow-origin")).toBe("http://localhost:3000");
  expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
});
