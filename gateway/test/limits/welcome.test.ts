import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Supergraph } from "@apollo/federation-internals";
import { getIntrospectionQuery, Kind, type OperationDefinitionNode, parse, validate } from "graphql";
import { allRoutes } from "../../../packages/rest-facade/src/all-routes";
import { composeSupergraph } from "../../src/composition";
import { type Config } from "../../src/config";
import { createAdmission } from "../../src/limits/admission";
import { compileCost } from "../../src/limits/cost";
import { examples } from "../../src/pages/examples";
import { type GuardedShop, loadTestConfig, startGuardedShop } from "./guarded-shop";

const repository = join(__dirname, "../../..");
const composed = composeSupergraph(join(repository, "supergraph.yaml"));
if (!composed.ok) throw new Error(composed.errors.join("\n"));
const supergraph = Supergraph.build(composed.supergraphSdl);
const schema = supergraph.schema.toGraphQLJSSchema();
const limits = loadTestConfig().limits;
if (limits === undefined) throw new Error("There are no limits.");
const admission = createAdmission(limits);

/** As GraphiQL and its like ask. */
const introspection = getIntrospectionQuery({
  schemaDescription: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  inputValueDeprecation: true,
});
const readme = readFileSync(join(repository, "README.md"), "utf8");
const pasted = [...readme.matchAll(/```graphql\n([\s\S]*?)```/g)].map(([, text = ""]) => text);

/** Every page as large as a client may have it. */
function largestCost(query: string): number {
  const document = parse(query);
  const [operation] = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const names = (operation as OperationDefinitionNode).variableDefinitions?.map(({ variable }) => variable.name.value);
  const variables = Object.fromEntries((names ?? []).map((name) => [name, 100]));
  return compileCost(schema, document, operation as OperationDefinitionNode)(variables);
}

it.each([
  ...allRoutes.map(({ method, path, operation }): [string, string] => [`${method} ${path}`, operation]),
  ...examples.map(({ query }): [string, string] => [query.split("\n", 1)[0] ?? "", query]),
  ...pasted.map((text): [string, string] => [text.trim().slice(0, 40), text]),
  ["GraphiQL's introspection", introspection],
])("lets %s pass, with half of every page's worth of room", (_name, query) => {
  expect(() => {
    admission.admit({ query });
  }).not.toThrow();
  expect(largestCost(query)).toBeLessThan(limits.maxCost / 2);
});

describe("at the door", () => {
  let shop: GuardedShop;
  beforeAll(async () => {
    shop = await startGuardedShop();
  });
  afterAll(() => shop.stop());

  it("answers GraphiQL's introspection", async () => {
    expect(await shop.post({ query: introspection })).toMatchObject({ status: 200, data: { __schema: {} } });
  });

  it("takes an import of a thousand products, the most that one may have", async () => {
    const query = `mutation ($input: ImportProductsInput!) { importProducts(input: $input) {
      results { index product { id slug } errors { code message path } } errors { code message path } } }`;
    const product = (n: number) => ({
      idempotencyKey: `import-${n}`,
      name: `Kettle ${n}`,
      description: "It boils water.",
      price: { amountMinor: 1_999, currency: "EUR" },
      attributes: ["colour", "volume", "power"].map((name) => ({ name, value: "some" })),
    });
    const products = Array.from({ length: 1_000 }, (_, n) => product(n));
    await shop.post({ query, variables: { input: { products } } });
    expect(shop.asked).toEqual([expect.stringContaining("importProducts")]);
  });

  it("takes what a busy page asks for", async () => {
    const query = `query Page($first: Int = 100) {
      me { id displayName email unreadNotifications orders(first: 20) { edges { node { number status lines { name quantity product { id name images { url } } } } } } }
      products(filter: { inStock: true }, first: $first) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { ...Card } } }
    }
    fragment Card on Product { id name available price { ...Price } images { url } ratings { average count } category { id name }
      comments(first: 3) { edges { node { id body rating author { displayName } } } } }
    fragment Price on Money { amountMinor currency }`;
    expect(validate(supergraph.apiSchema().toGraphQLJSSchema(), parse(query))).toEqual([]);
    shop.asked.length = 0;
    await shop.post({ query });
    expect(shop.asked).not.toEqual([]);
  });
});

describe("without limits", () => {
  let shop: GuardedShop;
  const unlimited: Partial<Config> = { limits: undefined };
  beforeAll(async () => {
    shop = await startGuardedShop(unlimited);
  });
  afterAll(() => shop.stop());

  it.each([
    ["many aliases", `{ me { ${Array.from({ length: 500 }, (_, n) => `a${n}: id`).join(" ")} } }`],
    ["a page of a million", "{ products(first: 1000000) { totalCount edges { node { id } } } }"],
    ["many root fields", `{ ${"me { id } ".repeat(100)} }`],
  ])("takes %s", async (_what, query) => {
    shop.asked.length = 0;
    await shop.post({ query });
    expect(shop.asked).not.toEqual([]);
  });
});
