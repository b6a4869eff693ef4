/** A tab in GraphiQL, and what the start page offers to copy. */
export interface Example {
  readonly query: string;
  /** JSON, with the ids still to be filled in. */
  readonly variables?: string;
  /** JSON, with the token still to be filled in. */
  readonly headers?: string;
}

const signedIn = `{ "Authorization": "Bearer <accessToken>" }`;

/** What a newcomer may run at once, without an account. */
export const shelf: Example = {
  query: `# What is on sale, from three services.
# No account needed: press ▶.
query Shelf {
  products(
    filter: { inStock: true }
    sort: { field: PRICE, direction: ASC }
    first: 3
  ) {
    totalCount
    edges {
      node {
        id
        name
        available
        price { amountMinor currency }
        images { url }
        ratings { average count }
      }
    }
  }
}
`,
};

export const signIn: Example = {
  query: `# Sign in, then put the token into the headers below
# the other tabs: { "Authorization": "Bearer <accessToken>" }
mutation SignIn {
  login(
    input: {
      email: "customer@example.com"
      password: "demo-password-1"
    }
  ) {
    user { id displayName }
    tokens { accessToken }
    errors { code message }
  }
}
`,
};

export const news: Example = {
  query: `# All that happens to you, live. Needs the Authorization
# header; place and pay an order in another window.
subscription News {
  notificationReceived {
    kind
    title
    cursor
    subject {
      ... on Order {
        number
        lines { quantity product { name images { url } } }
      }
    }
  }
}
`,
  headers: signedIn,
};

const account: Example = {
  query: `# Who you are. Needs the Authorization header.
query Account {
  me {
    id
    displayName
    role
    addresses { recipient city countryCode }
  }
}
`,
  headers: signedIn,
};

const order: Example = {
  query: `# Needs the Authorization header, and a product's id
# in the variables: { "productId": "prd_…" }
mutation Order($productId: ID!) {
  placeOrder(
    input: {
      idempotencyKey: "my-first-order"
      lines: [{ productId: $productId, quantity: 1 }]
      shippingAddress: {
        recipient: "Ada"
        line1: "1 Example Street"
        city: "London"
        postalCode: "N1"
        countryCode: "GB"
      }
    }
  ) {
    order { id number status total { amountMinor currency } }
    errors { code message path }
  }
}
`,
  variables: `{ "productId": "prd_…" }`,
  headers: signedIn,
};

const payment: Example = {
  query: `# Needs the Authorization header, and the order's id
# in the variables: { "orderId": "ord_…" }
mutation Pay($orderId: ID!) {
  payOrder(
    input: {
      idempotencyKey: "my-first-payment"
      orderId: $orderId
      paymentToken: "tok_ok"
    }
  ) {
    payment { status }
    order { status }
    errors { code message }
  }
}
`,
  variables: `{ "orderId": "ord_…" }`,
  headers: signedIn,
};

const reviews: Example = {
  query: `# What buyers say of a product. No account needed; a
# product's id in the variables: { "productId": "prd_…" }
query Reviews($productId: ID!) {
  product(id: $productId) {
    name
    ratings { average count }
    comments(sort: MOST_LIKED, first: 5) {
      edges {
        node {
          rating
          body
          likeCount
          verifiedPurchase
          author { displayName }
          replies(first: 3) {
            edges { node { body author { displayName } } }
          }
        }
      }
    }
  }
}
`,
  variables: `{ "productId": "prd_…" }`,
};

/** One for each step of a purchase, from every service: a tab each in GraphiQL. */
export const examples: readonly Example[] = [shelf, signIn, account, news, order, payment, reviews];
