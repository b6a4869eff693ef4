import { createGraph } from "./harness/graph";

const blobs: Record<string, unknown> = {
  zero: 0,
  no: false,
  empty: "",
  object: { a: { b: [null, 0, ""] }, __typename: "Ghost", id: "x" },
  list: [[], [[]], {}, 0, null],
  nothing: {},
  none: [],
  null: null,
};
const things = [
  ...Object.entries(blobs).map(([id, blob]) => ({
    id,
    blob,
    blobs: [blob, null],
    sure: [[blob]],
    count: 0,
    text: "",
    flag: false,
    ratio: 0,
    kind: "NONE",
    at: 0,
  })),
  {
    id: "1",
    blob: JSON.parse(`{ "__proto__": { "a": 1 }, "constructor": 1, "toJSON": 2, "length": 3 }`) as unknown,
    blobs: [],
    sure: null,
    count: -2147483648,
    text: '\u2028\ud83d\ude00"',
    flag: true,
    ratio: 1e-7,
    kind: "SOME",
    at: "2026-01-01",
  },
];
const fields =
  "blob: Blob blobs: [Blob] sure: [[Blob]!] count: Int text: String flag: Boolean ratio: Float kind: Kind at: When";
const leafs = "scalar Blob scalar When enum Kind { NONE SOME }";
const query = "type Query { things: [Thing!]! thing: Thing blob: Blob blobOf(value: Blob): Blob }";
const graph = createGraph({
  monolith: `${leafs} ${query} type Thing { id: ID! ${fields} echo(value: Blob): Blob sum: String }`,
  subgraphs: {
    list: `scalar Blob ${query} type Thing @key(fields: "id") { id: ID! }`,
    values: `${leafs} type Thing @key(fields: "id") { id: ID! ${fields} echo(value: Blob): Blob }`,
    sums: `${leafs} type Thing @key(fields: "id") {
      id: ID! blob: Blob @external blobs: [Blob] @external flag: Boolean @external
      sum: String @requires(fields: "blob blobs flag")
    }`,
  },
  records: { Thing: things },
  resolvers: {
    Query: {
      things: () => things,
      thing: () => things[0],
      blob: () => blobs["object"],
      blobOf: (_parent, { value }: { value: unknown }) => ({ value }),
    },
    Thing: {
      echo: (_thing, { value }: { value: unknown }) => ({ value: value === undefined ? "absent" : value }),
      sum: ({ blob, blobs: list, flag }: { blob: unknown; blobs: unknown; flag: unknown }) =>
        JSON.stringify([blob, list, flag]),
    },
  },
});

it.each([
  ["falsy values of every scalar", "{ things { count text flag ratio kind at } }"],
  ["scalars that hold objects and lists", "{ blob things { blob blobs sure } }"],
  ["them under aliases, in order", "{ things { z: blob id y: blobs a: blob } blob b: blob }"],
  ["them at places that share an entity", "{ things { blob } thing { blob again: blob } }"],
  ["what requires them", "{ things { sum } }"],
  ["what requires them beside them", "{ things { x: blob sum blobs } }"],
  [
    "literals for them",
    `{ thing { a: echo(value: { a: [1, "x", null, { b: false }] }) b: echo(value: []) c: echo(value: 0) d: echo(value: null) e: echo } }`,
  ],
])("answers %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it.each([
  { value: { a: { b: [0, "", false, null] } } },
  { value: [] },
  { value: "" },
  { value: 0 },
  { value: false },
  { value: null },
  {},
])("passes a variable that holds %j", async (variables) => {
  await graph.expectSame(
    "query ($value: Blob) { blobOf(value: $value) thing { echo(value: $value) nested: echo(value: { a: [$value] }) } }",
    variables,
  );
});
