import { answers, createGraph, type Graph } from "./harness/graph";

const query = "type Query { products: [Product] first: Product! any: Item kinds: [Kind] }";
const product = "name: String! count: Int kind: Kind tags: [String] parts: [Part!] ratio: Float flag: Boolean";
const products = [{ id: "1" }, { id: "2" }].map((key) => ({
  ...key,
  name: "n",
  count: 0,
  kind: "BIG",
  tags: [""],
  parts: [{ label: "p" }],
  ratio: 0.5,
  flag: false,
}));

let graph: Graph;
beforeEach(() => {
  graph = createGraph({
    monolith: `${query} union Item = Product | Part enum Kind { BIG SMALL } type Part { label: String } type Product { id: ID! ${product} }`,
    subgraphs: {
      list: `
        ${query} union Item = Product | Part enum Kind { BIG SMALL }
        type Part @shareable { label: String } type Product @key(fields: "id") { id: ID! }`,
      details: `
        enum Kind { BIG SMALL } type Part @shareable { label: String }
        type Product @key(fields: "id") { id: ID! ${product} }`,
    },
    records: { Product: products },
    resolvers: {
      Query: {
        products: () => products,
        first: () => products[0],
        any: () => ({ __typename: "Part", label: "" }),
        kinds: () => ["BIG", null],
      },
    },
  });
});

const whole = "{ products { id count } }";
const nothing = {
  data: {
    products: [
      { id: "1", count: null },
      { id: "2", count: null },
    ],
  },
};

it.each([
  ["data null with errors", { data: null, errors: [{ message: "no", extensions: { code: "NO" } }] }],
  ["errors alone", { errors: [{ message: "no" }] }],
  ["errors that are no list", { data: null, errors: "no" }],
  ["errors that are no objects", { data: null, errors: [null, 1, "no", []] }],
  ["an error with a wild path", { data: null, errors: [{ message: "no", path: ["_entities", 99, "x", null] }] }],
  ["neither data nor errors", {}],
  ["data that is a text", { data: "text" }],
  ["data that is a list", { data: [1] }],
  ["no entities", { data: {} }],
  ["entities null", { data: { _entities: null } }],
  ["too few entities", { data: { _entities: [{ count: 1 }] } }],
  ["too many entities", { data: { _entities: [{ count: 1 }, { count: 2 }, { count: 3 }] } }],
  ["entities that are an object", { data: { _entities: { 0: { count: 1 } } } }],
])("takes an answer with %s for a failure, and tells it", async (_what, answer) => {
  graph.sabotage("details", answers(answer));
  const outcome = await graph.run(whole);
  expect(outcome).toMatchObject(nothing);
  expect(outcome.errors?.length).toBeGreaterThan(0);
  expect(outcome.errors?.every(({ extensions }) => extensions?.["serviceName"] === "details")).toBe(true);
});

it.each([
  ["an entity that is a text", ["text", { count: 1 }]],
  ["an entity that is a list", [[], { count: 1 }]],
  ["a number where a list belongs", [{ tags: 1, parts: 2 }, { count: 1 }]],
  ["an object where a list belongs", [{ tags: {}, parts: {} }, { count: 1 }]],
  ["a list where an object belongs", [{ parts: [[]] }, { count: 1 }]],
  ["a list where a number belongs", [{ count: [1] }, { count: 1 }]],
  ["an object where a number belongs", [{ count: {} }, { count: 1 }]],
  ["a text where a number belongs", [{ count: "1", ratio: "0.5" }, { count: 1 }]],
  ["a number that is no integer", [{ count: 1.5 }, { count: 2 ** 40 }]],
  ["a number where a boolean belongs", [{ flag: 0 }, { count: 1 }]],
  ["an unknown value of an enum", [{ kind: "HUGE" }, { count: 1 }]],
  ["null in a list that has none", [{ parts: [null] }, { count: 1 }]],
  ["null where there is none", [{ name: null }, { name: "n", count: 1 }]],
  ["missing fields", [{}, {}]],
])("never lets %s through", async (_what, entities) => {
  graph.sabotage("details", answers({ data: { _entities: entities } }));
  for (const field of ["count", "tags", "ratio", "flag", "kind", "parts { label }", "name"]) {
    const { data, errors } = await graph.run(`{ products { id ${field} } }`);
    const rows = (data?.["products"] ?? []) as (Record<string, unknown> | null)[];
    const [name = ""] = field.split(" ");
    for (const [index, row] of rows.entries()) {
      const given = (entities[index] as Record<string, unknown> | undefined)?.[name];
      if (row?.[name] === null || row === null) continue;
      expect(JSON.stringify(row[name])).toBe(JSON.stringify(given));
      expect(fits(name, row[name])).toBe(true);
    }
    const isWhole = rows.every((row) => row !== null && row[name] !== null);
    if (!isWhole) expect(errors?.length).toBeGreaterThan(0);
  }
});

it.each([
  ["an unknown __typename", { any: { __typename: "Ghost", label: "" } }],
  ["a __typename of another type", { any: { __typename: "Query", label: "" } }],
  ["no __typename", { any: { label: "" } }],
  ["a __typename that is no text", { any: { __typename: 1, label: "" } }],
])("takes an object of %s for a failure", async (_what, data) => {
  graph.sabotage("list", answers({ data }));
  const outcome = await graph.run("{ any { ... on Part { label } ... on Product { count } } }");
  expect(outcome.data).toEqual({ any: null });
  expect(outcome.errors).toMatchObject([{ path: ["any"] }]);
});

it("sends no representation without its whole key, and says what is missing", async () => {
  graph.sabotage(
    "list",
    answers({ data: { products: [{ __typename: "Product" }, { __typename: "Product", id: "2" }] } }),
  );
  const { data, errors } = await graph.run("{ products { count } }");
  expect(data).toEqual({ products: [{ count: null }, { count: 0 }] });
  expect(errors).toMatchObject([{ path: ["products", 0, "count"] }]);
  expect(graph.requests.representations("details")).toEqual([{ __typename: "Product", id: "2" }]);
});

it("survives names that JavaScript's objects have", async () => {
  graph.sabotage(
    "list",
    answers(
      JSON.parse(
        `{ "data": { "products": [{ "__typename": "Product", "id": "1", "__proto__": { "count": 7 }, "constructor": null }] } }`,
      ),
    ),
  );
  expect(await graph.run(whole)).toEqual({ data: { products: [{ id: "1", count: 0 }] } });
});

it("merges what two subgraphs answer into nothing but the answer", async () => {
  const part = '@key(fields: "id") { id: ID! part: Part @shareable }';
  const shared = createGraph({
    monolith: "type Query { product: Product } type Product { id: ID! part: Part } type Part { left: Int right: Int }",
    subgraphs: {
      list: `type Query { product: Product } type Product @key(fields: "id") { id: ID! }`,
      left: `type Product ${part} type Part { left: Int }`,
      right: `type Product ${part} type Part { right: Int }`,
    },
    records: { Product: [{ id: "1", part: {} }] },
    resolvers: { Query: { product: () => ({ id: "1" }) } },
  });
  const tame = `{ "part": { "left": 1, "right": 2 } }`;
  const wild = `{ "part": { "left": 1, "right": 2, "__proto__": { "spoilt": true } } }`;
  const entity = (text: string) => answers({ data: { _entities: [JSON.parse(text) as unknown] } });
  const prototype = Object.getPrototypeOf(JSON.parse("{}")) as object;
  // Whichever of them is merged into the other.
  for (const [left = "", right = ""] of [
    [wild, tame],
    [tame, wild],
  ]) {
    shared.sabotage("left", entity(left));
    shared.sabotage("right", entity(right));
    try {
      const outcome = await shared.run("{ product { part { left right } } }");
      expect(outcome).toEqual({ data: { product: { part: { left: 1, right: 2 } } } });
      expect(prototype).not.toHaveProperty("spoilt");
    } finally {
      Reflect.deleteProperty(prototype, "spoilt");
    }
  }
});

it("misses a key that is called as something that JavaScript's objects have", async () => {
  const product = 'type Product @key(fields: "constructor") { constructor: ID!';
  const keyed = createGraph({
    monolith: "type Query { products: [Product] } type Product { constructor: ID! count: Int }",
    subgraphs: { list: `type Query { products: [Product] } ${product} }`, details: `${product} count: Int }` },
  });
  keyed.sabotage(
    "list",
    answers({ data: { products: [{ __typename: "Product" }, { __typename: "Product", constructor: "1" }] } }),
  );
  keyed.sabotage("details", answers({ data: { _entities: [{ count: 1 }] } }));
  const { data, errors } = await keyed.run("{ products { count } }");
  expect(data).toEqual({ products: [{ count: null }, { count: 1 }] });
  expect(errors).toMatchObject([{ path: ["products", 0, "count"] }]);
});

function fits(name: string, value: unknown): boolean {
  switch (name) {
    case "count":
      return Number.isInteger(value) && Math.abs(value as number) < 2 ** 31;
    case "ratio":
      return typeof value === "number";
    case "flag":
      return typeof value === "boolean";
    case "kind":
      return value === "BIG" || value === "SMALL";
    case "name":
      return typeof value === "string";
    default:
      return Array.isArray(value);
  }
}
