// What every route answers to, whatever it is for.
import { gzipSync } from "node:zlib";
import { type FastifyInstance } from "fastify";
import { type ServedFacade, serveFacade } from "./served";

let app: FastifyInstance;
let asked: ServedFacade["asked"];
beforeEach(async () => {
  const served = await serveFacade();
  ({ app, asked } = served);
  served.answer({ data: { product: { id: "prd_1" } } });
});
afterEach(() => app.close());

const url = "/v1/products/prd_1";
const problem = (status: number, code: string) => expect.objectContaining({ status, code }) as object;

it("answers OPTIONS with what a path serves", async () => {
  const response = await app.inject({ method: "OPTIONS", url });
  expect([response.statusCode, response.headers["allow"]]).toEqual([204, "DELETE, GET, HEAD, OPTIONS, PATCH"]);
});

it.each(["POST", "PUT", "TRACE"] as const)(
  "refuses %s where it is not served with 405, and says what is",
  async (method) => {
    const response = await app.inject({ method, url });
    expect([response.statusCode, response.json()]).toEqual([405, problem(405, "METHOD_NOT_ALLOWED")]);
    expect(response.headers["allow"]).toBe("DELETE, GET, HEAD, OPTIONS, PATCH");
  },
);

it("refuses a method before it reads what comes with it", async () => {
  const response = await app.inject({ method: "PUT", url, headers: { "content-type": "text/plain" }, payload: "{" });
  expect([response.statusCode, response.json()]).toEqual([405, problem(405, "METHOD_NOT_ALLOWED")]);
});

it("answers HEAD as GET without the body", async () => {
  const [head, get] = [await app.inject({ method: "HEAD", url }), await app.inject({ url })];
  expect([head.statusCode, head.body]).toEqual([200, ""]);
  for (const name of ["etag", "content-type", "content-length"]) expect(head.headers[name]).toBe(get.headers[name]);
});

it.each(["text/html", "application/xml;q=0.9, text/*", "application/json;q=0"])(
  "is 406 for who takes only %s",
  async (accept) => {
    const response = await app.inject({ url, headers: { accept } });
    expect([response.statusCode, response.json()]).toEqual([406, problem(406, "BAD_REQUEST")]);
    expect(asked).toEqual([]);
  },
);

it.each(["*/*", "application/*", "text/html, application/json;q=0.1"])("answers who takes %s", async (accept) => {
  expect((await app.inject({ url, headers: { accept } })).statusCode).toBe(200);
});

it.each([
  ["no JSON", { "content-type": "application/json" }, "{", 400],
  ["another type", { "content-type": "application/xml" }, "<a/>", 415],
  ["plain text", { "content-type": "text/plain" }, "{}", 415],
  ["another charset", { "content-type": "application/json; charset=utf-16" }, "{}", 415],
  ["compressed JSON", { "content-type": "application/json", "content-encoding": "gzip" }, gzipSync("{}"), 415],
  ["bytes that are no UTF-8", { "content-type": "application/json" }, Buffer.from([0x22, 0xff, 0x22]), 400],
  ["a prototype", { "content-type": "application/json" }, '{"__proto__":{}}', 400],
  ["more than a megabyte", { "content-type": "application/json" }, JSON.stringify("x".repeat(1_100_000)), 413],
])("is a problem for a body of %s", async (_what, headers, payload, status) => {
  const response = await app.inject({ method: "POST", url: "/v1/orders", headers, payload });
  expect([response.statusCode, response.json()]).toEqual([status, problem(status, "BAD_REQUEST")]);
  expect(response.headers["content-type"]).toContain("application/problem+json");
});

it.each(["POST", "DELETE"] as const)("takes a %s without a body for what it is, of whatever type", async (method) => {
  const path = method === "POST" ? `${url}/publish` : url;
  await app.inject({ method, url: path, headers: { "content-type": "application/json" } });
  expect(asked).toMatchObject([{ variables: { id: "prd_1" } }]);
});

it.each(["POST", "DELETE"] as const)(
  "takes an empty object for no body in a %s, and refuses any other",
  async (method) => {
    const path = method === "POST" ? `${url}/publish` : url;
    expect((await app.inject({ method, url: path, payload: {} })).statusCode).not.toBe(422);
    expect(asked).toHaveLength(1);
    for (const payload of ['{"when":"now"}', "[]", "null", "1"]) {
      const headers = { "content-type": "application/json" };
      const response = await app.inject({ method, url: path, payload, headers });
      expect([payload, response.statusCode, response.json()]).toEqual([payload, 422, problem(422, "INVALID_INPUT")]);
    }
    expect(asked).toHaveLength(1);
  },
);

it("is a problem where there is no such route", async () => {
  const response = await app.inject({ url: "/v1/nothing" });
  expect([response.statusCode, response.json()]).toEqual([404, problem(404, "NOT_FOUND")]);
});
