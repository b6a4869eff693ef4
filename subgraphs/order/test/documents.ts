// What the tests ask, as a front end would.
const order = `
  id number status version placedAt expiresAt trackingNumber
  customer { id }
  total { amountMinor currency }
  lines { id quantity name product { id } unitPrice { amountMinor currency } total { amountMinor } }
  rejection { code message path }
  shippingAddress { recipient line1 line2 city countryCode }
  timeline { at status note actor { id } }`;

const payment = `
  id status provider amount { amountMinor currency } refunded { amountMinor }
  transactions { id kind status amount { amountMinor } reference failureCode }`;

const errors = `errors {
  __typename code message path
  ... on InsufficientStockError { product { id } requested available }
  ... on PriceChangedError { expectedTotal { amountMinor } total { amountMinor currency } }
}`;

export const placeOrder = `mutation ($input: PlaceOrderInput!) {
  placeOrder(input: $input) { order { ${order} } ${errors} } }`;

export const payOrder = `mutation ($input: PayOrderInput!) {
  payOrder(input: $input) { payment { ${payment} } order { ${order} } ${errors} } }`;

export const cancelOrder = `mutation ($id: ID!, $reason: String, $idempotencyKey: String!) {
  cancelOrder(id: $id, reason: $reason, idempotencyKey: $idempotencyKey) { order { ${order} payments { ${payment} } } ${errors} } }`;

export const shipOrder = `mutation ($id: ID!, $trackingNumber: String) {
  shipOrder(id: $id, trackingNumber: $trackingNumber) { order { ${order} } ${errors} } }`;

export const deliverOrder = `mutation ($id: ID!) { deliverOrder(id: $id) { order { ${order} } ${errors} } }`;

export const refundPayment = `mutation ($input: RefundPaymentInput!) {
  refundPayment(input: $input) { payment { ${payment} } order { id status } ${errors} } }`;

export const orderById = `query ($id: ID!) { order(id: $id) { ${order} payments { ${payment} order { id } } } }`;

export const paymentById = `query ($id: ID!) { payment(id: $id) { ${payment} order { id } } }`;

export const orders = `query ($filter: OrderFilter, $first: Int, $after: String) {
  orders(filter: $filter, first: $first, after: $after) {
    edges { cursor node { id number status } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;

export const quoteOrder = `query ($lines: [OrderLineInput!]!) {
  quoteOrder(lines: $lines) {
    lines { product { id } name quantity available unitPrice { amountMinor } total { amountMinor } }
    total { amountMinor currency } ${errors} } }`;

export const entities = `query ($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Order { id status customer { id } }
    ... on Payment { id paymentStatus: status }
    ... on User { id orders(first: 5) { edges { node { id } } } }
  } }`;
