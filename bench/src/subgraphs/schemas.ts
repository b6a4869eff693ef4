import { buildSubgraphSchema } from "@apollo/subgraph";
import { type DocumentNode, type GraphQLSchema, parse } from "graphql";
import { type Catalogue, shippingEstimateOf } from "./catalogue";

export const subgraphNames = ["accounts", "products", "inventory", "reviews"] as const;
export type SubgraphName = (typeof subgraphNames)[number];

const federation = (...imports: string[]): string =>
  `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ${JSON.stringify(imports)})\n`;

/** The usual benchmark of federation, with a subscription beside it. */
export const typeDefs: Readonly<Record<SubgraphName, DocumentNode>> = {
  accounts: parse(`${federation("@key", "@shareable")}
    type Query {
      me: User
      user(id: ID!): User
      users: [User]
    }
    type User @key(fields: "id") {
      id: ID!
      name: String
      username: String @shareable
      birthday: Int
    }
  `),
  products: parse(`${federation("@key")}
    type Query {
      topProducts(first: Int = 5): [Product]
    }
    type Product @key(fields: "upc") {
      upc: String!
      name: String
      price: Int
      weight: Int
    }
  `),
  inventory: parse(`${federation("@key", "@external", "@requires")}
    type Product @key(fields: "upc") {
      upc: String!
      weight: Int @external
      price: Int @external
      inStock: Boolean
      shippingEstimate: Int @requires(fields: "price weight")
    }
    type Query {
      mostStocked: Product
    }
    type Subscription {
      stockChanged: StockChange!
    }
    type StockChange {
      "When it was published, in nanoseconds of the machine's monotonic clock."
      publishedAtNs: String!
      product: Product!
    }
  `),
  reviews: parse(`${federation("@key", "@external", "@provides")}
    type Review @key(fields: "id") {
      id: ID!
      body: String
      product: Product
      author: User @provides(fields: "username")
    }
    type User @key(fields: "id") {
      id: ID!
      username: String @external
      reviews: [Review]
    }
    type Product @key(fields: "upc") {
      upc: String!
      reviews: [Review]
    }
  `),
};

interface Reference {
  readonly id: string;
  readonly upc: string;
  readonly price: number;
  readonly weight: number;
}

/** Resolves the subscription's events; the rest resolves from the catalogue's own objects. */
export type SubscribeToStock = () => AsyncIterator<{ readonly stockChanged: unknown }>;

export function buildSubgraph(
  name: SubgraphName,
  { users, products, reviews }: Catalogue,
  subscribeToStock: SubscribeToStock,
): GraphQLSchema {
  const userOf = ({ id }: Reference) => users.find((user) => user.id === id);
  const productOf = ({ upc }: Reference) => products.find((product) => product.upc === upc);
  const resolvers = {
    accounts: {
      Query: { me: () => users[0], user: (_parent: unknown, args: Reference) => userOf(args), users: () => users },
      User: { __resolveReference: userOf },
    },
    products: {
      Query: { topProducts: (_parent: unknown, { first }: { first: number }) => products.slice(0, first) },
      Product: { __resolveReference: productOf },
    },
    inventory: {
      Query: { mostStocked: () => products[0] },
      Product: {
        // What it requires comes with the reference, as a real inventory knows no prices.
        __resolveReference: (reference: Reference) => ({ ...reference, inStock: productOf(reference)?.inStock }),
        shippingEstimate: shippingEstimateOf,
      },
      Subscription: { stockChanged: { subscribe: subscribeToStock } },
    },
    reviews: {
      Review: { __resolveReference: ({ id }: Reference) => reviews.find((review) => review.id === id) },
      User: { __resolveReference: userOf },
      Product: { __resolveReference: productOf },
    },
  };
  return buildSubgraphSchema({ typeDefs: typeDefs[name], resolvers: resolvers[name] });
}
