import { createGraph } from "./harness/graph";

const things = [
  { id: "1", a: 5 },
  { id: "2", a: 0 },
];
interface Thing {
  readonly id: string;
  readonly a?: number;
  readonly c?: number;
}
const own = ({ id }: Thing): number => things.find((thing) => thing.id === id)?.a ?? -1;

/** `e` of s0 needs `c` of s1, which needs `a` of s0. */
const graph = createGraph({
  monolith: "type Query { inner: [Thing] outer: Thing other: Thing } type Thing { id: ID! a: Int c: Int e: Int }",
  subgraphs: {
    s0: `type Query { outer: Thing } type Thing @key(fields: "id") { id: ID! a: Int c: Int @external e: Int @requires(fields: "c") }`,
    s1: `type Query { inner: [Thing] } type Thing @key(fields: "id") { id: ID! a: Int @external c: Int @requires(fields: "a") }`,
    s2: `type Query { other: Thing } type Thing @key(fields: "id") { id: ID! }`,
  },
  records: { Thing: things },
  // What a subgraph lists it knows the key of, and no more.
  resolvers: {
    Query: { inner: () => [{ id: "1" }, { id: "2" }], outer: () => ({ id: "2" }), other: () => ({ id: "1" }) },
  },
  own: {
    monolith: { Thing: { a: own, c: (thing: Thing) => own(thing) + 1, e: (thing: Thing) => (own(thing) + 1) * 10 } },
    s0: { Thing: { a: own, e: ({ c = -100 }: Thing) => c * 10 } },
    s1: { Thing: { a: () => null, c: ({ a = -100 }: Thing) => a + 1 } },
  },
});

it.each([
  ["outside", "{ outer { e c a } }"],
  ["the middle", "{ inner { e } }"],
  ["the middle, with a link of it", "{ inner { c e } }"],
  ["the middle, with its beginning", "{ inner { a e } }"],
  ["the middle, under other names", "{ inner { c: e a: c e: a } }"],
  ["elsewhere", "{ other { e } }"],
  ["everywhere", "{ inner { e } outer { e } other { e c } }"],
])("follows a chain of requirements that comes back, entered from %s", async (_what, operation) => {
  await graph.expectSame(operation);
});
