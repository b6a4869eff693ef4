import { createGraph } from "./harness/graph";

const vendor = { id: "v1", name: "ACME" };
const products = [
  { id: "1", name: "Kettle", price: 10, vendor },
  { id: "2", name: "", price: 0, vendor: null },
];
const query = "type Query { products: [Product!] first: Product count: Int }";
const graph = createGraph({
  monolith: `
    ${query}
    interface Priced { price: Int }
    type Product implements Priced { id: ID! name: String price: Int vendor: Vendor }
    type Vendor { id: ID! name: String }`,
  subgraphs: {
    catalogue: `
      ${query}
      type Product @key(fields: "id") { id: ID! name: String vendor: Vendor }
      type Vendor @key(fields: "id") { id: ID! }`,
    prices: `interface Priced { price: Int } type Product implements Priced @key(fields: "id") { id: ID! price: Int }`,
    vendors: `type Vendor @key(fields: "id") { id: ID! name: String }`,
  },
  records: { Product: products, Vendor: [vendor] },
  resolvers: { Query: { products: () => products, first: () => products[0], count: () => 0 } },
});

const both = [
  { a: true, b: true },
  { a: true, b: false },
  { a: false, b: true },
  { a: false, b: false },
];

describe.each(both)("with variables %j", (variables) => {
  it.each([
    ["root fields", "count @include(if: $a) products @skip(if: $b) { id }"],
    ["every root field", "count @include(if: $a) first @include(if: $a) { id } products @skip(if: $b) { price }"],
    ["fields of another subgraph", "products { id price @include(if: $a) name @skip(if: $b) }"],
    ["all fields of an object", "products { price @include(if: $a) name @skip(if: $b) }"],
    ["objects", "products { vendor @include(if: $a) { name @skip(if: $b) id } }"],
    [
      "fragments",
      "products { ... @include(if: $a) { price vendor { name } } ... on Product @skip(if: $b) { name } id }",
    ],
    [
      "fragments at the root",
      "... @include(if: $a) { first { price } } ... on Query @skip(if: $b) { count first { name } }",
    ],
    ["spreads", "products { ...P @include(if: $a) ...N @skip(if: $b) }"],
    ["both directives", "products { id price @include(if: $a) @skip(if: $b) } count @skip(if: $a) @include(if: $b)"],
    [
      "one field twice",
      "products { price @include(if: $a) price @skip(if: $b) } first @include(if: $a) { id } first { name @include(if: $b) id }",
    ],
    ["__typename", "__typename @include(if: $a) products { __typename @skip(if: $b) id }"],
    ["introspection", `__schema @include(if: $a) { queryType { name @skip(if: $b) kind } } count`],
    [
      "literals",
      "count @skip(if: true) products { id @include(if: true) price @skip(if: false) @include(if: $a) name @include(if: false) }",
    ],
    ["contradictions", "count @skip(if: true) @include(if: true) products { price @include(if: $a) @skip(if: $a) id }"],
    [
      "fragments in fragments",
      "products { ... @include(if: $a) { id ... on Priced @skip(if: $b) { price ... @include(if: $b) { __typename } } } name }",
    ],
  ])("answers conditions on %s", async (_what, selections) => {
    const fragments = ["fragment P on Priced { price }", "fragment N on Product { name vendor { name } }"];
    const used = fragments.filter((_fragment, index) => selections.includes(index === 0 ? "...P" : "...N")).join(" ");
    const declared = ["a", "b"].filter((name) => selections.includes(`$${name}`));
    const header = declared.length === 0 ? "" : `(${declared.map((name) => `$${name}: Boolean!`).join(", ")})`;
    await graph.expectSame(`query ${header} { ${selections} } ${used}`, variables);
  });
});

it.each([{}, { a: true }, { a: false, b: true }, { b: false }])(
  "takes the defaults of conditions: %j",
  async (variables) => {
    await graph.expectSame(
      "query ($a: Boolean = true, $b: Boolean! = false) { products { price @include(if: $a) name @skip(if: $b) id } }",
      variables,
    );
  },
);

it("asks for nothing that is left out", async () => {
  graph.requests.clear();
  await graph.run("query ($a: Boolean!) { products { id price @include(if: $a) vendor @skip(if: true) { name } } }", {
    a: false,
  });
  expect(graph.requests.requests.map(({ subgraph }) => subgraph)).toEqual(["catalogue"]);
});
