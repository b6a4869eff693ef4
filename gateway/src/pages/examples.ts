/** What a newcomer may run at once: a tab each in GraphiQL. */
export const examples: readonly string[] = [
  `# What is on sale, from three services. No account needed: press ▶.
query Shelf {
  products(filter: { inStock: true }, sort: { field: PRICE, direction: ASC }, first: 3) {
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
  `# Sign in, then put the token into the headers of the other tabs: { "Authorization": "Bearer <accessToken>" }
mutation SignIn {
  login(input: { email: "customer@example.com", password: "demo-password-1" }) {
    user { id displayName }
    tokens { accessToken }
    errors { code message }
  }
}
`,
  `# All that happens to you, live. Needs the Authorization header; place and pay an order in another tab.
subscription News {
  notificationReceived {
    kind
    title
    cursor
    subject {
      ... on Order { number lines { quantity product { name images { url } } } }
    }
  }
}
`,
  `# Needs the Authorization header, and a product's id in the variables: { "productId": "prd_…" }
mutation Order($productId: ID!) {
  placeOrder(
    input: {
      idempotencyKey: "my-first-order"
      lines: [{ productId: $productId, quantity: 1 }]
      shippingAddress: { recipient: "Ada", line1: "1 Example Street", city: "London", postalCode: "N1", countryCode: "GB" }
    }
  ) {
    order { id number status total { amountMinor currency } }
    errors { code message path }
  }
}
`,
  `# Needs the Authorization header, and the order's id in the variables: { "orderId": "ord_…" }
mutation Pay($orderId: ID!) {
  payOrder(input: { idempotencyKey: "my-first-payment", orderId: $orderId, paymentToken: "tok_ok" }) {
    payment { status }
    order { status }
    errors { code message }
  }
}
`,
];
