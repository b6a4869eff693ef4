// The REST facade as its document has it, held against a whole shop.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import { join } from "node:path";
import fc from "fast-check";
import { eventually } from "../test/eventually";
import { removeData, type RunningShop, shopEnvironment, startRunningShop } from "../test/running-shop";
import { type Api, createApi } from "./api";
import { expectAudited } from "./audited";
import { routeOf } from "./comparison";
import { seed } from "./config";
import { expectMethods, expectNegotiation } from "./doors";
import { readStream, type ToldEvent } from "./event-stream";
import { isOpen, needsRole, type Operation, readContract, streams } from "./openapi";
import { requestsOf } from "./requests";
import { logIn, register, walkAccounts } from "./walk-accounts";
import { walkCatalogue } from "./walk-catalogue";
import { walkComments, walkNotifications } from "./walk-comments";
import { walkOrders } from "./walk-orders";

const linter = join(__dirname, "../../packages/rest-facade/test/lint-openapi.mjs");
let shop: RunningShop;
const portOf = (service: string): string => shop.env[`${service.toUpperCase()}_PORT`] ?? "";
let api: Api;
let staff: string;
let admin: string;
beforeAll(async () => {
  // Many people from one address, who get much wrong.
  const env = { RATE_LIMIT_CREDENTIALS_ADDRESS: "0", RATE_LIMIT_CREDENTIALS_ACCOUNT: "0" };
  shop = await startRunningShop({ ...(await shopEnvironment()), ...env });
  api = createApi(shop.url, await readContract(shop.url), portOf);
  staff = (await logIn(api, "staff@example.com")).accessToken;
  admin = (await logIn(api, "admin@example.com")).accessToken;
}, 120_000);
afterAll(async () => {
  const { code, left } = await shop.stop();
  removeData(shop);
  expect({ code, left }).toEqual({ code: 0, left: [] });
}, 60_000);

it("answers every route as it describes it, as GraphQL, the same on both ports, and keeps what staff did by any", async () => {
  const mailbox = async () => (await fetch(`${shop.url}/mailbox`)).text();
  await walkAccounts(api, { staff, admin, mailbox });
  const productId = await walkCatalogue(api, staff);
  const ada = await walkOrders(api, staff, productId);
  await walkComments(api, staff, productId, ada);
  await walkNotifications(api, staff, productId, ada);
  const described = api.contract.operations.filter((operation) => !streams(operation)).map(({ name }) => name); // see below
  expect(described.filter((name) => !api.succeeded.has(name))).toEqual([]);
  expect(described.filter((name) => !api.compared.has(name))).toEqual([]);
  await expectAudited(api, admin);
}, 240_000);

it("streams notifications from a place on, the same at both ports, and as GraphQL does", async () => {
  const { accessToken: as } = await register(api);
  await eventually(async () => {
    const { body } = await api.call("GET /v1/notifications", { as }); // the welcome, which is no part of what follows
    return (body as { items: unknown[] }).items.length > 0;
  });
  const { resumeCursor } = await api.ok<{ resumeCursor: string }>("GET /v1/notifications", { as });
  const title = `Free delivery ${resumeCursor}`;
  await api.ok("POST /v1/announcements", { as: staff, body: { title, body: "All of December." } });
  const isTold = (told: readonly ToldEvent[]): boolean => told.some(({ data }) => data["title"] === title);
  const ports = [shop.url, `http://localhost:${shop.env["NOTIFICATION_PORT"] ?? ""}`];
  const operation = api.contract.find("GET /v1/notifications/stream");
  const urls = ports.map((port) => `${port}/v1/notifications/stream`);
  const headers = { authorization: `Bearer ${as}`, "last-event-id": resumeCursor };
  const [here, there] = await Promise.all(urls.map((url) => readStream(url, headers, isTold)));
  expect(there).toEqual(here);
  expect(here?.every(({ id, event, data }) => id === data["cursor"] && event === undefined)).toBe(true);

  expect(here?.flatMap((event) => api.contract.faultsOfEvent(operation, event))).toEqual([]);

  const query = routeOf(operation.name).operation;
  const search = new URLSearchParams({ query, variables: JSON.stringify({ after: resumeCursor }) });
  const graphql = await readStream(
    `${shop.url}/graphql?${search.toString()}`,
    { authorization: headers.authorization, "apollo-require-preflight": "true" },
    (told) => JSON.stringify(told).includes(title),
  );
  expect(graphql.map(({ data }) => data["data"])).toEqual(here?.map(({ data }) => ({ notificationReceived: data })));

  const lost = { ...headers, "last-event-id": "nothing" };
  for (const url of urls) {
    const told = await readStream(url, lost, ({ length }) => length > 0);
    expect(told).toMatchObject([{ id: "", event: "problem", data: { code: "BAD_USER_INPUT" } }]);
    expect(told.flatMap((event) => api.contract.faultsOfEvent(operation, event))).toEqual([]);
  }
  const stranger = await api.call("GET /v1/notifications/stream", { headers: { accept: "text/event-stream" } });
  expect(stranger.status).toBe(401);
});

const exampleOf = (operation: Operation): unknown => operation.requestBody?.content["application/json"].example;
const pathOf = ({ parameters }: Operation) =>
  Object.fromEntries(parameters.filter((one) => one.in === "path").map(({ name, example }) => [name, String(example)]));
const isKey = ({ name, required }: Operation["parameters"][number]): boolean =>
  name === "Idempotency-Key" && required === true;
const callOf = (operation: Operation) => ({ path: pathOf(operation), body: exampleOf(operation) });

it("asks for a token where its document says that it needs one, and for a role where it needs that", async () => {
  const customer = (await register(api)).accessToken;
  for (const operation of api.contract.operations) {
    const headers: Record<string, string> = operation.name.endsWith("/stream") ? { accept: "text/event-stream" } : {};
    const call = { ...callOf(operation), headers };
    if (!isOpen(operation))
      expect([operation.name, (await api.call(operation.name, call)).status]).toEqual([operation.name, 401]);
    if (needsRole(operation)) {
      const { status } = await api.call(operation.name, { ...call, as: customer });
      expect([operation.name, status]).toEqual([operation.name, 403]);
    }
  }
}, 60_000);

it("says of a body what is wrong with it", async () => {
  for (const operation of api.contract.operations.filter(({ requestBody }) => requestBody !== undefined)) {
    const { name } = operation;
    const call = { ...callOf(operation), as: admin };
    const unknown = await api.call(name, { ...call, body: { ...(call.body as object), surprise: 1 } });
    const none = await api.call(name, { ...call, body: [] });
    for (const { status, body } of [unknown, none]) {
      expect([name, status, body]).toMatchObject([name, 422, { code: "INVALID_INPUT", errors: [{ path: ["body"] }] }]);
    }
  }
}, 60_000);

it("requires an idempotency key where its document says so", async () => {
  for (const operation of api.contract.operations.filter(({ parameters }) => parameters.some(isKey))) {
    for (const key of [undefined, "", "x".repeat(129)]) {
      const call = { ...callOf(operation), as: admin, headers: { "idempotency-key": key } };
      const { status, body } = await api.call(operation.name, call);
      expect([operation.name, status, body]).toMatchObject([operation.name, 400, { code: "BAD_USER_INPUT" }]);
    }
  }
}, 60_000);

it("answers methods, types and sizes that a route does not take the same at both of its ports", async () => {
  await expectMethods(api);
  await expectNegotiation(api, admin);
}, 120_000);

it("describes at each service's port that service's own routes, and at order's the webhook", async () => {
  const nameOf = ({ name }: Operation): string => name;
  const webhook = "POST /v1/payment-webhooks/{provider}";
  for (const service of ["user", "product", "order", "notification", "comment"]) {
    const { operations } = await readContract(`http://localhost:${portOf(service)}`);
    const own = api.contract.operations.filter((operation) => operation.service === service).map(nameOf);
    expect(operations.map(nameOf)).toEqual([...own, ...(service === "order" ? [webhook] : [])]);
  }
  const orderUrl = `http://localhost:${portOf("order")}`;
  const order = createApi(orderUrl, await readContract(orderUrl), portOf);
  const input = await (await fetch(`${orderUrl}/openapi.json`)).text();
  expect(JSON.parse(execFileSync(process.execPath, [linter], { input, encoding: "utf8" }))).toEqual([]);
  const text = JSON.stringify(exampleOf(order.contract.find(webhook)));
  const time = Date.now();
  const signature = createHmac("sha256", "development-webhook-secret").update(`${time}.${text}`).digest("hex");
  const tell = async (provider: string, said: string): Promise<number> =>
    (await order.call(webhook, { path: { provider }, text, headers: { "sandbox-signature": said } })).status;
  expect(await tell("sandbox", `t=${time},v1=${signature}`)).toBe(204);
  expect(await tell("sandbox", `t=${time},v1=${"0".repeat(64)}`)).toBe(400);
  expect(await tell("stripe", `t=${time},v1=${signature}`)).toBe(404);
}, 60_000);

it("is brought down by no request, nor answers as its document does not say", async () => {
  let customer = "";
  for (const operation of api.contract.operations.filter((one) => !streams(one))) {
    // Some of these requests end the session of who sent them.
    const isSignedIn = (await api.call("GET /v1/users/me", { as: customer })).status === 200;
    if (!isSignedIn) customer = (await register(api)).accessToken;
    const property = fc.asyncProperty(
      requestsOf(operation, api.contract, { customer, admin }),
      async ({ port, ...call }) => {
        const { status } = await api.call(operation.name, call, port);
        if (status >= 500) throw new Error(`${operation.name} answered ${status}`);
      },
    );
    await fc.assert(property, { numRuns: 12, endOnFailure: true, ...(seed === undefined ? {} : { seed }) });
  }
}, 240_000);
