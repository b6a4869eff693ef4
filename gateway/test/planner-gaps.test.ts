import { parse } from "graphql";
import { createPlanner } from "../src/execution/planner";
import { tooComplex } from "../src/limits/too-complex";
import { composeGraph, createGraph } from "./exactness/harness/graph";

describe("going back into a subgraph whose first key is for references alone", () => {
  const shelves = [{ id: "1", code: { aisle: "a", row: "r", level: "l" }, name: "first" }];
  const label = ({ name }: { name: string }): string => `label of ${name}`;
  const code = "type Code @shareable { aisle: ID! row: ID! level: ID! }";
  const graph = createGraph({
    monolith: `
      type Query { shelves: [Shelf!]! }
      type Shelf { id: ID! code: Code! name: String! label: String! } type Code { aisle: ID! row: ID! level: ID! }`,
    subgraphs: {
      names: `${code}
        type Shelf @key(fields: "id") @key(fields: "code { aisle row }", resolvable: false) {
          id: ID! @shareable code: Code! @shareable name: String!
        }`,
      labels: `${code}
        type Query { shelves: [Shelf!]! }
        type Shelf
          @key(fields: "code { aisle row }", resolvable: false)
          @key(fields: "id code { row level }")
          @key(fields: "id", resolvable: false) {
          id: ID! @shareable code: Code! @shareable name: String! @external label: String! @requires(fields: "name")
        }`,
    },
    records: { Shelf: shelves },
    resolvers: { Query: { shelves: () => shelves }, Shelf: { label } },
  });

  it("takes the key that resolves", async () => {
    const { data } = await graph.expectSame("{ shelves { id name label } }");
    expect(data).toEqual({ shelves: [{ id: "1", name: "first", label: "label of first" }] });
  });
});

describe("a union of which each subgraph knows other members, in a field that both have", () => {
  const common = { __typename: "Common", label: "c" };
  const folders = [
    { id: "left", content: { items: [common, { __typename: "OnlyLeft", left: "l", deep: { n: 0 } }] } },
    {
      id: "right",
      content: { items: [common, { __typename: "OnlyRight", right: 1, times: ({ n }: { n: number }) => n }] },
    },
  ];
  const types = "type Common @shareable { label: String } type Content @shareable { items: [Item!]! }";
  const graph = createGraph({
    monolith: `
      type Query { left: Folder right: Folder }
      type Folder { id: ID! content: Content } type Content { items: [Item!]! } union Item = Common | OnlyLeft | OnlyRight
      type Common { label: String } type OnlyLeft { left: String deep: Deep } type Deep { n: Int }
      type OnlyRight { right: Int times(n: Int!): Int }`,
    subgraphs: {
      left: `${types} type Query { left: Folder } type Folder @key(fields: "id") { id: ID! content: Content @shareable }
        union Item = Common | OnlyLeft type OnlyLeft { left: String deep: Deep } type Deep { n: Int }`,
      right: `${types} type Query { right: Folder } type Folder @key(fields: "id") { id: ID! content: Content @shareable }
        union Item = Common | OnlyRight type OnlyRight { right: Int times(n: Int!): Int }`,
    },
    records: { Folder: folders },
    resolvers: { Query: { left: () => folders[0], right: () => folders[1] } },
  });

  it.each([
    ["as it is", "{ left { content { items { __typename ... on OnlyLeft { left deep { n } } } } } }"],
    [
      "through fragments",
      `
      { right { ...F } left { ...F } }
      fragment F on Folder { id content { items { ...L ... on Common { label } ... on OnlyRight { right } } } }
      fragment L on OnlyLeft { name: left deep { n } }`,
    ],
  ])("is asked for the members that it has: %s", async (_how, operation) => {
    await graph.expectSame(operation);
  });

  it("with conditions and variables", async () => {
    const operation = `query ($n: Int!, $more: Boolean!) {
      right { content { items { ... on OnlyRight { times(n: $n) right @include(if: $more) } } } }
      left { content { items { ... on OnlyLeft @skip(if: $more) { left } } } }
    }`;
    await graph.expectSame(operation, { n: 3, more: true });
    await graph.expectSame(operation, { n: 3, more: false });
  });
});

describe("a directive for operations that subgraphs compose", () => {
  const access = (defaultScope: string): string => `
    extend schema @link(url: "https://specs.shop.example/access/v1.0", import: ["@access"])
      @federation__composeDirective(name: "@access")
    directive @access(scope: Scope!${defaultScope}) on FIELD | FRAGMENT_SPREAD
    enum Scope { PUBLIC PRIVATE }`;
  const graph = createGraph({
    monolith: `
      directive @access(scope: Scope! = PUBLIC) on FIELD | FRAGMENT_SPREAD enum Scope { PUBLIC PRIVATE }
      type Query { one: String two(scope: Scope): String }`,
    subgraphs: {
      one: `${access("")} type Query { one: String }`,
      two: `${access(" = PUBLIC")} type Query { two(scope: Scope): String }`,
    },
    resolvers: { Query: { one: () => "1", two: (_parent, { scope }: { scope?: string }) => scope ?? "none" } },
  });

  it.each([
    ["by its default", "{ one @access two @access }", undefined],
    [
      "with a variable",
      "query ($s: Scope!) { one @access(scope: $s) two(scope: $s) ...F @access } fragment F on Query { x: one }",
      { s: "PRIVATE" },
    ],
  ])("may be used %s", async (_how, operation, variables) => {
    await graph.expectSame(operation, variables);
  });
});

it("says so where an operation that had to be written out has too many ways to be answered", () => {
  const room = `type Shelf @key(fields: "id") { id: ID! room: Int @shareable }`;
  const supergraphSdl = composeGraph({
    books: `
      interface Media @key(fields: "id") { id: ID! }
      interface Printed { shelf: Shelf }
      type Book implements Media & Printed @key(fields: "id") { id: ID! shelf: Shelf }
      type Shelf @key(fields: "id") { id: ID! }`,
    best: `type Query { best: Media } type Media @key(fields: "id") @interfaceObject { id: ID! }`,
    one: room,
    two: room,
  });
  const operation = parse("{ best { ... on Printed { shelf { room } } } }");
  expect(() => createPlanner(supergraphSdl, 1).plan(operation)).toThrow(tooComplex("has too many ways to be answered"));
  expect(createPlanner(supergraphSdl, 2).plan(operation).fetches).toBeDefined();
});
