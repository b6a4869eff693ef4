import { createHash } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSchema } from "graphql";
import { MessageType } from "graphql-ws";
import { printManifest } from "../src/limits/operation-manifest";
import { registerOperations } from "../src/limits/registration";
import { connectSocket } from "./shop/clients";
import { type Answer, type Shop, startShop } from "./shop/shop";

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const persisted = (id: string) => ({ persistedQuery: { version: 1, sha256Hash: id } });

const post = async (shop: Shop, body: object, headers: Record<string, string> = {}): Promise<Answer> => {
  const response = await fetch(shop.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
};
const get = async (shop: Shop, search: Record<string, string>): Promise<Answer> => {
  const response = await fetch(`${shop.url}?${new URLSearchParams(search).toString()}`, {
    headers: { "apollo-require-preflight": "1" },
  });
  return { status: response.status, ...((await response.json()) as Omit<Answer, "status">) };
};
const outcome = ({ status, data, errors }: Answer) => [status, errors?.[0]?.extensions["code"] ?? data];

describe("automatic persisted queries", () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await startShop();
  });
  afterAll(() => shop.stop());

  it("remembers a text once it has come with its id, by POST and GET alike", async () => {
    const query = "{ unread  }";
    const extensions = persisted(sha256(query));
    const miss = await post(shop, { extensions });
    expect(outcome(miss)).toEqual([200, "PERSISTED_QUERY_NOT_FOUND"]);
    expect(miss.errors?.[0]?.message).toBe("PersistedQueryNotFound");
    expect(outcome(await post(shop, { query, extensions }))).toEqual([200, { unread: 3 }]);
    expect(outcome(await post(shop, { extensions }))).toEqual([200, { unread: 3 }]);
    expect(outcome(await get(shop, { extensions: JSON.stringify(extensions) }))).toEqual([200, { unread: 3 }]);
  });

  it("refuses a text under an id that is not its own", async () => {
    const answer = await post(shop, { query: "{ unread }", extensions: persisted(sha256("{ whoAsks }")) });
    expect(outcome(answer)).toEqual([400, "BAD_REQUEST"]);
    expect(outcome(await post(shop, { extensions: persisted(sha256("{ whoAsks }")) }))).toEqual([
      200,
      "PERSISTED_QUERY_NOT_FOUND",
    ]);
  });

  it("forgets those that were longest out of use", async () => {
    const register = (query: string) => post(shop, { query, extensions: persisted(sha256(query)) });
    await register("{ whoAsks }");
    // More than is kept in all, by their length.
    const long = Array.from({ length: 50 }, (_, n) => `{ unread } # ${n} ${"x".repeat(90_000)}`);
    for (const query of long) await register(query);
    expect(outcome(await post(shop, { extensions: persisted(sha256("{ whoAsks }")) }))[1]).toBe(
      "PERSISTED_QUERY_NOT_FOUND",
    );
  });
});

describe("registered operations alone", () => {
  const source = `
    # of the shelf
    query Unread { unread }
    query Named($id: ID!) { product(id: $id) { ...Card } }
    fragment Card on Product { name }
    subscription Titles { latestTitle }`;
  const schema = buildSchema(`
    type Query { unread: Int product(id: ID!): Product } type Product { id: ID! name: String! }
    type Subscription { latestTitle: String }`);
  const registration = registerOperations(new Map([["front-end.graphql", source]]), schema);
  const operations = registration.ok ? registration.operations : [];
  const idOf = (name: string): string => operations.find((each) => each.name === name)?.id ?? "";

  let folder: string;
  let shop: Shop;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "operations-"));
    const operationsFile = join(folder, "operations.json");
    await writeFile(operationsFile, printManifest(operations));
    shop = await startShop({
      config: { operationsFile, operationsOnly: true },
      routes: (app, { admit }) => {
        app.get("/v1/who", async () => {
          const caller = await admit({ signal: new AbortController().signal });
          return caller.ok ? caller.execute({ query: "{ whoAsks }" }) : caller;
        });
      },
    });
  });
  afterAll(async () => {
    await shop.stop();
    await rm(folder, { recursive: true });
  });

  it("are taken by their id, or by their whole text, however it is laid out", async () => {
    const variables = { id: "prd_1" };
    const named = [200, { product: { name: "Name of prd_1" } }];
    expect(outcome(await post(shop, { variables, extensions: persisted(idOf("Named")) }))).toEqual(named);
    const query = "query Named($id: ID!) {\n\n product(id: $id) { ...Card } } fragment Card on Product { name } # !";
    expect(outcome(await post(shop, { query, variables }))).toEqual(named);
    expect(outcome(await get(shop, { extensions: JSON.stringify(persisted(idOf("Unread"))) }))).toEqual([
      200,
      { unread: 3 },
    ]);
  });

  it.each([
    ["a text of another operation", { query: "{ unread }" }, 403, "OPERATION_NOT_REGISTERED"],
    ["a text beside a registered one", { query: `${source} query More { whoAsks }` }, 403, "OPERATION_NOT_REGISTERED"],
    ["introspection", { query: "{ __schema { types { name } } }" }, 403, "OPERATION_NOT_REGISTERED"],
    ["what is no GraphQL", { query: '{ "' }, 403, "OPERATION_NOT_REGISTERED"],
    ["nothing", { variables: {} }, 403, "OPERATION_NOT_REGISTERED"],
    ["an unknown id", { extensions: persisted("abc") }, 404, "PERSISTED_QUERY_NOT_FOUND"],
    [
      "another text with its id",
      { query: "{ whoAsks }", extensions: persisted(sha256("{ whoAsks }")) },
      403,
      "OPERATION_NOT_REGISTERED",
    ],
    [
      "another text with a registered id",
      { query: "{ whoAsks }", extensions: persisted(idOf("Unread")) },
      403,
      "OPERATION_NOT_REGISTERED",
    ],
  ])("leave no room for %s", async (_what, body, status, code) => {
    const asked = shop.product.requests.length;
    expect(outcome(await post(shop, body))).toEqual([status, code]);
    const streamed = await fetch(shop.url, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "text/event-stream" },
      body: JSON.stringify(body),
    });
    expect(await streamed.text()).toContain(code);
    expect(shop.product.requests).toHaveLength(asked);
  });

  it("are what sockets take, too", async () => {
    const client = await connectSocket(shop.socketUrl);
    client.send({ id: "1", type: "subscribe", payload: { query: "subscription { latestTitle }" } });
    expect(await client.receive()).toMatchObject({
      type: MessageType.Error,
      payload: [{ extensions: { code: "OPERATION_NOT_REGISTERED" } }],
    });
    client.send({ id: "2", type: "subscribe", payload: { query: "", extensions: persisted(idOf("Titles")) } });
    await shop.events.hasReaders(1);
    shop.events.add("Extra");
    expect(await client.receive()).toMatchObject({ id: "2", payload: { data: { latestTitle: "Extra" } } });
    client.socket.close();
  });

  it("do not bind the server's own routes", async () => {
    expect(await (await fetch(new URL("/v1/who", shop.url))).json()).toMatchObject({ data: { whoAsks: "nobody" } });
  });
});

it.each([
  ["an operation without a name", "{ unread }", /no name/],
  ["two of one name", "query A { unread } query A { __typename }", /more than one operation A/],
  ["what the schema does not answer", "query A { nothing }", /^A: Cannot query field "nothing"/],
  ["what does not parse", "query A {", /^a\.graphql, line 1: Syntax Error/],
])("registers nothing of files with %s", (_what, text, problem) => {
  const registration = registerOperations(new Map([["a.graphql", text]]), buildSchema("type Query { unread: Int }"));
  expect(registration).toEqual({ ok: false, problems: [expect.stringMatching(problem)] });
});
