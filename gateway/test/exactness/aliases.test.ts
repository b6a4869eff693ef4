import { createGraph, unavailable } from "./harness/graph";

const products = [
  { id: "1", name: "Kettle", sku: "K-1", price: 30, makerId: "m1" },
  { id: "2", name: "Pan", sku: "P-2", price: 0, makerId: "m2" },
];
const makers = [
  { id: "m1", name: "", country: "NL" },
  { id: "m2", name: "Ironworks", country: null },
];
const query = "type Query { products: [Product!]! product(id: ID!): Product }";
const graph = createGraph({
  monolith: `
    ${query}
    type Product { id: ID! name: String sku: String! price(in: String = "EUR"): String maker: Maker }
    type Maker { id: ID! name: String country: String products: [Product!]! }`,
  subgraphs: {
    catalogue: `
      ${query}
      type Product @key(fields: "id") { id: ID! name: String maker: Maker }
      type Maker @key(fields: "id") { id: ID! products: [Product!]! }`,
    prices: `type Product @key(fields: "id") { id: ID! sku: String! price(in: String = "EUR"): String }`,
    makers: `type Maker @key(fields: "id") { id: ID! name: String country: String }`,
  },
  records: { Product: products, Maker: makers },
  resolvers: {
    Query: {
      products: () => products,
      product: (_parent, { id }: { id: string }) => products.find((product) => product.id === id),
    },
    Product: {
      price: ({ id }: { id: string }, args: { in: string }) =>
        `${products.find((each) => each.id === id)?.price} ${args.in}`,
      maker: ({ makerId }: { makerId: string }) => makers.find(({ id }) => id === makerId),
    },
    Maker: { products: ({ id }: { id: string }) => products.filter(({ makerId }) => makerId === id) },
  },
});

it.each([
  ["of root fields", `{ first: product(id: "1") { id } second: product(id: "2") { id } }`],
  ["that swap two fields of one subgraph", "{ products { sku: price price: sku } }"],
  ["that swap fields of two subgraphs", "{ products { name: sku sku: name } }"],
  ["that swap a key and a field", "{ products { id: name name: id } }"],
  ["that call a field of another subgraph as the key", "{ products { id: price } }"],
  ["that call a field of the same subgraph as the key", "{ products { id: name price } }"],
  ["that call the key something else", "{ products { key: id price } }"],
  ["that call the key something else and something else the key", "{ products { key: id id: sku price } }"],
  ["of __typename", "{ kind: __typename products { kind: __typename price } }"],
  ["that call a field __typename's neighbour", "{ products { _typename: name price typename: __typename } }"],
  ["of __typename as a key", "{ products { id: __typename price maker { id: __typename country } } }"],
  ["that take the name of an object field", "{ products { maker: price made: maker { maker: country } } }"],
  ["of one field, twice with other arguments", `{ products { a: price(in: "USD") b: price price(in: "GBP") } }`],
  ["of entities, twice with other selections", "{ products { a: maker { name } b: maker { country } maker { id } } }"],
  ["at every level", "{ all: products { m: maker { p: products { x: price m: maker { c: country } } } } }"],
  ["that only differ in what they hold", "{ products { x: maker { products { id } } y: maker { products { sku } } } }"],
  [
    "that the engine itself might use",
    "{ _entities: products { _e0: price r0: name __client: sku representations: id } }",
  ],
  [
    "that objects of JavaScript have",
    "{ products { constructor: price toString: name hasOwnProperty: sku __proto__: id } }",
  ],
  ["of lists beside themselves", "{ products { id } again: products { price } products { name } }"],
])("answers under aliases %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

describe("one key for several fields, in objects of different types that hold the same entity", () => {
  const makers = [
    { id: "1", name: "Ada", city: "Delft" },
    { id: "2", name: "Bo", city: null },
  ];
  const [ada, bo] = makers;
  const works = [
    { __typename: "Film", by: bo, seen: [bo] },
    { __typename: "Book", by: ada, read: [ada, bo] },
    { __typename: "Film", by: ada, seen: [ada] },
  ];
  const query = `type Query { works: [Work!]! } union Work = Book | Film
    type Book { by: Maker read: [Maker] } type Film { by: Maker seen: [Maker] }`;
  const typed = createGraph({
    monolith: `${query} type Maker { id: ID! name: String city: String fee(in: String): String }`,
    subgraphs: {
      works: `${query} type Maker @key(fields: "id") { id: ID! }`,
      makers: `type Maker @key(fields: "id") { id: ID! name: String city: String fee(in: String): String }`,
    },
    records: { Maker: makers },
    resolvers: {
      Query: { works: () => works },
      Maker: { fee: ({ id }: { id: string }, args: { in?: string }) => `${id} ${args.in}` },
    },
  });

  it.each([
    ["an alias of two fields", "by { x: name }", "by { x: city }"],
    ["an alias that is a field, too", "by { name: city }", "by { name }"],
    ["a field with two sets of arguments", `by { fee(in: "EUR") }`, `by { fee(in: "USD") }`],
    ["a field with arguments and without", `by { fee(in: "EUR") }`, "by { fee }"],
    ["a field and an alias like it", "by { fee }", "by { fee: city }"],
    ["an alias of two lists", "all: read { x: name }", "all: seen { x: city id }"],
    ["an alias of a field and its type's name", "by { x: name id: __typename }", "by { x: fee id: __typename }"],
    ["the same field twice", "by { x: name }", "by { x: name city }"],
  ])("answers %s", async (_what, book, film) => {
    await typed.expectSame(`{ works { ... on Book { ${book} } ... on Film { ${film} } } }`);
    await typed.expectSame(`{ works { ... on Film { ${film} } ...B } } fragment B on Book { ${book} }`);
  });

  it("tells an error under the client's own key", async () => {
    typed.sabotage("makers", unavailable);
    const { errors } = await typed.run("{ works { ... on Film { by { x: city } } ... on Book { by { x: name } } } }");
    typed.sabotage("makers", undefined);
    expect(errors?.map(({ path }) => path)).toEqual([
      ["works", 0, "by", "x"],
      ["works", 1, "by", "x"],
    ]);
  });
});
