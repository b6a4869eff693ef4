import { createGraph } from "./harness/graph";
import { failure } from "./harness/schemas";

const products = [
  { id: "1", name: "Kettle", price: 10, stock: 0, secret: "s1", discount: 2 },
  { id: "2", name: "", price: 0, stock: 3, secret: "s2", discount: 0 },
];
const query = {
  catalogue: "products: [Product!]! product(id: ID!): Product",
  deals: "deals: [Deal!]! best: Product",
};
const unasked = (what: string) => () => {
  throw failure(`${what} must not be asked here`);
};
const graph = createGraph({
  monolith: `
    type Query { ${query.catalogue} ${query.deals} shared: String }
    type Product { id: ID! name: String price: Int stock: Int discount: Int label: String size: Size }
    type Deal { product: Product products: [Product] }
    type Size { width: Int height: Int }`,
  subgraphs: {
    catalogue: `
      type Query { ${query.catalogue} shared: String @shareable }
      type Product @key(fields: "id") {
        id: ID! name: String @shareable price: Int secret: String @inaccessible
        discount: Int size: Size @shareable
      }
      type Size @shareable { width: Int height: Int }`,
    deals: `
      type Query {
        shared: String @shareable
        deals: [Deal!]!
        best: Product @provides(fields: "name")
      }
      type Deal { product: Product @provides(fields: "name") products: [Product] }
      type Product @key(fields: "id") {
        id: ID! name: String @external stock: Int discount: Int @override(from: "catalogue") size: Size @shareable
      }
      type Size @shareable { width: Int height: Int }`,
    labels: `type Product @key(fields: "id") {
      id: ID! secret: String @external label: String @requires(fields: "secret")
    }`,
  },
  records: { Product: products },
  resolvers: {
    Query: {
      products: () => products,
      product: (_parent, { id }: { id: string }) => products.find((product) => product.id === id),
      deals: () => [
        { product: products[0], products },
        { product: null, products: [null, products[1]] },
      ],
      best: () => products[1],
      shared: () => "",
    },
    Product: {
      label: ({ secret }: { secret?: string }) => `label of ${secret}`,
      size: ({ id }: { id: string }) => ({ width: Number(id), height: 0 }),
    },
  },
  own: { catalogue: { Product: { discount: unasked("discount") } } },
});

it.each([
  ["what one subgraph overrides of another", "{ products { discount name } }"],
  ["an overridden field from where it is", "{ deals { product { discount } } }"],
  ["a shared field", "{ shared products { size { width } } deals { product { size { height width } } } }"],
  [
    "what is provided, and what is not, of the same entity",
    "{ deals { product { name price } products { name } } best { name stock } }",
  ],
  ["what is provided under another name", "{ best { id: name name: id } deals { product { price: name } } }"],
  ["what requires a field that no client sees", "{ products { label } best { label } }"],
  ["the key alone", "{ best { id } deals { products { id } } }"],
])("answers %s", async (_what, operation) => {
  await graph.expectSame(operation);
});

it("asks nobody else for what is provided", async () => {
  graph.requests.clear();
  await graph.run("{ best { name stock } deals { product { name } } }");
  expect(graph.requests.requests.map(({ subgraph }) => subgraph)).toEqual(["deals"]);
});

it("keeps an inaccessible field from the client's schema and answer", async () => {
  const { data } = await graph.run(`{ __type(name: "Product") { fields { name } } product(id: "1") { label } }`);
  expect(JSON.stringify(data)).not.toContain(`"secret"`);
  expect(data).toMatchObject({ product: { label: "label of s1" } });
});
