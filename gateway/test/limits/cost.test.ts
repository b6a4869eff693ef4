import { buildSchema, Kind, parse } from "graphql";
import { compileCost } from "../../src/limits/cost";

const sdl = `
  type Query {
    item: Item items: [Item!]! node: Node tags: [String!]!
    page(first: Int = 20, after: String): ItemConnection
    plain(limit: Int): [Item]
    byIds(ids: [ID!]!): [Item]
    search(input: Search): Found
    quote(lines: [Line!]!): Quote
  }
  type Mutation { save(name: String): Item saveAll(items: [Line!]): Quote }
  interface Node { id: ID! }
  type Item implements Node { id: ID! name: String items: [Item!]! page(first: Int = 20, last: Int): ItemConnection }
  type ItemConnection { edges: [ItemEdge!] nodes: [Item!] pageInfo: PageInfo! totalCount: Int facets: [Item] }
  type ItemEdge { cursor: String node: Item }
  type PageInfo { hasNextPage: Boolean }
  input Search { text: String first: Int tags: [String!] }
  type Found { results: [Item] total: Int }
  input Line { id: ID! quantity: Int! }
  type Quote { lines: [Item!]! total: Int }
`;
const schema = buildSchema(sdl);

function costOf(query: string, variables = {}, of = schema): number {
  const document = parse(query);
  const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error("no operation");
  return compileCost(of, document, operation)(variables);
}

it.each([
  ["an object and its scalars", "{ item { id name __typename } }", {}, 10 + 3],
  ["a list of unknown size, as three", "{ items { id } }", {}, 3 * 11],
  ["a list of scalars", "{ tags }", {}, 3],
  ["lists in lists", "{ items { items { id } } }", {}, 3 * (10 + 3 * 11)],
  [
    "a connection by a literal",
    "{ page(first: 3) { edges { node { id } } totalCount } }",
    {},
    10 + 3 * (10 + 10 + 1) + 1,
  ],
  ["its nodes", "{ page(first: 3) { nodes { id } pageInfo { hasNextPage } } }", {}, 10 + 3 * 11 + 11],
  ["its other lists as any", "{ page(first: 100) { facets { id } } }", {}, 10 + 3 * 11],
  ["a connection by the schema's default", "{ page { nodes { id } } }", {}, 10 + 20 * 11],
  ["a connection by null, as the default", "{ page(first: null) { nodes { id } } }", {}, 10 + 20 * 11],
  ["by a variable", "query ($n: Int) { page(first: $n) { nodes { id } } }", { n: 7 }, 10 + 7 * 11],
  ["by a variable's default", "query ($n: Int = 8) { page(first: $n) { nodes { id } } }", {}, 10 + 8 * 11],
  ["by a variable left out", "query ($n: Int) { page(first: $n) { nodes { id } } }", {}, 10 + 20 * 11],
  ["by the larger of two", "{ item { page(first: 2, last: 30) { nodes { id } } } }", {}, 10 + 10 + 30 * 11],
  ["no less for a page below nothing", "{ page(first: -1) { nodes { id } } }", {}, 10 + 20 * 11],
  ["a plain list by its limit", "{ plain(limit: 50) { id } }", {}, 50 * 11],
  [
    "a list by the ids given",
    `query ($ids: [ID!]!) { byIds(ids: $ids) { id } }`,
    { ids: Array(40).fill("1") },
    40 * 12,
  ],
  ["a filter of few does not make it small", '{ byIds(ids: ["1"]) { id } }', {}, 1 + 3 * 11],
  [
    "lists below by the lines given",
    "query ($l: [Line!]!) { quote(lines: $l) { lines { id } } }",
    { l: Array(9).fill({}) },
    9 + 10 + 9 * 11,
  ],
  [
    "a page inside an input",
    '{ search(input: { first: 60, tags: ["a"] }) { results { id } total } }',
    {},
    1 + 10 + 60 * 11 + 1,
  ],
  ["writes", 'mutation { a: save(name: "x") { id } b: save(name: "y") { id } }', {}, 2 * (100 + 11)],
  [
    "fragments wherever they are spread",
    "{ item { ...F } items { ...F } } fragment F on Item { id name }",
    {},
    12 + 3 * 12,
  ],
  ["possible types together", "{ node { id ... on Item { name items { id } } } }", {}, 10 + 1 + 1 + 3 * 11],
  ["what @skip might leave out", "query ($s: Boolean!) { item @skip(if: $s) { id } }", { s: true }, 11],
  ["nothing of a wrong type", "query ($n: Int) { page(first: $n) { nodes { id } } }", { n: { a: 1 } }, 10 + 20 * 11],
])("counts %s", (_what, query, variables, cost) => {
  expect(costOf(query, variables)).toBe(cost);
});

const annotated = (link: string, cost = "@cost", listSize = "@listSize") =>
  buildSchema(
    `schema ${link} { query: Query }
    scalar link__Import
    directive @link(url: String, as: String, import: [link__Import]) repeatable on SCHEMA
    directive ${cost}(weight: Int!) on ARGUMENT_DEFINITION | ENUM | FIELD_DEFINITION | INPUT_FIELD_DEFINITION | OBJECT | SCALAR
    directive ${listSize}(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
    type Query {
      dear: Item ${cost}(weight: 7)
      many: [Item] ${listSize}(assumedSize: 30)
      some(count: Int, first: Int): [Item] ${listSize}(slicingArguments: ["count"])
      deep(input: Search): Found ${listSize}(slicingArguments: ["input.size"], sizedFields: ["results"])
      weighed(how: Int ${cost}(weight: 2), input: Search): Int
    }
    input Search { size: Int fuzzy: Boolean ${cost}(weight: 3) }
    type Found { results: [Item] others: [Item] }
    type Item { id: ID! rare: Rare scan: Scan }
    type Rare ${cost}(weight: 4) { id: ID! }
    scalar Scan ${cost}(weight: 5)`,
    { assumeValidSDL: true },
  );
const imported = annotated('@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@cost", "@listSize"])');

it.each([
  ["a field's weight", "{ dear { id } }", 70 + 1],
  ["a type's weight", "{ dear { rare { id } } }", 70 + 40 + 1],
  ["a scalar's weight", "{ dear { scan } }", 70 + 50],
  ["an assumed size", "{ many { id } }", 30 * 11],
  ["the slicing argument that is named, and no other", "{ some(count: 4, first: 99) { id } }", 4 * 11],
  [
    "a slicing argument inside an input, for the field that it sizes",
    "{ deep(input: { size: 9 }) { results { id } others { id } } }",
    10 + 9 * 11 + 3 * 11,
  ],
  ["an argument's weight", "{ weighed(how: 1) }", 1 + 20],
  ["an input field's weight", "{ weighed(input: { fuzzy: true }) }", 1 + 30],
  ["no weight of what is not given", "{ weighed }", 1],
])("follows the supergraph in %s", (_what, query, cost) => {
  expect(costOf(query, {}, imported)).toBe(cost);
});

it.each([
  [
    '@link(url: "https://specs.apollo.dev/cost/v0.1", import: [{ name: "@cost", as: "@price" }, "@listSize"])',
    "@price",
    "@listSize",
  ],
  ['@link(url: "https://specs.apollo.dev/cost/v0.1")', "@cost", "@cost__listSize"],
  ['@link(url: "https://specs.apollo.dev/cost/v0.1", as: "budget")', "@budget", "@budget__listSize"],
])("finds the directives by whatever %s calls them", (link, cost, listSize) => {
  expect(costOf("{ dear { id } many { id } }", {}, annotated(link, cost, listSize))).toBe(70 + 1 + 30 * 11);
});

it("leaves directives of the same names alone that are another's", () => {
  expect(costOf("{ dear { id } many { id } }", {}, annotated(""))).toBe(11 + 3 * 11);
});
