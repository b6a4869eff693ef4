import { createGraph } from "./harness/graph";

const query = "type Query { reviews: [Review!]! featured: Product firm: Product! }";
const details = "name: String price: Int! maker: Maker";
const stub = (id: string) => ({ __typename: "Product", id });

/** Reviews know of products that the catalogue has forgotten. */
function createShop() {
  const graph = createGraph({
    monolith: `${query} type Review { text: String product: Product sure: Product! } type Product { id: ID! ${details} rating: Int } type Maker { id: ID! name: String }`,
    subgraphs: {
      reviews: `
        ${query} type Review { text: String product: Product sure: Product! }
        type Product @key(fields: "id") { id: ID! }`,
      catalogue: `
        type Product @key(fields: "id") { id: ID! ${details} }
        type Maker @key(fields: "id") { id: ID! }`,
      ratings: `type Product @key(fields: "id") { id: ID! rating: Int } type Maker @key(fields: "id") { id: ID! name: String }`,
    },
    records: { Product: [{ id: "1", name: "Kettle", price: 0, maker: { id: "gone" }, rating: 0 }], Maker: [] },
    resolvers: {
      Query: {
        reviews: () => ["1", "2"].map((id) => ({ text: id, product: stub(id), sure: stub("1") })),
        featured: () => stub("2"),
        firm: () => stub("2"),
      },
    },
  });
  return graph;
}

it("answers null for what the owner does not know, without an error where null may be", async () => {
  const answer = await createShop().run("{ reviews { text product { id name rating } } }");
  expect(answer).toEqual({
    data: {
      reviews: [
        { text: "1", product: { id: "1", name: "Kettle", rating: 0 } },
        { text: "2", product: { id: "2", name: null, rating: null } },
      ],
    },
  });
});

it("answers null for the entity where a field of it must not be null", async () => {
  const answer = await createShop().run("{ featured { id price } reviews { product { price } sure { price } } }");
  expect(answer).toEqual({
    data: {
      featured: null,
      reviews: [
        { product: { price: 0 }, sure: { price: 0 } },
        { product: null, sure: { price: 0 } },
      ],
    },
  });
});

it("says so where the entity must not be null either", async () => {
  const { data, errors } = await createShop().run("{ firm { price } reviews { text } }");
  expect(data).toBeNull();
  expect(errors).toMatchObject([{ path: ["firm"] }]);
});

it("goes on below an entity that only one of its owners does not know", async () => {
  const answer = await createShop().run("{ reviews { sure { maker { id name } } } }");
  expect(answer).toEqual({ data: { reviews: Array(2).fill({ sure: { maker: { id: "gone", name: null } } }) } });
});
