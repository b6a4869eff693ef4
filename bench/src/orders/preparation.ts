import { randomUUID } from "node:crypto";

export interface Preparation {
  /** Access tokens, good for ten minutes. */
  readonly buyers: readonly string[];
  readonly productIds: readonly string[];
}

const buyerCount = 20;
/** More of each product than any run can buy. */
const unitsOfEach = 1_000_000;
/** An account of the demonstration's, as the README names it. */
const staff = { email: "staff@example.com", password: "demo-password-1" };

/** Registers buyers, and has staff stock every product of the catalogue. @throws where the shop refuses any of it */
export async function prepareCheckouts(gatewayUrl: string): Promise<Preparation> {
  const buyers = await Promise.all(Array.from({ length: buyerCount }, () => registerBuyer(gatewayUrl)));
  const token = await logIn(gatewayUrl);
  const { products } = await ask<{ products: { edges: { node: { id: string } }[] } }>(
    gatewayUrl,
    "query Catalogue { products(first: 100) { edges { node { id } } } }",
    {},
  );
  const productIds = products.edges.map(({ node }) => node.id);
  for (const productId of productIds) {
    const input = { productId, delta: unitsOfEach, reason: "benchmark", idempotencyKey: randomUUID() };
    const mutation = "mutation Stock($input: AdjustStockInput!) { adjustStock(input: $input) { errors { code } } }";
    await ask(gatewayUrl, mutation, { input }, token);
  }
  return { buyers, productIds };
}

async function registerBuyer(url: string): Promise<string> {
  const input = { email: `${randomUUID()}@example.com`, password: randomUUID(), displayName: "A buyer" };
  const mutation =
    "mutation Register($input: RegisterUserInput!) { registerUser(input: $input) { tokens { accessToken } } }";
  const { registerUser } = await ask<{ registerUser: { tokens: { accessToken: string } } }>(url, mutation, { input });
  return registerUser.tokens.accessToken;
}

async function logIn(url: string): Promise<string> {
  const mutation = "mutation LogIn($input: LoginInput!) { login(input: $input) { tokens { accessToken } } }";
  const { login } = await ask<{ login: { tokens: { accessToken: string } } }>(url, mutation, { input: staff });
  return login.tokens.accessToken;
}

async function ask<Data>(url: string, query: string, variables: object, token?: string): Promise<Data> {
  const response = await fetch(url, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data?: Data | null; errors?: unknown };
  if (!data || errors) throw new Error(`The shop refused what the benchmark needs: ${JSON.stringify(errors)}`);
  return data;
}
