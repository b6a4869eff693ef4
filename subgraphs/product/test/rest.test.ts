import { startCatalogue, type TestCatalogue } from "./catalogue";

let shop: TestCatalogue;
beforeAll(async () => {
  shop = await startCatalogue();
});
afterAll(() => shop.stop());

it("answers its REST routes by itself, as its graph does", async () => {
  const id = await shop.addProduct({ name: "Toaster" });
  const fields = "id slug name description status price { amountMinor currency } available createdAt version";
  const { data } = await shop.ask(`query ($id: ID!) { product(id: $id) { ${fields} } }`, { id }, "CUSTOMER");
  expect(data?.["product"]).toMatchObject({ id, name: "Toaster" });
  const answer = { status: 200, body: data?.["product"] };
  expect(await shop.rest("GET", `/v1/products/${id}`, "CUSTOMER")).toMatchObject(answer);
  expect(await shop.rest("GET", `/v1/products/${id}`)).toMatchObject(answer);
});

it("tells a caller without a token of it as a problem", async () => {
  const id = await shop.addProduct();
  expect(await shop.rest("POST", `/v1/products/${id}/publish`)).toMatchObject({
    status: 401,
    mediaType: "application/problem+json",
    body: { status: 401, code: "UNAUTHENTICATED" },
  });
});

it("refuses by REST too a text that another store could not keep", async () => {
  const response = await fetch(new URL("/v1/products", shop.url), {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: await shop.bearer("STAFF"),
      "idempotency-key": "by-rest",
    },
    body: JSON.stringify({ name: "a\u0000b", description: "x\ud83d", price: { amountMinor: 1, currency: "EUR" } }),
  });
  expect(response.status).toBe(422);
  const { errors } = (await response.json()) as { errors: { path: string[] }[] };
  expect(errors.map(({ path }) => path.at(-1)).sort()).toEqual(["description", "name"]);
});
