import { createId } from "@shop/ids";
import * as documents from "./documents";
import { type OrderAnswer, type PaymentAnswer, someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
const kettle = createId("prd");
const staff = someone("STAFF");
beforeAll(async () => {
  shop = await startShop();
  shop.inventory.add(kettle, { stock: 1_000, priceMinor: 250, name: "Kettle" });
});
afterAll(() => shop.stop());

type Entities = { _entities: (object | null)[] };

it("shows an order and its payment to its customer and to staff, and to nobody else", async () => {
  const ada = someone();
  const { order, payment } = await shop.paid(ada, { [kettle]: 1 });
  for (const viewer of [ada, staff]) {
    expect(await shop.order(viewer, order.id)).toMatchObject({
      payments: [{ id: payment.id, order: { id: order.id } }],
    });
    const { data } = await shop.query(documents.paymentById, { id: payment.id }, viewer);
    expect(data).toMatchObject({ payment: { status: "CAPTURED", order: { id: order.id } } });
  }
  const bob = someone();
  expect(await shop.order(bob, order.id)).toBeNull();
  expect((await shop.query(documents.paymentById, { id: payment.id }, bob)).data).toEqual({ payment: null });
  expect(await shop.order(bob, "ord_\u0000")).toBeNull();
  expect((await shop.query(documents.orderById, { id: order.id }, null)).errors?.[0]?.extensions.code).toBe(
    "UNAUTHENTICATED",
  );
});

it("shows an order, its payments and its timeline as they stood at one moment", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  const seen: (OrderAnswer | null)[] = [];
  async function look(): Promise<void> {
    for (let times = 0; times < 20; times++) seen.push(await shop.order(ada, id));
  }
  await Promise.all([shop.pay(ada, id), look(), look()]);
  seen.push(await shop.until(ada, id, "PAID"));
  for (const order of seen) {
    const isPaid = order?.status === "PAID";
    const payments = order?.["payments"] as PaymentAnswer[];
    const timeline = order?.["timeline"] as { status: string }[];
    expect(timeline.at(-1)?.status).toBe(order?.status);
    expect(payments.some(({ status }) => status === "CAPTURED")).toBe(isPaid);
    const transactions = payments.flatMap((payment) => payment.transactions);
    expect(transactions.some(({ kind, status }) => kind === "CAPTURE" && status === "SUCCEEDED")).toBe(isPaid);
  }
});

it("hands out entities to those who may see them, and null to the others", async () => {
  const ada = someone();
  const { order, payment } = await shop.paid(ada, { [kettle]: 1 });
  const representations = [
    { __typename: "Order", id: order.id },
    { __typename: "Payment", id: payment.id },
    { __typename: "User", id: ada.userId },
    { __typename: "Order", id: createId("ord") },
  ];
  const ask = (viewer: typeof ada | null) => shop.query<Entities>(documents.entities, { representations }, viewer);
  const toAda = [
    { __typename: "Order", id: order.id, status: "PAID", customer: { id: ada.userId } },
    { __typename: "Payment", id: payment.id, paymentStatus: "CAPTURED" },
    { __typename: "User", id: ada.userId, orders: { edges: [{ node: { id: order.id } }] } },
    null,
  ];
  expect((await ask(ada)).data._entities).toEqual(toAda);
  expect((await ask(staff)).data._entities).toEqual(toAda);
  const toOthers = [null, null, { __typename: "User", id: ada.userId, orders: null }, null];
  expect((await ask(someone())).data._entities).toEqual(toOthers);
  expect((await ask(null)).data._entities).toEqual(toOthers);
});

it("pages through the viewer's own orders, newest first, each once", async () => {
  const ada = someone();
  const ids: string[] = [];
  for (let count = 0; count < 5; count++) ids.unshift((await shop.placed(ada, { [kettle]: 1 })).id);
  await shop.placed(someone(), { [kettle]: 1 });

  type Page = { orders: { edges: { node: { id: string } }[]; pageInfo: { hasNextPage: boolean; endCursor: string } } };
  const seen: string[] = [];
  let after: string | null = null;
  do {
    const { data }: { data: Page } = await shop.query<Page>(documents.orders, { first: 2, after }, ada);
    seen.push(...data.orders.edges.map(({ node }) => node.id));
    after = data.orders.pageInfo.hasNextPage ? data.orders.pageInfo.endCursor : null;
  } while (after !== null);
  expect(seen).toEqual(ids);
});

it("filters by number, status and time", async () => {
  const ada = someone();
  const first = await shop.placed(ada, { [kettle]: 1 });
  const { order: second } = await shop.paid(ada, { [kettle]: 1 });
  const typed = first.number.toLowerCase().replaceAll("-", " ");
  expect(await shop.list(ada, { filter: { number: typed } })).toEqual([first.id]);
  expect(await shop.list(ada, { filter: { status: ["PAID", "SHIPPED"] } })).toEqual([second.id]);
  expect(await shop.list(ada, { filter: { status: ["PENDING"] } })).toEqual([]);
  expect(await shop.list(ada, { filter: { placedAfter: second["placedAt"] } })).toEqual([second.id]);
  expect(await shop.list(ada, { filter: { placedBefore: second["placedAt"] } })).toEqual([first.id]);
});

it("lists another's or everyone's orders to staff alone", async () => {
  const ada = someone();
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  expect(await shop.list(staff, { filter: { customerId: ada.userId } })).toEqual([id]);
  expect(await shop.list(staff, { filter: { allCustomers: true }, first: 100 })).toContain(id);
  expect(await shop.list(staff)).toEqual([]);
  for (const filter of [{ customerId: staff.userId }, { allCustomers: true }]) {
    const { data, errors } = await shop.query(documents.orders, { filter }, ada);
    expect(data).toEqual({ orders: null });
    expect(errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  }
});

it.each([{ first: 0 }, { first: 101 }, { after: "x" }])("refuses a page that is none: %j", async (page) => {
  const { errors } = await shop.query(documents.orders, page, someone());
  expect(errors?.[0]?.extensions.code).toBe("BAD_USER_INPUT");
});

it("quotes to anyone, holding nothing", async () => {
  const cup = createId("prd");
  shop.inventory.add(cup, { stock: 2, priceMinor: 100, name: "Cup" });
  const nothing = createId("prd");
  const lines = [
    { productId: kettle, quantity: 2 },
    { productId: cup, quantity: 3 },
    { productId: nothing, quantity: 1 },
  ];
  const { data } = await shop.query(documents.quoteOrder, { lines }, null);
  expect(data).toMatchObject({
    quoteOrder: {
      lines: [
        { product: { id: kettle }, name: "Kettle", quantity: 2, total: { amountMinor: 500 } },
        { product: { id: cup }, quantity: 3, available: 2, total: { amountMinor: 300 } },
      ],
      total: { amountMinor: 800, currency: "EUR" },
      errors: [
        { code: "INSUFFICIENT_STOCK", path: ["lines", "1", "quantity"], requested: 3, available: 2 },
        { code: "PRODUCT_UNAVAILABLE", path: ["lines", "2", "productId"] },
      ],
    },
  });
  expect(shop.inventory.available(cup)).toBe(2);
  const bad = await shop.query(documents.quoteOrder, { lines: [{ productId: cup, quantity: 0 }] }, null);
  expect(bad.data).toMatchObject({ quoteOrder: { lines: [], errors: [{ path: ["lines", "0", "quantity"] }] } });
});

it("keeps its schema and its resolvers to callers with a service credential", async () => {
  const response = await fetch(`${shop.serviceUrl}/graphql`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: "{ __typename }" }),
  });
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: "FORBIDDEN" } }] });
});
