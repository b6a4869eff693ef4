import { type SubgraphName } from "../subgraphs/schemas";
import { type CallSubgraph } from "./subgraph-calls";

interface UserParts {
  readonly id: string;
  readonly username: string;
  readonly name?: string;
}

interface ProductParts {
  readonly upc: string;
  readonly name: string;
  readonly price: number;
  readonly weight: number;
}

interface StockParts {
  readonly inStock: boolean;
  readonly shippingEstimate: number;
}

interface LeafReview {
  readonly id: string;
  readonly body: string;
  readonly product: { readonly upc: string };
}

interface ReviewByAuthor {
  readonly id: string;
  readonly body: string;
  readonly author: UserParts & { readonly reviews: readonly LeafReview[] };
}

interface ReviewOfProduct {
  readonly id: string;
  readonly body: string;
  readonly product: { readonly upc: string; readonly reviews: readonly ReviewByAuthor[] };
}

interface ReviewedEntities {
  readonly users: readonly { readonly reviews: readonly ReviewOfProduct[] }[];
  readonly products: readonly { readonly reviews: readonly ReviewByAuthor[] }[];
}

const usersQuery = "{ users { id username name } }";
const topProductsQuery = "{ topProducts { upc name price weight } }";
const authorsSelection = "reviews { id body author { id username reviews { id body product { upc } } } }";
const reviewsQuery = `query($users: [_Any!]!, $products: [_Any!]!) {
  users: _entities(representations: $users) { ... on User { reviews { id body product { upc ${authorsSelection} } } } }
  products: _entities(representations: $products) { ... on Product { ${authorsSelection} } }
}`;
const entitiesQuery = (type: string, selection: string): string =>
  `query($entities: [_Any!]!) { _entities(representations: $entities) { ... on ${type} { ${selection} } } }`;
const namesQuery = entitiesQuery("User", "name");
const productsQuery = entitiesQuery("Product", "upc name price weight");
const stockQuery = entitiesQuery("Product", "inStock shippingEstimate");

/**
 * The benchmark's federated operation with six calls, each entity asked for once and none later than it could be: what a
 * gateway that knows nothing of the operation beforehand is held against.
 */
export function createTestQuery(call: Readonly<Record<SubgraphName, CallSubgraph>>) {
  const ask = async <Data>(
    name: SubgraphName,
    authorization: string | undefined,
    query: string,
    variables?: object,
  ) => {
    const { text } = await call[name](JSON.stringify({ query, variables }), authorization);
    return (JSON.parse(text) as { data: Data }).data;
  };

  return async (authorization: string | undefined): Promise<unknown> => {
    const askEntities = async <Entity>(name: SubgraphName, query: string, entities: readonly object[]) => {
      const { _entities } = await ask<{ _entities: readonly Entity[] }>(name, authorization, query, { entities });
      return _entities;
    };

    const [{ users }, { topProducts }] = await Promise.all([
      ask<{ users: readonly UserParts[] }>("accounts", authorization, usersQuery),
      ask<{ topProducts: readonly ProductParts[] }>("products", authorization, topProductsQuery),
    ]);
    const reviewed = await ask<ReviewedEntities>("reviews", authorization, reviewsQuery, {
      users: users.map(({ id }) => ({ __typename: "User", id })),
      products: topProducts.map(({ upc }) => ({ __typename: "Product", upc })),
    });
    const { userIds, upcs } = collectReferences(reviewed);

    const askNames = () =>
      askEntities<{ name: string }>(
        ...["accounts" as const, namesQuery],
        userIds.map((id) => ({ __typename: "User", id })),
      );
    const askProducts = async (): Promise<Map<string, ProductParts & StockParts>> => {
      const references = upcs.map((upc) => ({ __typename: "Product", upc }));
      const named = await askEntities<ProductParts>("products", productsQuery, references);
      const products = [...named, ...topProducts.filter(({ upc }) => !upcs.includes(upc))];
      const priced = products.map(({ upc, price, weight }) => ({ __typename: "Product", upc, price, weight }));
      const stock = await askEntities<StockParts>("inventory", stockQuery, priced);
      return new Map(
        products.map(({ upc, name, price, weight }, index) => {
          const { inStock, shippingEstimate } = stock[index] as StockParts;
          return [upc, { inStock, name, price, shippingEstimate, upc, weight }];
        }),
      );
    };
    const [names, products] = await Promise.all([askNames(), askProducts()]);
    const nameOf = new Map(userIds.map((id, index) => [id, names[index]?.name]));
    return shape({ users, topProducts, reviewed, products, nameOf });
  };
}

interface Fetched {
  readonly users: readonly UserParts[];
  readonly topProducts: readonly ProductParts[];
  readonly reviewed: ReviewedEntities;
  readonly products: ReadonlyMap<string, ProductParts & StockParts>;
  readonly nameOf: ReadonlyMap<string, string | undefined>;
}

function shape({ users, topProducts, reviewed, products, nameOf }: Fetched): unknown {
  const shapeLeaf = ({ id, body, product }: LeafReview) => ({ id, body, product: products.get(product.upc) });
  const shapeReview = ({ id, body, author }: ReviewByAuthor) => {
    const { id: authorId, username, reviews } = author;
    return {
      id,
      body,
      author: { id: authorId, username, name: nameOf.get(authorId), reviews: reviews.map(shapeLeaf) },
    };
  };
  return {
    users: users.map(({ id, username, name }, index) => ({
      ...{ id, username, name },
      reviews: reviewed.users[index]?.reviews.map(({ id, body, product }) => ({
        ...{ id, body },
        product: { ...products.get(product.upc), reviews: product.reviews.map(shapeReview) },
      })),
    })),
    topProducts: topProducts.map(({ upc }, index) => ({
      ...products.get(upc),
      reviews: reviewed.products[index]?.reviews.map(shapeReview),
    })),
  };
}

/** Every user and product that a review names, once. */
function collectReferences({ users, products }: ReviewedEntities): { userIds: string[]; upcs: string[] } {
  const userIds = new Set<string>();
  const upcs = new Set<string>();
  const collect = ({ author }: ReviewByAuthor): void => {
    userIds.add(author.id);
    for (const { product } of author.reviews) upcs.add(product.upc);
  };
  for (const user of users) {
    for (const { product } of user.reviews) {
      upcs.add(product.upc);
      product.reviews.forEach(collect);
    }
  }
  for (const product of products) product.reviews.forEach(collect);
  return { userIds: [...userIds], upcs: [...upcs] };
}
