import { MessageType } from "graphql-ws";
import { abuses } from "../../../bench/src/abuse-collection";
import { connectSocket } from "../shop/clients";
import { type GuardedShop, startGuardedShop } from "./guarded-shop";

let shop: GuardedShop;
beforeAll(async () => {
  shop = await startGuardedShop();
});
afterAll(() => shop.stop());
beforeEach(() => {
  shop.asked.length = 0;
});

const stillAnswers = { status: 200, data: { __typename: "Query" } };

describe.each(abuses)("$name", ({ query, variables, code }) => {
  it(`is refused over HTTP with ${code}, before any subgraph is asked`, async () => {
    const { status, data, errors } = await shop.post({ query, variables });
    expect({ status, data }).toEqual({ status: 400, data: undefined });
    expect(new Set(errors?.map(({ extensions }) => extensions["code"]))).toEqual(new Set([code]));
    expect(shop.asked).toEqual([]);
    expect(await shop.post({ query: "{ __typename }" })).toEqual(stillAnswers);
  });

  it(`is refused over a socket with ${code}, before any subgraph is asked`, async () => {
    const client = await connectSocket(shop.socketUrl);
    client.send({ id: "1", type: "subscribe", payload: { query, variables } });
    const refused = await client.receive();
    if (refused.type !== MessageType.Error) throw new Error(`got ${refused.type}`);
    expect(new Set(refused.payload.map(({ extensions }) => extensions?.["code"]))).toEqual(new Set([code]));
    expect(shop.asked).toEqual([]);
    client.send({ id: "2", type: "subscribe", payload: { query: "{ __typename }" } });
    expect(await client.receive()).toMatchObject({ id: "2", type: "next", payload: { data: stillAnswers.data } });
    client.socket.close();
  });
});

it.each([
  ["a batch", JSON.stringify(Array.from({ length: 100 }, () => ({ query: "{ me { id } }" }))), 400],
  [
    "lists 200,000 deep",
    `{"query":"{ me { id } }","variables":{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}}`,
    400,
  ],
  ["lists 200,000 deep for a body", `${"[".repeat(200_000)}${"]".repeat(200_000)}`, 400],
  [
    "objects 100,000 deep in extensions",
    `{"query":"{ me { id ","extensions":${'{"a":'.repeat(100_000)}1${"}".repeat(100_000)}}`,
    400,
  ],
  ["variables that are a text", `{"query":"{ me { id } }","variables":"${"x".repeat(500_000)}"}`, 400],
  ["variables that are a list", `{"query":"{ me { id } }","variables":[[[1]]]}`, 400],
  ["a query that is an object", `{"query":{"kind":"Document"}}`, 400],
  ["a query that is a list", `{"query":["{ me { id } }"]}`, 400],
  ["a prototype", `{"query":"{ me { id } }","variables":{"__proto__":{"a":1}}}`, 400],
  ["a body of two megabytes", `{"query":"{ me { id } }","variables":{"a":"${"x".repeat(2_000_000)}"}}`, 413],
])("refuses %s as the client's mistake", async (_what, body, status) => {
  const answer = await shop.post(body);
  expect(answer.status).toBe(status);
  expect(answer.errors?.[0]?.extensions["code"]).toMatch(/^(BAD_REQUEST|TOO_COMPLEX|GRAPHQL_PARSE_FAILED)$/);
  expect(shop.asked).toEqual([]);
  expect(await shop.post({ query: "{ __typename }" })).toEqual(stillAnswers);
});

it.each(["text/event-stream", "multipart/mixed;subscriptionSpec=1.0"])("refuses the same as %s", async (accept) => {
  const response = await fetch(shop.url, {
    method: "POST",
    headers: { "content-type": "application/json", accept },
    body: JSON.stringify({
      query: "subscription { productUpdated(productId: 1) { comments(first: 20000) { edges { cursor } } } }",
    }),
  });
  expect(await response.text()).toContain('"TOO_COMPLEX"');
  expect(shop.asked).toEqual([]);
});

it.each([
  ["a document", { query: `{ me { ${"id ".repeat(900)} } }` }],
  ["variables", { query: "{ me { id } }", variables: `{"a":${"[".repeat(2_000)}${"]".repeat(2_000)}}` }],
])("refuses the same of %s by GET", async (_what, search) => {
  const response = await fetch(`${shop.url}?${new URLSearchParams(search).toString()}`, {
    headers: { "apollo-require-preflight": "1" },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "TOO_COMPLEX" } }] });
  expect(shop.asked).toEqual([]);
});

it("says what an operation would cost, and what one may", async () => {
  const query = "{ products(first: 30000) { edges { node { id } } } }";
  const { maxCost } = shop.config.limits ?? {};
  expect(await shop.post({ query })).toMatchObject({
    errors: [{ extensions: { code: "TOO_COMPLEX", cost: 30_000 * 21 + 10, maxCost } }],
  });
});
