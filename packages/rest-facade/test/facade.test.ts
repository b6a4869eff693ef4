import { type FastifyInstance } from "fastify";
import { type ServedFacade, serveFacade } from "./served";

let app: FastifyInstance;
let asked: ServedFacade["asked"];
let answer: ServedFacade["answer"];
beforeEach(async () => {
  ({ app, asked, answer } = await serveFacade());
});
afterEach(() => app.close());

const placing = {
  method: "POST",
  url: "/v1/orders",
  headers: { "idempotency-key": "k1", authorization: "Bearer t" },
  payload: {
    lines: [{ productId: "prd_1", quantity: 1 }],
    shippingAddress: { recipient: "A", line1: "1", city: "L", postalCode: "N1", countryCode: "GB" },
  },
} as const;

it("answers with the thing itself, asked for under the caller's own token", async () => {
  answer({ data: { order: { id: "ord_1", number: "A1" } } });
  const response = await app.inject({ url: "/v1/orders/ord_1", headers: { authorization: "Bearer t" } });
  expect([response.statusCode, response.json()]).toEqual([200, { id: "ord_1", number: "A1" }]);
  expect(asked).toMatchObject([{ variables: { id: "ord_1" }, authorization: "Bearer t" }]);
});

it("says 404 as a problem for what is not there", async () => {
  answer({ data: { order: null } });
  const response = await app.inject({ url: "/v1/orders/ord_2" });
  expect(response.statusCode).toBe(404);
  expect(response.headers["content-type"]).toContain("application/problem+json");
  expect(response.json()).toMatchObject({ status: 404, code: "NOT_FOUND", title: "Not Found" });
});

it("gives a list as a page, with the next one in a link", async () => {
  answer({
    data: { orders: { edges: [{ node: { id: "ord_1" } }], pageInfo: { hasNextPage: true, endCursor: "c1" } } },
  });
  const response = await app.inject({ url: "/v1/orders?limit=1&status=PAID" });
  expect(response.json()).toEqual({ items: [{ id: "ord_1" }], nextCursor: "c1" });
  expect(response.headers["link"]).toBe('</v1/orders?limit=1&status=PAID&after=c1>; rel="next"');
  expect(asked).toMatchObject([{ variables: { filter: { status: ["PAID"] }, first: 1 } }]);
});

it("leads from a later page back to the first", async () => {
  answer({
    data: { orders: { edges: [], pageInfo: { hasNextPage: false, endCursor: null } } },
  });
  const response = await app.inject({ url: "/v1/orders?limit=1&after=c1&status=PAID" });
  expect(response.headers["link"]).toBe('</v1/orders?limit=1&status=PAID>; rel="first"');
});

it("passes the idempotency key on, and requires it", async () => {
  answer({ data: { placeOrder: { order: { id: "ord_1" }, errors: [] } } });
  expect((await app.inject(placing)).statusCode).toBe(201);
  expect(asked).toMatchObject([{ variables: { input: { idempotencyKey: "k1" } } }]);
  const without = await app.inject({ ...placing, headers: {} });
  expect([without.statusCode, without.json()]).toEqual([400, expect.objectContaining({ code: "BAD_USER_INPUT" })]);
});

it.each([
  ["INSUFFICIENT_STOCK", 409],
  ["INVALID_INPUT", 422],
  ["CURRENCY_MISMATCH", 422],
])("says %s of a payload as %i", async (code, status) => {
  const errors = [{ code, message: "No.", path: ["input"] }];
  answer({ data: { placeOrder: { order: null, errors } } });
  const response = await app.inject(placing);
  expect([response.statusCode, response.json()]).toEqual([status, expect.objectContaining({ code, errors })]);
});

it.each([
  ["UNAUTHENTICATED", 401, "www-authenticate"],
  ["FORBIDDEN", 403, "content-type"],
  ["SERVICE_UNAVAILABLE", 503, "retry-after"],
])("says a top-level %s as %i, with %s", async (code, status, header) => {
  answer({ data: null, errors: [{ message: "No.", extensions: { code } }] });
  const response = await app.inject({ url: "/v1/orders" });
  expect([response.statusCode, response.json()]).toEqual([status, expect.objectContaining({ code })]);
  expect(response.headers[header]).toBeDefined();
});

it.each([
  ["an unknown member", { ...placing.payload, discount: 100 }, ["body"]],
  ["a wrong type", { ...placing.payload, lines: [{ productId: 1, quantity: 1 }] }, ["body", "lines", "0", "productId"]],
])("refuses %s of a body with 422 and its path", async (_what, payload, path) => {
  const response = await app.inject({ ...placing, payload });
  expect([response.statusCode, response.json()]).toEqual([
    422,
    expect.objectContaining({ errors: [expect.objectContaining({ path })] }),
  ]);
  expect(asked).toEqual([]);
});

it.each([
  ["POST", "/v1/auth/register", { email: "ada", password: "p", displayName: "Ada" }, ["body", "email"]],
  [
    "POST",
    "/v1/order-quotes",
    { lines: [{ productId: "prd_1", quantity: 2 ** 31 }] },
    ["body", "lines", "0", "quantity"],
  ],
  ["PATCH", "/v1/notifications/preferences", { muted: ["THUNDER"] }, ["body", "muted", "0"]],
] as const)("refuses in %s %s what the graph would refuse, and says where", async (method, url, payload, path) => {
  const response = await app.inject({ method, url, payload });
  expect([response.statusCode, response.json()]).toMatchObject([422, { errors: [{ code: "INVALID_INPUT", path }] }]);
  expect(asked).toEqual([]);
});

it("refuses a query that does not fit with 400", async () => {
  expect((await app.inject({ url: "/v1/orders?limit=0" })).statusCode).toBe(400);
  expect((await app.inject({ url: "/v1/orders?limit=101" })).statusCode).toBe(400);
  expect((await app.inject({ url: "/v1/products?maxPrice=" })).statusCode).toBe(400);
  expect((await app.inject({ url: "/v1/products?maxPrice=0x10" })).statusCode).toBe(400);
  expect((await app.inject({ url: "/v1/orders?colour=red" })).statusCode).toBe(400);
});

it("filters products by attributes as they are named in the query", async () => {
  answer({ data: { products: { edges: [], pageInfo: { hasNextPage: false, endCursor: null }, totalCount: 0 } } });
  await app.inject({ url: "/v1/products?attr.colour=red&attr.colour=blue&sort=-price&inStock=true&minPrice=100" });
  expect(asked).toMatchObject([
    {
      variables: {
        filter: { attributes: [{ name: "colour", values: ["red", "blue"] }], inStock: true, minPriceMinor: 100 },
        sort: { field: "PRICE", direction: "DESC" },
      },
    },
  ]);
});

it("says 202 for a payment that is not settled yet", async () => {
  answer({ data: { payOrder: { payment: { id: "pay_1", status: "PENDING" }, errors: [] } } });
  const request = { method: "POST", url: "/v1/orders/ord_1/payments", headers: placing.headers } as const;
  expect((await app.inject({ ...request, payload: { paymentToken: "tok_pending" } })).statusCode).toBe(202);
});

it("serves a service's own routes alone where it is asked to", async () => {
  const own = await serveFacade("comment");
  own.answer({ data: { comment: { id: "cmt_1" } } });
  expect((await own.app.inject({ url: "/v1/comments/cmt_1" })).statusCode).toBe(200);
  expect((await own.app.inject({ url: "/v1/orders/ord_1" })).statusCode).toBe(404);
  await own.app.close();
});

it("says where it is found what was made", async () => {
  answer({ data: { placeOrder: { order: { id: "ord_1", version: 1 }, errors: [] } } });
  expect((await app.inject(placing)).headers).toMatchObject({
    location: "/v1/orders/ord_1",
    "cache-control": "no-store",
  });
});

it("says of a token that came that it does not hold", async () => {
  answer({ data: null, errors: [{ message: "No.", extensions: { code: "UNAUTHENTICATED" } }] });
  const without = await app.inject({ url: "/v1/users/me" });
  const withOne = await app.inject({ url: "/v1/users/me", headers: { authorization: "Bearer old" } });
  expect(without.headers["www-authenticate"]).toBe('Bearer realm="shop"');
  expect(withOne.headers["www-authenticate"]).toBe('Bearer realm="shop", error="invalid_token"');
});

it("refuses a filter that it does not know rather than leaving it out", async () => {
  const response = await app.inject({ url: "/v1/products?colour=red&attr.size=L" });
  expect([response.statusCode, response.json()]).toEqual([400, expect.objectContaining({ code: "BAD_USER_INPUT" })]);
});
