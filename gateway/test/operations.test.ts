import { type OperationRequest, type OperationResult } from "../src/operations";
import { type AdmitCaller } from "../src/rest-door";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
let admit: AdmitCaller;
/** The addresses of requests that the gateway took. */
const arrived: (string | undefined)[] = [];
const { signal } = new AbortController();
const run = async (request: OperationRequest, authorization?: string): Promise<OperationResult> => {
  const caller = await admit({ authorization, signal });
  if (!caller.ok) throw new Error(JSON.stringify(caller.errors));
  return caller.execute(request);
};
beforeAll(async () => {
  shop = await startShop({
    config: { production: true, introspection: false, corsOrigins: ["https://shop.example"] },
    routes: (app, given) => {
      ({ admit } = given);
      app.server.on("request", ({ url }) => arrived.push(url));
      app.get("/v1/products/:id", async (request) => {
        const { id } = request.params as { id: string };
        const query = "query ($id: ID!) { product(id: $id) { name } }";
        const { data } = await run({ query, variables: { id } });
        return data?.["product"];
      });
    },
  });
});
afterAll(() => shop.stop());

it("serves routes that go through the graph", async () => {
  const response = await fetch(new URL("/v1/products/prd_7", shop.url));
  expect(await response.json()).toEqual({ name: "Name of prd_7" });
});

it("answers a route with one request to one service, and none to itself", async () => {
  const before = [arrived.length, shop.product.requests.length, shop.order.requests.length];
  await fetch(new URL("/v1/products/prd_8", shop.url));
  expect(arrived.slice(before[0])).toEqual(["/v1/products/prd_8"]);
  expect([shop.product.requests.length, shop.order.requests.length]).toEqual([(before[1] ?? 0) + 1, before[2]]);
});

it("runs an operation for a viewer, as POST /graphql does", async () => {
  const authorization = await shop.issuer.bearer({ userId: "usr_1" });
  expect(await run({ query: "{ whoAsks }" }, authorization)).toMatchObject({
    data: { whoAsks: authorization },
  });
});

it("answers with the status that HTTP would", async () => {
  expect(await run({ query: "{ nothing }" })).toMatchObject({ status: 400 });
});

it("lets nobody in whose token does not hold", async () => {
  expect(await admit({ authorization: "Bearer nonsense", signal })).toMatchObject({
    ok: false,
    errors: [{ extensions: { code: "UNAUTHENTICATED" } }],
  });
});

it("is ready while it serves", async () => {
  expect((await fetch(new URL("/readyz", shop.url))).status).toBe(200);
  expect((await fetch(new URL("/livez", shop.url))).status).toBe(200);
});

it("hides the schema in production: no introspection, no suggestions, no pages of other origins", async () => {
  expect(await shop.ask("{ __schema { types { name } } }")).toMatchObject({ status: 400 });
  expect(JSON.stringify(await shop.ask("{ unraed }"))).not.toContain("unread");
  const origin = async (name: string) =>
    (await fetch(new URL("/livez", shop.url), { headers: { origin: name } })).headers.get(
      "access-control-allow-origin",
    );
  expect(await origin("https://shop.example")).toBe("https://shop.example");
  expect(await origin("http://localhost:3000")).toBeNull();
});
