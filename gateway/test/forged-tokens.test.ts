import { request } from "node:http";
import { forgedAccessTokens, rightAccessToken } from "@shop/auth/testing";
import { openSocket } from "./shop/clients";
import { startShop, type Shop } from "./shop/shop";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop();
});
afterAll(() => shop.stop());

const refused = { status: 401, errors: [{ extensions: { code: "UNAUTHENTICATED" } }] };

it("takes a right token that is made as the forged ones are", async () => {
  const authorization = await rightAccessToken(shop.issuer);
  expect(await shop.ask("{ whoAsks }", { headers: { authorization } })).toMatchObject({
    status: 200,
    data: { whoAsks: authorization },
  });
});

it.each(forgedAccessTokens)("refuses a token with %s, and asks no subgraph", async (_what, forge) => {
  const asked = shop.product.requests.length;
  const authorization = await forge(shop.issuer);
  expect(await shop.ask("{ whoAsks }", { headers: { authorization } })).toMatchObject(refused);
  expect(shop.product.requests).toHaveLength(asked);
});

it("refuses a socket that begins with a forged token", async () => {
  for (const [, forge] of forgedAccessTokens.slice(0, 3)) {
    const client = await openSocket(shop.socketUrl);
    client.send({ type: "connection_init", payload: { Authorization: await forge(shop.issuer) } });
    expect(await client.closed).toBe(4403);
  }
});

/** Sends headers as they are, each of a list on a line of its own. */
function sendRaw(headers: Record<string, string | string[]>): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = request(shop.url, { method: "POST", headers: { "content-type": "application/json", ...headers } });
    sent.once("error", reject);
    sent.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => (body += text));
      response.once("end", () => resolve({ status: response.statusCode, body }));
    });
    sent.end(JSON.stringify({ query: "{ whoAsks }" }));
  });
}

it("reads the first of two Authorization headers, and passes on that one alone", async () => {
  const right = await rightAccessToken(shop.issuer);
  expect((await sendRaw({ authorization: ["Bearer forged", right] })).status).toBe(401);
  const { body } = await sendRaw({ authorization: [right, "Bearer forged"] });
  expect(JSON.parse(body)).toEqual({ data: { whoAsks: right } });
  expect(shop.product.requests.at(-1)?.headers.authorization).toBe(right);
});

it("passes no service credential on that a client sends", async () => {
  await sendRaw({ "x-service-credential": "a client's own" });
  expect(shop.product.requests.at(-1)?.headers["x-service-credential"]).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
});

it("does not read a header of 100 KB to its end", async () => {
  expect(await sendRaw({ authorization: `Bearer ${"x".repeat(100_000)}` })).toMatchObject({ status: 431 });
});
