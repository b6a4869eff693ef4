const fragments = `
  fragment UserParts on User { id username name }
  fragment ReviewParts on Review { id body }
  fragment ProductParts on Product { inStock name price shippingEstimate upc weight }
`;

/** The usual benchmark's operation: users and products, each other's reviews nested four deep, over all subgraphs. */
export const federatedQuery = `${fragments}
  query TestQuery {
    users {
      ...UserParts
      reviews {
        ...ReviewParts
        product {
          ...ProductParts
          reviews {
            ...ReviewParts
            author { ...UserParts reviews { ...ReviewParts product { ...ProductParts } } }
          }
        }
      }
    }
    topProducts {
      ...ProductParts
      reviews {
        ...ReviewParts
        author { ...UserParts reviews { ...ReviewParts product { ...ProductParts } } }
      }
    }
  }
`;

/** About a kilobyte, from the products alone. */
export const smallQuery = "query SmallQuery { topProducts(first: 16) { upc name price weight } }";

/** An event of the inventory with a field of the products. */
export const stockSubscription =
  "subscription StockChanged { stockChanged { publishedAtNs product { upc inStock name } } }";
