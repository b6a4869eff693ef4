import { createId } from "@shop/ids";
import * as documents from "./documents";
import { someone, startShop, type TestShop } from "./shop";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

it("answers its REST routes by itself, as its graph does", async () => {
  const ada = someone();
  const kettle = createId("prd");
  shop.inventory.add(kettle, { stock: 1 });
  const { id } = await shop.placed(ada, { [kettle]: 1 });
  const { data } = await shop.query<{ order: object }>(documents.orderById, { id }, ada);
  expect(await shop.rest("GET", `/v1/orders/${id}`, ada)).toMatchObject({ status: 200, body: data.order });
  expect(await shop.rest("GET", `/v1/orders/${id}`, someone())).toMatchObject({ status: 404 });
});

it("tells a caller without a token of it as a problem", async () => {
  expect(await shop.rest("GET", "/v1/orders")).toMatchObject({
    status: 401,
    mediaType: "application/problem+json",
    body: { status: 401, code: "UNAUTHENTICATED" },
  });
});
