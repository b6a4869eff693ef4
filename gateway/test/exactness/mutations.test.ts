import { createGraph, unavailable } from "./harness/graph";
import { failure } from "./harness/schemas";

const mutation = {
  stock: "add(id: ID!, count: Int! = 1): Product fail: Int failHard: Int!",
  orders: "order(id: ID!): Order! count: Int!",
};
const query = "type Query { products: [Product] }";

/** What every test changes for itself; monolith and subgraphs each have a store of their own. */
function createShop() {
  const createStore = () => ({
    stock: new Map([
      ["1", 0],
      ["2", 5],
    ]),
    ordered: [] as string[],
  });
  let store = createStore();
  const product = (id: string) => ({ id });
  const graph = createGraph({
    monolith: `
      ${query} type Mutation { ${mutation.stock} ${mutation.orders} }
      type Product { id: ID! stock: Int orders: Int }
      type Order { number: Int! product: Product }`,
    subgraphs: {
      stock: `
        ${query} type Mutation { ${mutation.stock} }
        type Product @key(fields: "id") { id: ID! stock: Int }`,
      orders: `
        type Mutation { ${mutation.orders} }
        type Order { number: Int! product: Product }
        type Product @key(fields: "id") { id: ID! orders: Int }`,
    },
    records: { Product: [{ id: "1" }, { id: "2" }] },
    resolvers: {
      Query: { products: () => [product("1"), product("2")] },
      Mutation: {
        add: (_parent, { id, count }: { id: string; count: number }) => {
          store.stock.set(id, (store.stock.get(id) ?? 0) + count);
          return product(id);
        },
        order: (_parent, { id }: { id: string }) => {
          store.ordered.push(id);
          return { number: store.ordered.length, product: product(id) };
        },
        count: () => store.ordered.length,
        fail: () => {
          throw failure("failed");
        },
        failHard: () => {
          throw failure("failed hard");
        },
      },
      Product: {
        stock: ({ id }: { id: string }) => store.stock.get(id),
        orders: ({ id }: { id: string }) => store.ordered.filter((ordered) => ordered === id).length,
      },
    },
    beforeEachRun: () => {
      store = createStore();
    },
  });
  return { graph, ordered: () => store.ordered };
}

it.each([
  ["one after the other", `mutation { a: order(id: "1") { number } b: order(id: "2") { number } }`],
  [
    "each whole before the next",
    `mutation { order(id: "1") { product { stock } } add(id: "1") { orders stock } o: order(id: "1") { product { stock orders } } }`,
  ],
  [
    "to and fro between subgraphs",
    `mutation { a: count b: add(id: "2", count: 0) { stock } c: order(id: "2") { number } d: add(id: "2") { orders } e: count }`,
  ],
  [
    "a field that is asked for twice, once",
    `mutation { order(id: "1") { number } count order(id: "1") { product { id stock } } }`,
  ],
  ["past one that fails", `mutation { fail order(id: "1") { number } f: fail add(id: "1") { stock orders } }`],
  [
    "to the end, where the last one nulls all",
    `mutation { order(id: "1") { number } add(id: "1") { stock } failHard }`,
  ],
  ["__typename among them", `mutation { __typename order(id: "1") { __typename } t: __typename }`],
  [
    "in fragments",
    `mutation { ... on Mutation { order(id: "1") { number } } ...Rest } fragment Rest on Mutation { count add(id: "1") { orders } }`,
  ],
])("runs mutations %s", async (_what, operation) => {
  await createShop().graph.expectSame(operation);
});

it.each([
  { yes: true, no: false },
  { yes: false, no: true },
])("runs a field once, where conditions have it twice: %j", async (variables) => {
  const { graph, ordered } = createShop();
  const operation = `mutation ($yes: Boolean!, $no: Boolean!) {
    order(id: "1") @include(if: $yes) { number }
    add(id: "1") { stock }
    order(id: "1") { product { stock } }
    count @skip(if: $no)
    ... @include(if: $no) { order(id: "1") { number } }
  }`;
  await graph.expectSame(operation, variables);
  expect(ordered()).toEqual(["1"]);
});

it("asks its subgraphs in the client's order, never two at a time", async () => {
  const { graph } = createShop();
  await graph.run(`mutation { a: count b: add(id: "2") { stock } c: count d: fail e: count }`);
  expect(graph.requests.requests.map(({ subgraph }) => subgraph)).toEqual([
    "orders",
    "stock",
    "orders",
    "stock",
    "orders",
  ]);
  expect(graph.requests.requests.every(({ concurrent }) => concurrent === 0)).toBe(true);
});

it("goes on with the others where a subgraph is gone, and sends nothing twice", async () => {
  const { graph, ordered } = createShop();
  graph.sabotage("stock", unavailable);
  const answer = await graph.run(
    `mutation { a: order(id: "1") { number } add(id: "1") { stock } b: order(id: "2") { number product { stock id } } }`,
  );
  expect(answer).toMatchObject({
    data: { a: { number: 1 }, add: null, b: { number: 2, product: { stock: null, id: "2" } } },
    errors: [{ path: ["add"] }, { path: ["b", "product", "stock"] }],
  });
  expect(ordered()).toEqual(["1", "2"]);
  expect(graph.requests.to("stock").filter(({ query: text }) => text.startsWith("mutation"))).toHaveLength(1);
});
