import { createGraph, type Graph } from "./harness/graph";

const makers = [
  { id: "m1", name: "ACME", rivalId: "m2" },
  { id: "m2", name: "Ironworks", rivalId: "m1" },
];
const products = ["1", "2", "3", "4"].map((id) => ({
  id,
  makerId: Number(id) % 2 === 0 ? "m2" : "m1",
  name: `product ${id}`,
}));
const query = "type Query { products: [Product!]! product(id: ID!): Product tree: Folder }";

interface Folder {
  readonly depth: number;
  readonly side: string;
}

let graph: Graph;
beforeEach(() => {
  graph = createGraph({
    monolith: `
      ${query}
      type Product { id: ID! name: String maker: Maker }
      type Maker { id: ID! name: String best: Product! rival: Maker products: [Product] }
      type Folder { id: ID! depth: Int folders: [Folder!]! product: Product note: String }`,
    subgraphs: {
      catalogue: `
        ${query}
        type Product @key(fields: "id") { id: ID! maker: Maker }
        type Maker @key(fields: "id") { id: ID! best: Product! products: [Product] }
        type Folder @key(fields: "id") { id: ID! depth: Int folders: [Folder!]! product: Product }`,
      makers: `type Maker @key(fields: "id") { id: ID! name: String rival: Maker }`,
      names: `
        type Product @key(fields: "id") { id: ID! name: String }
        type Folder @key(fields: "id") { id: ID! note: String }`,
    },
    records: {
      Product: products,
      Maker: makers,
      Folder: Array.from({ length: 26 }, (_, index) => ({ id: `${index >> 1}${"lr".charAt(index % 2)}` })),
    },
    resolvers: {
      Query: {
        products: () => products,
        product: (_parent, { id }: { id: string }) => products.find((product) => product.id === id),
        tree: () => ({ id: "0l", depth: 0, side: "l" }),
      },
      Product: { maker: ({ makerId }: { makerId: string }) => makers.find(({ id }) => id === makerId) },
      Maker: {
        best: ({ id }: { id: string }) => products.find(({ makerId }) => makerId === id),
        products: ({ id }: { id: string }) => products.filter(({ makerId }) => makerId === id),
        rival: ({ rivalId }: { rivalId: string }) => makers.find(({ id }) => id === rivalId),
      },
      Folder: {
        folders: ({ depth }: Folder) =>
          depth >= 12
            ? []
            : ["l", ...(depth < 3 ? ["r"] : [])].map((side) => ({ id: `${depth + 1}${side}`, depth: depth + 1, side })),
        product: ({ depth }: Folder) => products[depth % products.length],
        note: ({ id }: { id: string }) => (id === "0l" ? "" : id),
      },
    },
  });
});

it("sends equal representations once", async () => {
  await graph.expectSame("{ products { maker { name } } }");
  expect(graph.requests.representations("makers")).toEqual([
    { __typename: "Maker", id: "m1" },
    { __typename: "Maker", id: "m2" },
  ]);
});

it("sends equal fetches of one operation once", async () => {
  await graph.expectSame(
    `{ a: product(id: "1") { maker { name } } b: product(id: "3") { maker { name } } products { maker { name } } }`,
  );
  expect(graph.requests.representations("makers")).toHaveLength(2);
});

it("sends sibling fetches to one subgraph together, and those to different ones at the same time", async () => {
  await graph.expectSame("{ products { name maker { name rival { id } } } tree { note } }");
  expect(graph.requests.requests.map(({ subgraph }) => subgraph).sort()).toEqual(["catalogue", "makers", "names"]);
  expect(Math.max(...graph.requests.requests.map(({ concurrent }) => concurrent))).toBe(1);
});

it.each([
  [
    "with other selections at each place",
    "{ products { maker { name } } again: products { maker { rival { name } id } } }",
  ],
  ["that contain themselves", "{ products { maker { rival { rival { rival { name best { maker { name } } } } } } } }"],
  [
    "where one place goes deeper than the other",
    `{ a: product(id: "1") { maker { best { name } } } b: product(id: "1") { maker { best { maker { products { name } } } } } }`,
  ],
  [
    "with one alias for different things",
    `{ a: product(id: "1") { maker { x: name } } b: product(id: "1") { maker { x: id } } }`,
  ],
  [
    "in lists of lists of each other",
    "{ products { maker { products { maker { products { name maker { name } } } } } } }",
  ],
])("shows equal entities %s, each as it was asked for", async (_what, operation) => {
  await graph.expectSame(operation);
});

it("answers recursion far down", async () => {
  const folders = (depth: number): string =>
    depth === 0 ? "id" : `id note product { name } folders { ${folders(depth - 1)} }`;
  await graph.expectSame(`{ tree { ${folders(12)} } }`);
  const rivals = (depth: number): string => (depth === 0 ? "name" : `rival { ${rivals(depth - 1)} }`);
  await graph.expectSame(`{ products { maker { ${rivals(40)} } } }`);
});

it("gives each run an answer of its own", async () => {
  const operation = "{ products { maker { name best { name } } } }";
  const [one, two] = await Promise.all([graph.expectSame(operation), graph.expectSame(operation)]);
  expect(one).not.toBe(two);
  await graph.expectSame(operation);
});
