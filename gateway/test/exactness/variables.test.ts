import { createGraph } from "./harness/graph";

const say = (args: unknown): string => JSON.stringify(args);
const query = "type Query { say(text: String, count: Int = 7, flag: Boolean! = true): String thing: Thing }";
const input =
  'input Filter { min: Int = 3 max: Int! tags: [String!] = ["x"] within: Filter kind: Kind } enum Kind { BIG SMALL }';
const echo = "echo(filter: Filter, filters: [Filter!], kind: Kind = SMALL, id: ID, ratio: Float, ids: [[ID]]): String";
const graph = createGraph({
  monolith: `${query} ${input} type Thing { id: ID! ${echo} }`,
  subgraphs: {
    a: `${query} type Thing @key(fields: "id") { id: ID! }`,
    b: `${input} type Thing @key(fields: "id") { id: ID! ${echo} }`,
  },
  records: { Thing: [{ id: "1" }] },
  resolvers: {
    Query: { say: (_parent, args) => say(args), thing: () => ({ id: "1" }) },
    Thing: { echo: (_thing, args) => say(args) },
  },
});

it.each([
  {},
  { text: null },
  { text: "" },
  { count: 0 },
  { count: null },
  { flag: false },
  { text: "a", count: 1, flag: true },
])("tells absent from null at the root: %j", async (variables) => {
  await graph.expectSame(
    "query ($text: String, $count: Int, $flag: Boolean! = false) { say(text: $text, count: $count, flag: $flag) }",
    variables,
  );
  await graph.expectSame(
    `query ($text: String = "d", $count: Int = 0, $flag: Boolean = false) { a: say(text: $text) b: say(count: $count) c: say(flag: $flag) }`,
    variables,
  );
});

it.each([
  {},
  { filter: null, filters: null, kind: null, id: null, ratio: null, ids: null },
  { filter: { max: 0 }, filters: [], kind: "BIG", id: 0, ratio: 0, ids: [] },
  {
    filter: { max: 1, min: null, tags: null, within: { max: 2, within: null } },
    filters: [{ max: 0, kind: "SMALL" }],
    ids: [[null, "", 0], null],
  },
  { filters: { max: 1 }, ids: "7", id: "", ratio: 1e21 },
])("passes what another subgraph is asked with: %j", async (variables) => {
  await graph.expectSame(
    `query ($filter: Filter, $filters: [Filter!], $kind: Kind, $id: ID, $ratio: Float, $ids: [[ID]]) {
      thing { echo(filter: $filter, filters: $filters, kind: $kind, id: $id, ratio: $ratio, ids: $ids) }
    }`,
    variables,
  );
});

it.each([{}, { max: 0 }, { tag: "" }, { max: null }])(
  "takes defaults inside of input objects: %j",
  async (variables) => {
    const given = Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== null));
    await graph.expectSame(
      `query ($max: Int! = 5, $tag: String! = "t", $kind: Kind = BIG) {
      thing { a: echo(filter: { max: $max, tags: [$tag, "u"], within: { max: 1, kind: $kind } }) b: echo(filters: [{ max: $max }]) }
    }`,
      given,
    );
  },
);

it("takes literals of every sort", async () => {
  await graph.expectSame(
    `{ thing { echo(filter: { max: -0, min: null, tags: [], within: { max: 2147483647, kind: BIG } }, filters: { max: 1 }, kind: null, id: 5, ratio: 1, ids: "a") } }`,
  );
  await graph.expectSame(`{ say(text: """block "text" \\u00e9""") a: say(text: "\\u0000\\n\\"é") }`);
});

it.each([
  ["that is missing", "query ($max: Int!) { thing { echo(filter: { max: $max }) } }", {}],
  ["that is null", "query ($max: Int!) { thing { echo(filter: { max: $max }) } }", { max: null }],
  ["of the wrong kind", "query ($max: Int!) { thing { echo(filter: { max: $max }) } }", { max: "1" }],
  [
    "with a field too many",
    "query ($filter: Filter) { thing { echo(filter: $filter) } }",
    { filter: { max: 1, more: 1 } },
  ],
  ["with an unknown value of an enum", "query ($kind: Kind) { thing { echo(kind: $kind) } }", { kind: "HUGE" }],
])("refuses a variable %s before it asks anyone", async (_what, operation, variables) => {
  graph.requests.clear();
  const { data, errors } = await graph.run(operation, variables);
  expect(data).toBeUndefined();
  expect(errors?.length).toBeGreaterThan(0);
  expect(graph.requests.requests).toEqual([]);
});

it("ignores what is sent and not declared, and picks one of several operations", async () => {
  await graph.expectSame("query ($text: String) { say(text: $text) }", {
    text: "t",
    other: { a: 1 },
    representations: [1],
  });
  const several = 'query A { say(text: "a") } query B($text: String = "b") { say(text: $text) }';
  await graph.expectSame(several, {}, "A");
  await graph.expectSame(several, { text: null }, "B");
});

it("lets a client call a variable as it likes", async () => {
  await graph.expectSame(
    'query ($representations: Int! = 1, $representations0: String, $__proto__: ID) { thing { a: echo(filter: { max: $representations }) b: echo(filter: { max: 0, tags: [""] }, id: $__proto__) } say(text: $representations0) }',
    { representations0: "r" },
  );
});
