import { type Operations } from "../src/operations";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
let operations: Operations;
beforeAll(async () => {
  shop = await startShop({
    config: { production: true, introspection: false, corsOrigins: ["https://shop.example"] },
    routes: (app, given) => {
      operations = given.operations;
      app.get("/v1/products/:id", async (request) => {
        const { id } = request.params as { id: string };
        const query = "query ($id: ID!) { product(id: $id) { name } }";
        const { data } = await operations.execute({ query, variables: { id } });
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

it("runs an operation for a viewer, as POST /graphql does", async () => {
  const authorization = await shop.issuer.bearer({ userId: "usr_1" });
  expect(await operations.execute({ query: "{ whoAsks }", authorization })).toMatchObject({
    data: { whoAsks: authorization },
  });
});

it("answers with the status that HTTP would", async () => {
  expect(await operations.execute({ query: "{ nothing }" })).toMatchObject({ status: 400 });
  expect(await operations.execute({ query: "{ whoAsks }", authorization: "Bearer nonsense" })).toMatchObject({
    status: 401,
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
