import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

const get = async (query: string, headers: Record<string, string> = {}): Promise<Headers> => {
  const response = await fetch(`${shop.url}?query=${encodeURIComponent(query)}`, {
    headers: { "apollo-require-preflight": "1", ...headers },
  });
  await response.body?.cancel();
  return response.headers;
};
const product = (fields: string): string => `{ product(id: "prd_1") { ${fields} } }`;

it.each([
  ["values of a public object", product("id name __typename"), 30],
  ["a value that ages sooner", product("name available"), 5],
  ["a part of a public object", product("price { amount }"), 30],
  ["fragments", `{ product(id: "prd_1") { ...P ... on Product { available } } } fragment P on Product { name }`, 5],
])("lets anyone keep %s as long as the least of it", async (_what, query, seconds) => {
  // Twice: what is known of an operation is asked for once.
  for (let n = 0; n < 2; n += 1) {
    const headers = await get(query);
    expect(headers.get("cache-control")).toBe(`public, max-age=${seconds}`);
    expect(headers.get("vary")).toBe("Origin, Authorization, Accept");
  }
});

it.each([
  ["a field that is not public", product("name stock")],
  ["an object that nothing is said of", product("price { history { by } }")],
  ["a fragment with such", `{ product(id: "prd_1") { name ...P } } fragment P on Product { stock }`],
  ["a value at the root", `{ unread product(id: "prd_1") { name } }`],
  ["nothing but the name of a type", "{ __typename }"],
  ["the schema", "{ __schema { queryType { name } } }"],
  ["an error", `{ product(id: "prd_1") { name } broken }`],
  ["what is refused", "{ nothing }"],
])("keeps private what holds %s", async (_what, query) => {
  expect((await get(query)).get("cache-control")).toBe("private, no-store");
});

it("keeps private what somebody who has signed in is answered, and what is asked by POST", async () => {
  const authorization = await shop.issuer.bearer({ userId: "usr_1" });
  expect((await get(product("name"), { authorization })).get("cache-control")).toBe("private, no-store");
  const posted = await fetch(shop.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: product("name") }),
  });
  await posted.body?.cancel();
  expect(posted.headers.get("cache-control")).toBe("private, no-store");
});
