import { getIntrospectionQuery } from "graphql";
import { createGraph } from "./harness/graph";

const description = `
  type Query { node(id: ID!): Node nodes: [Node!]! count: Int }
  type Mutation { touch: Int }
  interface Node { id: ID! }
  type Leaf implements Node { id: ID! weight(unit: Unit = GRAM, in: [Range!]): Int }
  type Branch implements Node { id: ID! children: [Node] old: Int @deprecated(reason: "gone") }
  enum Unit { GRAM POUND }
  input Range { from: Int = 0 to: Int }`;
const leaf = { __typename: "Leaf", id: "l", weight: 0 };
const branch = { __typename: "Branch", id: "b", children: [leaf, null] };
const graph = createGraph({
  monolith: description,
  subgraphs: {
    tree: description
      .replace("Leaf implements Node {", `Leaf implements Node @key(fields: "id") {`)
      .replace("Branch implements Node {", `Branch implements Node @key(fields: "id") {`)
      .replace(" children: [Node]", ""),
    children: `
      interface Node { id: ID! }
      type Branch implements Node @key(fields: "id") { id: ID! children: [Node] }
      type Leaf implements Node @key(fields: "id", resolvable: false) { id: ID! }`,
  },
  records: { Leaf: [leaf], Branch: [branch] },
  resolvers: {
    Query: {
      node: (_parent, { id }: { id: string }) => (id === "b" ? branch : leaf),
      nodes: () => [leaf, branch],
      count: () => 0,
    },
    Mutation: { touch: () => 1 },
  },
});

it.each([
  ["at the root of a query, alone", "{ __typename }"],
  ["at the root, twice, and under other names", "{ __typename a: __typename count __typename b: __typename }"],
  ["at the root in fragments", "{ ... on Query { __typename } ...R count } fragment R on Query { kind: __typename }"],
  ["at the root of a mutation", "mutation { __typename touch t: __typename }"],
  ["of a mutation alone", "mutation { __typename }"],
  [
    "of every object below",
    `{ nodes { __typename ... on Branch { children { __typename k: __typename } } } node(id: "b") { t: __typename } }`,
  ],
  ["at the end rather than the beginning", "{ nodes { id __typename } count __typename }"],
])("answers __typename %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it.each([
  ["alone", `{ __schema { queryType { name } mutationType { name } subscriptionType { name } } }`],
  [
    "in the client's order",
    `{ __type(name: "Leaf") { kind name interfaces { name kind } fields { name type { kind ofType { name } } args { defaultValue name } } } }`,
  ],
  [
    "beside data",
    `{ count type: __type(name: "Branch") { name } nodes { id } schema: __schema { queryType { name } } }`,
  ],
  ["between data", `{ nodes { id } __type(name: "Unit") { enumValues { name } } count }`],
  ["of nothing", `{ none: __type(name: "None") { name fields { name } } count }`],
  [
    "with fragments",
    `{ a: __type(name: "Leaf") { ...T } b: __type(name: "Range") { ...T ... on __Type { inputFields { name defaultValue } } } } fragment T on __Type { __typename n: name kind }`,
  ],
  [
    "of what is deprecated",
    `{ __type(name: "Branch") { fields(includeDeprecated: true) { name isDeprecated deprecationReason } few: fields { name } } }`,
  ],
  ["in parts that merge", `{ __type(name: "Leaf") { name } ... on Query { __type(name: "Leaf") { kind } } }`],
])("answers introspection %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it.each([{ name: "Leaf" }, { name: "None", deprecated: true }, { name: "Branch", deprecated: true, yes: false }])(
  "answers introspection with variables %j",
  async (variables) => {
    await graph.expectSame(
      `query ($name: String!, $deprecated: Boolean = false, $yes: Boolean! = true) {
        __type(name: $name) { fields(includeDeprecated: $deprecated) { name @include(if: $yes) isDeprecated } }
        count @skip(if: $yes)
        __schema @include(if: $yes) { queryType { name } }
      }`,
      variables,
    );
  },
);

it("answers the whole introspection query without asking a subgraph", async () => {
  graph.requests.clear();
  const { data, errors } = await graph.run(getIntrospectionQuery());
  expect(errors).toBeUndefined();
  expect(data).toHaveProperty("__schema.types");
  expect(graph.requests.requests).toEqual([]);
});
