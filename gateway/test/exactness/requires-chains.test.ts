import { createGraph } from "./harness/graph";

/** `-100` is what a subgraph makes do with that was not given what it requires: no answer has it. */
const missing = -100;
const things = [
  { id: "1", upc: "u1", a: 5, owner: { id: "o1", zone: 3 } },
  { id: "2", upc: "u2", a: 0, owner: { id: "o2", zone: 0 } },
];
interface Thing {
  readonly id: string;
  readonly a?: number;
  readonly b?: number;
  readonly c?: number;
  readonly d?: number;
  readonly owner?: { readonly zone?: number };
}
const own = ({ id }: Thing): number => things.find((thing) => thing.id === id)?.a ?? missing;
const roots = (names: string): string => `type Query { ${names.replaceAll(/\w+/g, "$&: [Thing]")} }`;
const fromQuery = (...names: readonly string[]) =>
  Object.fromEntries(names.map((name) => [name, () => things.map(({ id, upc }) => ({ id, upc }))]));

describe("a chain of requirements that comes back", () => {
  // e of s0 needs c of s1, which needs a of s0.
  const graph = createGraph({
    monolith: `${roots("inner outer other")} type Mutation { touch: [Thing] } type Thing { id: ID! a: Int c: Int e: Int }`,
    subgraphs: {
      s0: `${roots("outer")} type Thing @key(fields: "id") { id: ID! a: Int c: Int @external e: Int @requires(fields: "c") }`,
      s1: `${roots("inner")} type Mutation { touch: [Thing] }
        type Thing @key(fields: "id") { id: ID! a: Int @external c: Int @requires(fields: "a") }`,
      s2: `${roots("other")} type Thing @key(fields: "id") { id: ID! }`,
    },
    records: { Thing: things },
    resolvers: { Query: fromQuery("inner", "outer", "other"), Mutation: fromQuery("touch") },
    own: {
      monolith: { Thing: { a: own, c: (thing: Thing) => own(thing) + 1, e: (thing: Thing) => (own(thing) + 1) * 10 } },
      s0: { Thing: { a: own, e: ({ c = missing }: Thing) => c * 10 } },
      s1: { Thing: { a: () => null, c: ({ a = missing }: Thing) => a + 1 } },
    },
  });

  it.each([
    ["outside", "{ outer { e c a } }"],
    ["the middle", "{ inner { e } }"],
    ["the middle, with a link of it", "{ inner { c e } }"],
    ["the middle, with its beginning", "{ inner { a e } }"],
    ["the middle, under other names", "{ inner { c: e a: c e: a } }"],
    ["the middle, by a mutation", "mutation { touch { e } again: touch { c e } }"],
    ["elsewhere", "{ other { e } }"],
    ["everywhere", "{ inner { e } outer { e } other { e c } }"],
  ])("is followed from %s", async (_where, operation) => {
    await graph.expectSame(operation);
  });
});

describe("a chain of requirements through three subgraphs", () => {
  const d = (thing: Thing): number => (own(thing) + 1) * 3;
  const graph = createGraph({
    monolith: `${roots("inX inY inZ")} type Thing { id: ID! a: Int c: Int d: Int e: Int }`,
    subgraphs: {
      x: `${roots("inX")} type Thing @key(fields: "id") { id: ID! a: Int d: Int @external e: Int @requires(fields: "d") }`,
      y: `${roots("inY")} type Thing @key(fields: "id") { id: ID! c: Int @external d: Int @requires(fields: "c") }`,
      z: `${roots("inZ")} type Thing @key(fields: "id") { id: ID! a: Int @external c: Int @requires(fields: "a") }`,
    },
    records: { Thing: things },
    resolvers: { Query: fromQuery("inX", "inY", "inZ") },
    own: {
      monolith: { Thing: { a: own, c: (thing: Thing) => own(thing) + 1, d, e: (thing: Thing) => d(thing) * 10 } },
      x: { Thing: { a: own, e: ({ d: given = missing }: Thing) => given * 10 } },
      y: { Thing: { d: ({ c = missing }: Thing) => c * 3 } },
      z: { Thing: { c: ({ a = missing }: Thing) => a + 1 } },
    },
  });

  it.each(["inX", "inY", "inZ"])("is followed from each of them: %s", async (root) => {
    await graph.expectSame(`{ ${root} { e } }`);
    await graph.expectSame(`{ ${root} { c e } all: ${root} { a c d e } }`);
  });
});

describe("a chain of requirements that comes back twice, by two keys", () => {
  const graph = createGraph({
    monolith: `${roots("inner")} type Thing { id: ID! upc: ID! a: Int b: Int c: Int d: Int e: Int }`,
    subgraphs: {
      s0: `type Thing @key(fields: "id") @key(fields: "upc") {
        id: ID! upc: ID! a: Int c: Int @external d: Int @requires(fields: "c")
      }`,
      s1: `${roots("inner")} type Thing @key(fields: "id") { id: ID! b: Int @external c: Int @requires(fields: "b") }`,
      s2: `type Thing @key(fields: "upc") {
        upc: ID! a: Int @external b: Int @requires(fields: "a") d: Int @external e: Int @requires(fields: "d")
      }`,
    },
    records: { Thing: things },
    resolvers: { Query: fromQuery("inner") },
    own: {
      monolith: {
        Thing: {
          a: own,
          b: (thing: Thing) => own(thing) + 1,
          c: (thing: Thing) => (own(thing) + 1) * 2,
          d: (thing: Thing) => (own(thing) + 1) * 2 + 3,
          e: (thing: Thing) => ((own(thing) + 1) * 2 + 3) * 5,
        },
      },
      s0: { Thing: { a: own, d: ({ c = missing }: Thing) => c + 3 } },
      s1: { Thing: { c: ({ b = missing }: Thing) => b * 2 } },
      s2: { Thing: { b: ({ a = missing }: Thing) => a + 1, e: ({ d = missing }: Thing) => d * 5 } },
    },
  });

  it.each(["{ inner { e } }", "{ inner { e d c b a } }", "{ inner { d c } }"])("is followed: %s", async (operation) => {
    await graph.expectSame(operation);
  });
});

// Apollo's planner makes a circle of fetches of these, and goes round it until the memory is full.
it("follows a chain of requirements that comes back twice, at two depths", async () => {
  const d = (thing: Thing): number => (own(thing) + 1) * 2;
  const other = ({ id }: Thing): Thing => ({ id: id === "1" ? "2" : "1" });
  const graph = createGraph({
    monolith: `${roots("inner")} type Thing { id: ID! other: Thing b: Int c: Int d: Int e: Int f: Int }`,
    subgraphs: {
      s0: `type Thing @key(fields: "id") {
        id: ID! other: Thing @shareable c: Int @external d: Int @requires(fields: "c")
      }`,
      s1: `${roots("inner")} type Thing @key(fields: "id") {
        id: ID! other: Thing @shareable b: Int @external c: Int @requires(fields: "b") e: Int @external f: Int @requires(fields: "e")
      }`,
      s2: `type Thing @key(fields: "id") {
        id: ID! other: Thing @shareable b: Int d: Int @external e: Int @requires(fields: "d")
      }`,
    },
    records: { Thing: things },
    resolvers: { Query: fromQuery("inner"), Thing: { other } },
    own: {
      monolith: {
        Thing: {
          b: own,
          c: (thing: Thing) => own(thing) + 1,
          d,
          e: (thing: Thing) => d(thing) + 3,
          f: (thing: Thing) => (d(thing) + 3) * 5,
        },
      },
      s0: { Thing: { d: ({ c = missing }: Thing) => c * 2 } },
      s1: { Thing: { c: ({ b = missing }: Thing) => b + 1, f: ({ e = missing }: { e?: number }) => e * 5 } },
      s2: { Thing: { b: own, e: ({ d: given = missing }: Thing) => given + 3 } },
    },
  });
  await graph.expectSame("{ inner { other { c e f } d } }");
});

describe("a requirement that begins where the operation does not, and what the latter knows as another's", () => {
  it("with arguments", async () => {
    const times = (thing: Thing, by: number): number => own(thing) * by;
    const plus = (thing: Thing, by: number): number => times(thing, 2) + by;
    const graph = createGraph({
      monolith: `${roots("inner")} type Thing { id: ID! a(times: Int = 1): Int c(plus: Int = 1): Int e: Int }`,
      subgraphs: {
        s0: `type Thing @key(fields: "id") {
          id: ID! a(times: Int = 1): Int c(plus: Int = 1): Int @external e: Int @requires(fields: "c(plus: 7)")
        }`,
        s1: `${roots("inner")} type Thing @key(fields: "id") {
          id: ID! a(times: Int = 1): Int @external c(plus: Int = 1): Int @requires(fields: "a(times: 2)")
        }`,
      },
      records: { Thing: things },
      resolvers: {
        Query: fromQuery("inner"),
        Thing: { a: (thing: Thing, { times: by }: { times: number }) => times(thing, by) },
      },
      own: {
        monolith: {
          Thing: {
            c: (thing: Thing, { plus: by }: { plus: number }) => plus(thing, by),
            e: (thing: Thing) => plus(thing, 7) * 10,
          },
        },
        s0: { Thing: { e: ({ c = missing }: Thing) => c * 10 } },
        s1: { Thing: { a: () => null, c: ({ a = missing }: Thing, { plus: by }: { plus: number }) => a + by } },
      },
    });
    await graph.expectSame("{ inner { e } }");
    await graph.expectSame("{ inner { a(times: 3) c(plus: 4) e } again: inner { c a } }");
  });

  it("in a set of nested fields", async () => {
    const zone = ({ id }: Thing): number => things.find((thing) => thing.id === id)?.owner.zone ?? missing;
    const graph = createGraph({
      monolith: `${roots("inner")}
        type Thing { id: ID! owner: Owner zone: Int ownerId: String } type Owner { id: ID! zone: Int }`,
      subgraphs: {
        s0: `type Thing @key(fields: "id") { id: ID! owner: Owner zone: Int @requires(fields: "owner { zone }") }
          type Owner @key(fields: "id") { id: ID! zone: Int @external }`,
        s1: `${roots("inner")}
          type Thing @key(fields: "id") { id: ID! owner: Owner @external ownerId: String @requires(fields: "owner { id }") }
          type Owner @key(fields: "id") { id: ID! }`,
        s2: `type Owner @key(fields: "id") { id: ID! zone: Int }`,
      },
      records: { Thing: things, Owner: things.map(({ owner }) => owner) },
      resolvers: { Query: fromQuery("inner") },
      own: {
        monolith: {
          Thing: {
            owner: ({ id }: Thing) => things.find((thing) => thing.id === id)?.owner,
            zone,
            ownerId: ({ id }: Thing) => `o${id}`,
          },
        },
        s0: { Thing: { zone: ({ owner }: Thing) => owner?.zone ?? missing } },
        s1: { Thing: { ownerId: ({ owner }: { owner?: { id: string } }) => owner?.id ?? "none" } },
      },
    });
    await graph.expectSame("{ inner { zone } }");
    await graph.expectSame("{ inner { zone ownerId owner { id zone } } }");
  });

  it("by another key", async () => {
    const graph = createGraph({
      monolith: `${roots("inner")} type Thing { id: ID! upc: ID! c: Int e: Int label: String }`,
      subgraphs: {
        s0: `type Thing @key(fields: "id") @key(fields: "upc") {
          id: ID! upc: ID! c: Int @external e: Int @requires(fields: "c")
        }`,
        s1: `${roots("inner")} type Thing @key(fields: "id") {
          id: ID! upc: ID! @external label: String @requires(fields: "upc")
        }`,
        s2: `type Thing @key(fields: "upc") { upc: ID! c: Int }`,
      },
      records: { Thing: things },
      resolvers: { Query: { inner: () => things.map(({ id }) => ({ id })) } },
      own: {
        monolith: {
          Thing: {
            upc: ({ id }: Thing) => `u${id}`,
            c: own,
            e: (thing: Thing) => own(thing) * 10,
            label: ({ id }: Thing) => `of u${id}`,
          },
        },
        s0: { Thing: { e: ({ c = missing }: Thing) => c * 10 } },
        s1: { Thing: { label: ({ upc = "" }: { upc?: string }) => `of ${upc}`, upc: () => "not mine" } },
        s2: { Thing: { c: ({ upc }: { upc: string }) => things.find((thing) => thing.upc === upc)?.a ?? missing } },
      },
    });
    await graph.expectSame("{ inner { e } }");
    await graph.expectSame("{ inner { e label upc c } }");
  });

  it("in a field that there, too, requires something", async () => {
    const graph = createGraph({
      monolith: `${roots("inner")} type Thing { id: ID! a: Int b: Int c: Int e: Int }`,
      subgraphs: {
        s0: `type Thing @key(fields: "id") {
          id: ID! a: Int b: Int @shareable c: Int @external e: Int @requires(fields: "c")
        }`,
        s1: `${roots("inner")} type Thing @key(fields: "id") {
          id: ID! a: Int @external b: Int @shareable @requires(fields: "a")
        }`,
        s2: `type Thing @key(fields: "id") { id: ID! b: Int @external c: Int @requires(fields: "b") }`,
      },
      records: { Thing: things },
      resolvers: { Query: fromQuery("inner") },
      own: {
        monolith: {
          Thing: {
            a: own,
            b: (thing: Thing) => own(thing) + 1,
            c: (thing: Thing) => own(thing) + 2,
            e: (thing: Thing) => (own(thing) + 2) * 10,
          },
        },
        s0: { Thing: { a: own, b: (thing: Thing) => own(thing) + 1, e: ({ c = missing }: Thing) => c * 10 } },
        s1: { Thing: { b: ({ a = missing }: Thing) => a + 1 } },
        s2: { Thing: { c: ({ b = missing }: Thing) => b + 1 } },
      },
    });
    await graph.expectSame("{ inner { e } }");
    await graph.expectSame("{ inner { e c b a } }");
  });
});
