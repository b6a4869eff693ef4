import { createGraph, type Graph, unavailable } from "./harness/graph";
import { failure } from "./harness/schemas";

const products = [
  { id: "1", name: "Kettle", makerId: "m1" },
  { id: "2", name: "Pan", makerId: "m2" },
  { id: "3", name: "Pot", makerId: "m1" },
];
const makers = [
  { id: "m1", name: "ACME" },
  { id: "m2", name: "Ironworks" },
];
const query = "type Query { products: [Product!]! groups: [[Product]] product(id: ID!): Product makers: [Maker] }";

let graph: Graph;
beforeEach(() => {
  graph = createGraph({
    monolith: `
      ${query}
      type Product { id: ID! name: String price: Int parts: [Part] maker: Maker }
      type Part { weight: Int label: String! }
      type Maker { id: ID! name: String founded: Int country: String! }`,
    subgraphs: {
      catalogue: `
        ${query}
        type Product @key(fields: "id") { id: ID! name: String maker: Maker }
        type Maker @key(fields: "id") { id: ID! }`,
      prices: `
        type Product @key(fields: "id") { id: ID! price: Int parts: [Part] }
        type Part { weight: Int label: String! }`,
      makers: `type Maker @key(fields: "id") { id: ID! name: String founded: Int country: String! }`,
    },
    records: { Product: products, Maker: makers },
    resolvers: {
      Query: {
        products: () => products,
        groups: () => [[products[0], null], null, [products[1], products[0]]],
        product: (_parent, { id }: { id: string }) => products.find((product) => product.id === id),
        makers: () => makers,
      },
      Product: {
        name: ({ id, name }: { id: string; name: string }) => (id === "2" ? failure("no name") : name),
        price: ({ id }: { id: string }) => (id === "1" ? failure("no price") : 0),
        parts: ({ id }: { id: string }) => [
          { weight: failure("no weight"), label: id },
          { weight: 0, label: id === "3" ? failure("no label") : "" },
        ],
        maker: ({ makerId }: { makerId: string }) => makers.find(({ id }) => id === makerId),
      },
      Maker: {
        founded: ({ id }: { id: string }) => (id === "m1" ? failure("unknown year") : 0),
        country: ({ id }: { id: string }) => (id === "m2" ? failure("unknown country") : "NL"),
      },
    },
  });
});

it.each([
  ["in lists", "{ products { name } groups { name } }"],
  ["of entities in lists", "{ products { price } groups { price } }"],
  ["below entities, in lists within lists", "{ groups { parts { weight label } } products { parts { label } } }"],
  ["under aliases at every level", "{ all: groups { cost: price bits: parts { mass: weight } } }"],
  ["at every place that a deduplicated fetch stands for", "{ products { maker { founded } } }"],
  [
    "at every place that merged fetches stand for",
    `{ a: product(id: "1") { p: price maker { y: founded } } b: product(id: "1") { price } products { maker { founded name } } }`,
  ],
  ["that null an entity, wherever it stands", "{ products { maker { country } } makers { country name } }"],
  ["that null one of two selections of an entity", "{ makers { country } products { maker { name } } }"],
  ["in fields that share a name", "{ products { x: name } groups { x: price } }"],
])("tells errors %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it("passes a subgraph's message and code on, and says whose they are", async () => {
  const { errors } = await graph.run(`{ product(id: "1") { cost: price } }`);
  expect(errors).toEqual([
    { message: "no price", path: ["product", "cost"], extensions: { code: "TEST_FAILURE", serviceName: "prices" } },
  ]);
});

describe("where a subgraph is gone", () => {
  it("keeps what the others know, with one error for each field that is missing", async () => {
    graph.sabotage("prices", unavailable);
    const { data, errors } = await graph.run("{ products { id cost: price parts { label } maker { name } } }");
    expect(data).toEqual({
      products: products.map(({ id, makerId }) => ({
        id,
        cost: null,
        parts: null,
        maker: { name: makers.find((maker) => maker.id === makerId)?.name },
      })),
    });
    expect(errors).toMatchObject([
      { path: ["products", 0, "cost"], extensions: { code: "SERVICE_UNAVAILABLE", serviceName: "prices" } },
      { path: ["products", 0, "parts"], extensions: { code: "SERVICE_UNAVAILABLE", serviceName: "prices" } },
    ]);
    expect(errors).toHaveLength(2);
  });

  it("nulls root fields, each with its error", async () => {
    graph.sabotage("catalogue", unavailable);
    const { data, errors } = await graph.run(`{ a: product(id: "1") { price } b: makers { name } __typename }`);
    expect(data).toEqual({ a: null, b: null, __typename: "Query" });
    expect(errors).toMatchObject([{ path: ["a"] }, { path: ["b"] }]);
  });

  it("nulls parents where a field must not be null", async () => {
    graph.sabotage("makers", unavailable);
    const { data, errors } = await graph.run("{ products { id maker { id country } } makers { name } }");
    expect(data).toEqual({
      products: products.map(({ id }) => ({ id, maker: null })),
      makers: [{ name: null }, { name: null }],
    });
    expect(errors).toMatchObject([
      { extensions: { serviceName: "makers" } },
      { extensions: { serviceName: "makers" } },
    ]);
    graph.sabotage("catalogue", unavailable);
    expect(await graph.run("{ products { id } }")).toMatchObject({ data: null, errors: [{ path: ["products"] }] });
  });

  it("has no error for what is not there to be fetched", async () => {
    graph.sabotage("prices", unavailable);
    expect(await graph.run(`{ product(id: "404") { price } }`)).toEqual({ data: { product: null } });
  });
});
