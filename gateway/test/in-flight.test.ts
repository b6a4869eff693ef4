import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

/** How many requests reach the product service while all of these run at once. */
async function askAtOnce(headers: readonly Record<string, string>[]): Promise<{ asked: number; answers: unknown[] }> {
  const before = shop.product.requests.length;
  const answers = await Promise.all(headers.map((each) => shop.ask("{ whoAsks }", { headers: each })));
  return { asked: shop.product.requests.length - before, answers: answers.map(({ data }) => data?.["whoAsks"]) };
}

it("runs equal queries of nobody in particular once", async () => {
  const { asked, answers } = await askAtOnce(Array.from({ length: 20 }, () => ({})));
  expect(asked).toBeLessThan(20);
  expect(answers).toEqual(Array.from({ length: 20 }, () => "nobody"));
});

it("never lets two viewers share, nor the same viewer's two requests, nor what a subgraph could tell apart", async () => {
  const bearers = await Promise.all([1, 2, 1].map((id) => shop.issuer.bearer({ userId: `usr_${id}` })));
  const headers = [
    ...bearers.map((authorization) => ({ authorization })),
    { "user-agent": "a" },
    { "user-agent": "b" },
  ];
  const { asked, answers } = await askAtOnce(headers);
  expect(asked).toBe(headers.length);
  expect(answers).toEqual([...bearers, "nobody", "nobody"]);
});

it("goes on for those who wait when one leaves", async () => {
  shop.product.hanging = true;
  const leaver = new AbortController();
  const send = (signal?: AbortSignal) =>
    fetch(shop.url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ query: "{ refused whoAsks }" }),
      ...(signal && { signal }),
    });
  const before = shop.product.requests.length;
  const left = send(leaver.signal);
  while (shop.product.requests.length === before) await new Promise(setImmediate);
  const stayed = send();
  leaver.abort();
  await expect(left).rejects.toThrow();
  shop.product.hanging = false;
  expect(await (await stayed).json()).toMatchObject({ data: { whoAsks: "nobody" } });
});
