import { orderPaid } from "@shop/event-contracts";
import { createId } from "@shop/ids";
import { eventually } from "@shop/subgraph-server/testing";
import { startShop, type TestShop } from "./harness";

let shop: TestShop;
beforeAll(async () => {
  shop = await startShop();
}, 60_000);
afterAll(() => shop.stop());

interface List {
  readonly edges: { readonly node: object }[];
  readonly resumeCursor: string;
}

it("answers its REST routes by itself, as its graph does", async () => {
  const userId = await shop.newUser();
  await shop.publish(orderPaid, { orderId: createId("ord"), number: "A-1", userId, status: "PAID", lines: [] });
  const document = "{ notifications { edges { node { id kind title createdAt } } resumeCursor } }";
  const { edges, resumeCursor } = await eventually(
    async () => (await shop.ask(document, { as: userId })).data?.["notifications"] as List,
    (list) => list.edges.length === 1,
  );
  expect(await shop.rest("GET", "/v1/notifications", { as: userId })).toMatchObject({
    status: 200,
    body: { items: edges.map(({ node }) => node), nextCursor: null, resumeCursor },
  });
});

it("tells a caller without a token of it as a problem", async () => {
  expect(await shop.rest("GET", "/v1/notifications")).toMatchObject({
    status: 401,
    mediaType: "application/problem+json",
    body: { status: 401, code: "UNAUTHENTICATED" },
  });
});
