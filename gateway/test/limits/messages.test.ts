import { connectSocket } from "../shop/clients";
import { type GuardedShop, startGuardedShop } from "./guarded-shop";

let shop: GuardedShop;
beforeAll(async () => {
  shop = await startGuardedShop({ production: true, introspection: false });
});
afterAll(() => shop.stop());
beforeEach(() => {
  shop.asked.length = 0;
});

const password = "hunter2";
const login = (input: string) => `mutation { login(input: ${input}) { errors { code } } }`;
const byVariable = "mutation ($input: LoginInput!) { login(input: $input) { errors { code } } }";
const emailByVariable = "mutation ($email: EmailAddress!) { requestPasswordReset(email: $email) { accepted } }";

describe.each([
  [
    "a value of a wrong type",
    login(`{ email: "ada@example.com", password: { is: "${password}" } }`),
    {},
    "GRAPHQL_VALIDATION_FAILED",
  ],
  ["an address that is none", login(`{ email: "${password}", password: "x" }`), {}, "GRAPHQL_VALIDATION_FAILED"],
  [
    "an amount that is none",
    `{ products(filter: { minPriceMinor: "${password}" }) { totalCount } }`,
    {},
    "GRAPHQL_VALIDATION_FAILED",
  ],
  [
    "a variable of a wrong type",
    byVariable,
    { input: { email: "ada@example.com", password: [password] } },
    "BAD_USER_INPUT",
  ],
  [
    "an unknown field of a variable",
    byVariable,
    { input: { email: "ada@example.com", pasword: password } },
    "BAD_USER_INPUT",
  ],
  ["an address by variable that is none", emailByVariable, { email: password }, "BAD_USER_INPUT"],
  [
    "a default value of a wrong type",
    `query ($id: ID! = ["${password}"]) { product(id: $id) { id } }`,
    {},
    "GRAPHQL_VALIDATION_FAILED",
  ],
  [
    "what does not parse",
    `mutation { login(input: { password: "${password}" "${password}" `,
    {},
    "GRAPHQL_PARSE_FAILED",
  ],
  ["a name where none can be", `query Q ${password} { me { id } }`, {}, "GRAPHQL_PARSE_FAILED"],
])("%s", (_what, query, variables, code) => {
  it("is told without the value, over HTTP", async () => {
    const { status, errors } = await shop.post({ query, variables });
    expect(status).toBe(400);
    expect(errors?.map(({ extensions }) => extensions["code"])).toContain(code);
    expect(JSON.stringify(errors)).not.toMatch(/hunter2|Did you mean/);
    expect(shop.asked).toEqual([]);
  });

  it("is told without the value, over a socket", async () => {
    const client = await connectSocket(shop.socketUrl);
    client.send({ id: "1", type: "subscribe", payload: { query, variables } });
    const refused = await client.receive();
    expect(refused).toMatchObject({ id: "1", type: "error" });
    expect(JSON.stringify(refused)).not.toMatch(/hunter2|Did you mean/);
    client.socket.close();
  });
});

it.each([
  ["a field", "{ prodcts { totalCount } }"],
  ["a type", "{ me { ... on Usr { id } } }"],
  ["an argument", "{ products(frst: 1) { totalCount } }"],
  ["an enum's value", "{ products(sort: { field: PRIC }) { totalCount } }"],
  ["an input's field", '{ products(filter: { serch: "x" }) { totalCount } }'],
  ["a field of a subscription", "subscription { notificationRecieved { id } }"],
])("suggests nothing in production for %s", async (_what, query) => {
  const { errors } = await shop.post({ query });
  expect(errors).not.toHaveLength(0);
  expect(JSON.stringify(errors)).not.toContain("Did you mean");
  const client = await connectSocket(shop.socketUrl);
  client.send({ id: "1", type: "subscribe", payload: { query } });
  const refused = await client.receive();
  expect(refused.type).toBe("error");
  expect(JSON.stringify(refused)).not.toContain("Did you mean");
  client.socket.close();
});

it("logs nothing of what is refused", async () => {
  const logged = jest.spyOn(shop.log, "error");
  await shop.post({ query: login(`{ email: "${password}", password: "${password}" }`) });
  expect(logged).not.toHaveBeenCalled();
});
