// A purchase as a front end makes it, and the staff's side of it.
import { randomUUID } from "node:crypto";
import { eventually, type TestClient } from "@shop/subgraph-server/testing";
import { type Person } from "./people";

export interface OrderSeen {
  readonly id: string;
  readonly status: string;
  readonly total: { readonly amountMinor: number } | null;
}

export interface PaymentSeen {
  readonly id: string;
  readonly status: string;
  readonly refunded: { readonly amountMinor: number };
  readonly transactions: readonly { readonly kind: string; readonly status: string }[];
}

export interface ErrorSeen {
  readonly code: string;
  readonly path: readonly string[];
  /** With INSUFFICIENT_STOCK. */
  readonly available?: number;
}

export interface OrderPayload {
  readonly order: OrderSeen | null;
  readonly errors: readonly ErrorSeen[];
}

export interface PaymentPayload extends OrderPayload {
  readonly payment: PaymentSeen | null;
}

/** How many of each product, by its id. */
export type Lines = Readonly<Record<string, number>>;

/** Each throws where the answer has a top-level error, or where none comes. */
export interface Checkout {
  /** A published product. @returns its id */
  addProduct(product: { stock: number; priceMinor?: number }): Promise<string>;
  /** What can be ordered, and what is on the shelf with the held units: what was received less this is sold. */
  stockOf(productId: string): Promise<{ available: number; stock: number }>;
  place(as: Person, lines: Lines, idempotencyKey?: string): Promise<OrderPayload>;
  /** What came of a placed order in the end, should a worker have had to take it up: as `place` answers it. */
  atRest(placed: OrderPayload): Promise<OrderPayload>;
  /** As `place`. @throws unless it awaits its payment */
  placed(as: Person, lines: Lines): Promise<OrderSeen>;
  pay(as: Person, orderId: string, paymentToken?: string, idempotencyKey?: string): Promise<PaymentPayload>;
  /** Places and pays. @throws unless it is paid */
  paid(as: Person, lines: Lines): Promise<{ order: OrderSeen; payment: PaymentSeen }>;
  cancel(as: Person, orderId: string, idempotencyKey?: string): Promise<OrderPayload>;
  /** These three by the staff. */
  ship(orderId: string): Promise<OrderPayload>;
  deliver(orderId: string): Promise<OrderPayload>;
  refund(paymentId: string, amountMinor?: number, idempotencyKey?: string): Promise<PaymentPayload>;
  /** Counts units in or out, by the staff. */
  adjust(productId: string, delta: number, idempotencyKey?: string): Promise<{ readonly errors: readonly ErrorSeen[] }>;
  /** As the staff sees it; null where there is none. */
  order(orderId: string): Promise<(OrderSeen & { readonly payments: readonly PaymentSeen[] }) | null>;
  /** The ids of someone's own orders, a hundred at most; a PENDING one is not among them. */
  ordersOf(as: Person): Promise<string[]>;
}

const address = { recipient: "Ada", line1: "Lane 1", city: "Town", postalCode: "12345", countryCode: "DE" };

const errorFields = "code path ... on InsufficientStockError { available }";
const errors = `errors { ${errorFields} }`;
const order = "order { id status total { amountMinor } }";
const paymentFields = "id status refunded { amountMinor } transactions { kind status }";

const documents = {
  createProduct: `mutation ($input: CreateProductInput!) {
    createProduct(input: $input) { product { id } errors { code path } } }`,
  stock: "query ($id: ID!) { product(id: $id) { available stock } }",
  place: `mutation ($input: PlaceOrderInput!) { placeOrder(input: $input) { ${order} ${errors} } }`,
  pay: `mutation ($input: PayOrderInput!) {
    payOrder(input: $input) { payment { ${paymentFields} } ${order} ${errors} } }`,
  cancel: `mutation ($id: ID!, $idempotencyKey: String!) {
    cancelOrder(id: $id, idempotencyKey: $idempotencyKey) { ${order} ${errors} } }`,
  ship: `mutation ($id: ID!) { shipOrder(id: $id) { ${order} ${errors} } }`,
  deliver: `mutation ($id: ID!) { deliverOrder(id: $id) { ${order} ${errors} } }`,
  refund: `mutation ($input: RefundPaymentInput!) {
    refundPayment(input: $input) { payment { ${paymentFields} } ${order} ${errors} } }`,
  outcome: `query ($id: ID!) { order(id: $id) { id status total { amountMinor } rejection { ${errorFields} } } }`,
  orders: "{ orders(first: 100) { edges { node { id } } } }",
  adjust: `mutation ($input: AdjustStockInput!) { adjustStock(input: $input) { errors { code path } } }`,
  order: `query ($id: ID!) { order(id: $id) { id status total { amountMinor } payments { ${paymentFields} } } }`,
};

export function createCheckout(clients: {
  order: TestClient<Person>;
  product: TestClient<Person>;
  staff: Person;
}): Checkout {
  const { staff } = clients;
  const ask = clients.order.field;

  const checkout: Checkout = {
    addProduct: async ({ stock, priceMinor = 1_000 }) => {
      const input = {
        idempotencyKey: randomUUID(),
        name: "Kettle",
        description: "Boils water.",
        price: { amountMinor: priceMinor, currency: "EUR" },
        initialStock: stock,
        publish: true,
      };
      type Payload = { product: { id: string } | null; errors: ErrorSeen[] };
      const created = await clients.product.field<Payload>(documents.createProduct, { input }, staff);
      if (created.product === null) throw new Error(JSON.stringify(created.errors));
      return created.product.id;
    },
    stockOf: (id) => clients.product.field(documents.stock, { id }, staff),
    place: (as, lines, idempotencyKey = randomUUID()) => {
      const input = {
        lines: Object.entries(lines).map(([productId, quantity]) => ({ productId, quantity })),
        shippingAddress: address,
        idempotencyKey,
      };
      return ask(documents.place, { input }, as);
    },
    atRest: async ({ order, errors }) => {
      if (order?.status !== "PENDING") return { order, errors };
      const { rejection, ...settled } = await eventually(
        () => ask<OrderSeen & { rejection: ErrorSeen[] | null }>(documents.outcome, { id: order.id }, staff),
        ({ status }) => status !== "PENDING",
      );
      return { order: settled, errors: rejection ?? [] };
    },
    placed: async (as, lines) => {
      const payload = await checkout.atRest(await checkout.place(as, lines));
      if (payload.order?.status !== "AWAITING_PAYMENT") throw new Error(JSON.stringify(payload));
      return payload.order;
    },
    pay: (as, orderId, paymentToken = "tok_ok", idempotencyKey = randomUUID()) =>
      ask(documents.pay, { input: { orderId, paymentToken, idempotencyKey } }, as),
    paid: async (as, lines) => {
      const payload = await checkout.pay(as, (await checkout.placed(as, lines)).id);
      const { order, payment } = payload;
      if (order?.status !== "PAID" || payment === null) throw new Error(JSON.stringify(payload));
      return { order, payment };
    },
    cancel: (as, id, idempotencyKey = randomUUID()) => ask(documents.cancel, { id, idempotencyKey }, as),
    ship: (id) => ask(documents.ship, { id }, staff),
    deliver: (id) => ask(documents.deliver, { id }, staff),
    refund: (paymentId, amountMinor, idempotencyKey = randomUUID()) => {
      const amount = amountMinor === undefined ? undefined : { amountMinor, currency: "EUR" };
      return ask(documents.refund, { input: { paymentId, amount, idempotencyKey } }, staff);
    },
    adjust: (productId, delta, idempotencyKey = randomUUID()) => {
      const input = { productId, delta, reason: "counted", idempotencyKey };
      return clients.product.field(documents.adjust, { input }, staff);
    },
    order: (id) => ask(documents.order, { id }, staff),
    ordersOf: async (as) => {
      const { edges } = await ask<{ edges: { node: { id: string } }[] }>(documents.orders, {}, as);
      return edges.map(({ node }) => node.id);
    },
  };
  return checkout;
}
