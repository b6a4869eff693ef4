import { createGraph } from "./harness/graph";

const products = [
  { id: "1", cents: 1000 },
  { id: "2", cents: 0 },
  { id: "3", cents: null },
];
interface Args {
  readonly currency?: string | null;
  readonly options?: { round?: boolean | null; rates?: number[] } | null;
}
interface Product {
  readonly id: string;
  readonly price?: unknown;
  readonly dimensions?: { size: string } | null;
}
const priceOf = ({ id }: Product, { currency, options }: Args): string | null => {
  const cents = products.find((product) => product.id === id)?.cents;
  return cents == null ? null : `${cents} ${JSON.stringify(currency)} ${JSON.stringify(options)}`;
};
const dimensionsOf = ({ id }: Product, { unit }: { unit: string }) =>
  id === "3" ? null : { size: `${id} ${unit}`, __typename: "Dimensions" };
const say = (what: string, value: unknown): string => `${what}: ${JSON.stringify(value ?? null)}`;

const query = "type Query { products: [Product!]! product(id: ID!): Product }";
const mutation = "type Mutation { touch: [Product!]! }";
const input = "input Options { round: Boolean = true rates: [Float!] }";
const owned = `price(currency: String = "EUR", options: Options): String dimensions(unit: String!): Dimensions`;
const derived = "inEuro: String inDollar: String inPounds(extra: Int): String rounded: String sizes: String";
const graph = createGraph({
  monolith: `
    ${query} ${mutation} ${input} type Dimensions { size: String }
    type Product { id: ID! ${owned} ${derived} tax: String duty: String }`,
  subgraphs: {
    catalogue: `${query} ${mutation} type Product @key(fields: "id") { id: ID! }`,
    prices: `
      ${input} type Dimensions @shareable { size: String }
      type Product @key(fields: "id") { id: ID! ${owned} }`,
    derived: `
      ${input} type Dimensions @shareable { size: String }
      type Product @key(fields: "id") {
        id: ID!
        price(currency: String = "EUR", options: Options): String @external
        dimensions(unit: String!): Dimensions @external
        inEuro: String @requires(fields: "price")
        inDollar: String @requires(fields: "price(currency: \\"USD\\")")
        inPounds(extra: Int): String @requires(fields: "price(currency: \\"GBP\\")")
        rounded: String @requires(fields: "price(currency: null, options: { rates: [1.5, 0] })")
        sizes: String @requires(fields: "dimensions(unit: \\"cm\\") { size }")
      }`,
    taxes: `type Product @key(fields: "id") {
      id: ID! inDollar: String @external tax: String @requires(fields: "inDollar")
      inPounds(extra: Int): String @external duty: String @requires(fields: "inPounds(extra: 5)")
    }`,
  },
  records: { Product: products },
  resolvers: {
    Query: {
      products: () => products,
      product: (_parent, { id }: { id: string }) => products.find((product) => product.id === id),
    },
    Mutation: { touch: () => products },
    Product: { price: priceOf, dimensions: dimensionsOf },
  },
  own: {
    monolith: {
      Product: {
        inEuro: (product: Product) => say("inEuro", priceOf(product, { currency: "EUR" })),
        inDollar: (product: Product) => say("inDollar", priceOf(product, { currency: "USD" })),
        inPounds: (product: Product, { extra }: { extra?: number }) =>
          say(`inPounds ${extra}`, priceOf(product, { currency: "GBP" })),
        rounded: (product: Product) =>
          say("rounded", priceOf(product, { currency: null, options: { round: true, rates: [1.5, 0] } })),
        sizes: (product: Product) => say("sizes", dimensionsOf(product, { unit: "cm" })?.size),
        tax: (product: Product) => say("tax", say("inDollar", priceOf(product, { currency: "USD" }))),
        duty: (product: Product) => say("duty", say("inPounds 5", priceOf(product, { currency: "GBP" }))),
      },
    },
    derived: {
      Product: {
        inEuro: ({ price }: Product) => say("inEuro", price),
        inDollar: ({ price }: Product) => say("inDollar", price),
        inPounds: ({ price }: Product, { extra }: { extra?: number }) => say(`inPounds ${extra}`, price),
        rounded: ({ price }: Product) => say("rounded", price),
        sizes: ({ dimensions }: Product) => say("sizes", dimensions?.size),
      },
    },
    taxes: {
      Product: {
        tax: ({ inDollar }: Product & { inDollar?: string }) => say("tax", inDollar),
        duty: ({ inPounds }: Product & { inPounds?: string }) => say("duty", inPounds),
      },
    },
  },
});

it.each([
  ["a field with its default argument", "{ products { inEuro } }"],
  ["a field with an argument", "{ products { inDollar } }"],
  ["one field with several arguments", "{ products { inEuro inDollar inPounds rounded } }"],
  ["an object with an argument", "{ products { sizes } }"],
  ["it beside the same field with other arguments", `{ products { price(currency: "CHF") inDollar } }`],
  ["it beside the same field with the same arguments", `{ products { price(currency: "USD") inDollar } }`],
  ["it beside the field without arguments", '{ products { price inDollar dimensions(unit: "m") { size } sizes } }'],
  ["it beside the field under other names", `{ products { a: price(currency: "CHF") b: price inDollar inEuro } }`],
  ["it under the name of the required field", `{ products { price: inDollar } }`],
  ["it where the names are swapped", `{ products { price: inDollar inDollar: price(currency: "JPY") } }`],
  [
    "several of them under aliases",
    "{ products { a: inDollar b: inEuro c: inPounds(extra: 1) d: inPounds(extra: 0) } }",
  ],
  ["a chain over it", "{ products { tax } }"],
  ["a chain over it beside its links", `{ products { tax price(currency: "SEK") inDollar inEuro } }`],
  ["a chain whose link has arguments, too", "{ products { duty } }"],
  ["two chains through one subgraph", "{ products { duty tax inEuro inPounds(extra: 1) } }"],
  ["it at two places", `{ products { inDollar } product(id: "1") { inEuro inDollar } }`],
])("answers with %s required", async (_what, operation) => {
  await graph.expectSame(operation);
});

it.each([{ in: "USD" }, { in: null }, {}, { in: "CHF", extra: 0, round: false }, { options: null }])(
  "answers beside the required field with variables %j",
  async (variables) => {
    await graph.expectSame(
      `query ($in: String, $extra: Int, $round: Boolean = true, $options: Options) {
        products {
          price(currency: $in, options: { round: $round })
          other: price(options: $options)
          inDollar
          inPounds(extra: $extra)
          rounded
        }
      }`,
      variables,
    );
  },
);

it("answers a mutation with variables beside it", async () => {
  await graph.expectSame("mutation ($extra: Int) { touch { inEuro inDollar inPounds(extra: $extra) } }", { extra: 2 });
});
