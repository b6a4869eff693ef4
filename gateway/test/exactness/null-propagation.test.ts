import { createGraph, type Graph } from "./harness/graph";
import { failure } from "./harness/schemas";

const stored = [
  { id: "1", title: "Kettle", tags: ["a", "b"], matrix: [[1, 2], [3]] },
  { id: "2", title: null, tags: ["a", null], matrix: [[1, null]] },
  { id: "3", title: "Pan", tags: null, matrix: [null, [4]] },
  { id: "4", title: "Pot", tags: [], matrix: [[]] },
];

/** `title`, `tags` and `matrix` belong to another subgraph than the one that lists the products. */
function products(listType: string, titleType: string, tagsType: string, matrixType: string): Graph {
  const query = `type Query { all: ${listType} first: Product one(id: ID!): Product! nothing: [Product!] }`;
  const details = `title: ${titleType} tags: ${tagsType} matrix: ${matrixType} twin: Product!`;
  return createGraph({
    monolith: `${query} type Product { id: ID! ${details} }`,
    subgraphs: {
      catalogue: `${query} type Product @key(fields: "id") { id: ID! }`,
      details: `type Product @key(fields: "id") { id: ID! ${details} }`,
    },
    records: { Product: stored },
    resolvers: {
      Query: {
        all: () => stored,
        first: () => stored[1],
        one: (_parent, { id }: { id: string }) => stored.find((product) => product.id === id),
        nothing: () => null,
      },
      Product: { twin: ({ id }: { id: string }) => stored.find((product) => product.id === id) },
    },
  });
}

describe.each(["[Product]", "[Product!]", "[Product]!", "[Product!]!"])("a list of type %s", (listType) => {
  it.each(["String", "String!"])("with a title of type %s", async (titleType) => {
    const graph = products(listType, titleType, "[String]", "[[Int]]");
    await graph.expectSame("{ all { id title } first { title id } nothing { title } }");
    await graph.expectSame("{ all { id } again: all { twin { twin { title } } } }");
  });

  it.each(["[String]", "[String!]", "[String]!", "[String!]!"])("with tags of type %s", async (tagsType) => {
    await products(listType, "String", tagsType, "[[Int]]").expectSame("{ all { tags id } first { tags } }");
  });

  it.each(["[[Int!]]", "[[Int]!]", "[[Int!]!]!", "[[Int]!]!"])("with a matrix of type %s", async (matrixType) => {
    await products(listType, "String", "[String]", matrixType).expectSame("{ all { id matrix } first { matrix } }");
  });
});

it("nulls the whole answer where nothing above may be null", async () => {
  const graph = products("[Product!]!", "String!", "[String]", "[[Int]]");
  const { data } = await graph.expectSame(`{ kept: nothing { id } one(id: "2") { twin { title } } }`);
  expect(data).toBeNull();
});

it("nulls as far as an error in a field that must not be null reaches", async () => {
  const query = "type Query { boxes: [Box] }";
  const thing = "id: ID! name: String! price: Int";
  const boxes = [{ things: [{ id: "1" }, { id: "2" }] }, { things: [{ id: "1" }] }, { things: [] }, { things: null }];
  const graph = createGraph({
    monolith: `${query} type Box { things: [Thing!] } type Thing { ${thing} }`,
    subgraphs: {
      boxes: `${query} type Box { things: [Thing!] } type Thing @key(fields: "id") { id: ID! }`,
      things: `type Thing @key(fields: "id") { ${thing} }`,
    },
    records: { Thing: [{ id: "1" }, { id: "2" }] },
    resolvers: {
      Query: { boxes: () => boxes },
      Thing: {
        name: ({ id }: { id: string }) => {
          if (id === "2") throw failure("no name");
          return "thing";
        },
        price: () => {
          throw failure("no price");
        },
      },
    },
  });
  const { data } = await graph.expectSame("{ boxes { things { id name } } }");
  expect(data).toMatchObject({
    boxes: [{ things: null }, { things: [{ id: "1" }] }, { things: [] }, { things: null }],
  });
  await graph.expectSame("{ boxes { things { id price } } }");
});
