// Who is let in at the service's own doors: /graphql is the gateway's, the inventory the order service's, REST everybody's.
import { type KeyObject } from "node:crypto";
import { createServiceCredentials, serviceCredentialHeader } from "@shop/auth";
import {
  forgedAccessTokens,
  rightAccessToken,
  startTestIssuer,
  testServiceKeys,
  type TestIssuer,
} from "@shop/auth/testing";
import { createInventoryClient } from "@shop/inventory-rpc";
import { Code } from "@connectrpc/connect";
import { startCatalogue, type TestCatalogue } from "./catalogue";

let issuer: TestIssuer;
let shop: TestCatalogue;
beforeAll(async () => {
  issuer = await startTestIssuer();
  shop = await startCatalogue({ tokens: issuer });
});
afterAll(async () => {
  await shop.stop();
  await issuer.stop();
});

const { gateway, order, notification } = testServiceKeys;
const credentialOf = (caller: string, { privateKey }: { privateKey: KeyObject }, callee = "product"): Promise<string> =>
  createServiceCredentials({ caller, key: privateKey })(callee);

async function ask(headers: Record<string, string>, query = "{ products(first: 1) { totalCount } }") {
  const body = JSON.stringify({ query });
  const response = await fetch(shop.url, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body,
  });
  const answer = (await response.json()) as { data?: unknown; errors?: { extensions: { code: string } }[] };
  return { status: response.status, data: answer.data, code: answer.errors?.[0]?.extensions.code };
}

describe("/graphql", () => {
  it("answers the gateway", async () => {
    const credential = await credentialOf("gateway", gateway);
    expect(await ask({ [serviceCredentialHeader]: credential })).toMatchObject({ status: 200, code: undefined });
  });

  it.each<[string, () => Promise<Record<string, string>>]>([
    ["nobody", () => Promise.resolve({})],
    ["the order service", async () => ({ [serviceCredentialHeader]: await credentialOf("order", order) })],
    [
      "the order service in the gateway's name",
      async () => ({ [serviceCredentialHeader]: await credentialOf("gateway", order) }),
    ],
    [
      "the gateway with what it has for another",
      async () => ({ [serviceCredentialHeader]: await credentialOf("gateway", gateway, "order") }),
    ],
    [
      "a user with an access token",
      async () => {
        const authorization = await rightAccessToken(issuer);
        return { authorization, [serviceCredentialHeader]: authorization.replace("Bearer ", "") };
      },
    ],
  ])("refuses %s", async (_who, headersOf) => {
    for (const query of [
      "{ __typename }",
      "{ _service { sdl } }",
      "{ _entities(representations: []) { __typename } }",
    ]) {
      expect(await ask(await headersOf(), query)).toMatchObject({ status: 403, data: undefined, code: "FORBIDDEN" });
    }
  });

  it("refuses a credential that is sent twice, right as each may be", async () => {
    const headers = new Headers();
    for (const _time of [1, 2]) headers.append(serviceCredentialHeader, await credentialOf("gateway", gateway));
    expect(await ask(Object.fromEntries(headers))).toMatchObject({ status: 403 });
  });

  it.each(forgedAccessTokens)("refuses a token with %s, though the gateway sends it", async (_what, forge) => {
    const [credential, authorization] = [await credentialOf("gateway", gateway), await forge(issuer)];
    expect(await ask({ [serviceCredentialHeader]: credential, authorization })).toMatchObject({
      code: "UNAUTHENTICATED",
    });
  });
});

it.each(forgedAccessTokens)("REST refuses a token with %s", async (_what, forge) => {
  const url = new URL("/v1/products", shop.url);
  const right = await fetch(url, { headers: { authorization: await rightAccessToken(issuer) } });
  const forged = await fetch(url, { headers: { authorization: await forge(issuer) } });
  expect([right.status, forged.status]).toEqual([200, 401]);
});

it.each<[string, () => Promise<string>]>([
  ["the gateway", () => credentialOf("gateway", gateway)],
  ["the notification service", () => credentialOf("notification", notification)],
  ["the gateway in the order service's name", () => credentialOf("order", gateway)],
  ["the order service with what it has for another", () => credentialOf("order", order, "user")],
  ["a user with an access token", async () => (await rightAccessToken(issuer)).replace("Bearer ", "")],
])("the inventory refuses %s", async (_who, credential) => {
  const stranger = createInventoryClient({ baseUrl: shop.inventoryUrl, credential, deadlineMs: 10_000 });
  await expect(stranger.get({ productIds: [] })).rejects.toMatchObject({ code: Code.Unauthenticated });
  expect(await shop.inventory.get({ productIds: [] })).toMatchObject({ products: [] });
});
