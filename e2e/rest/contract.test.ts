// The REST facade as its document has it, held against a whole shop.
import fc from "fast-check";
import { removeData, type RunningShop, shopEnvironment, startRunningShop } from "../test/running-shop";
import { almost } from "./arbitrary";
import { type Api, createApi } from "./api";
import { expectAudited } from "./audited";
import { readStream, type ToldEvent } from "./event-stream";
import { isOpen, needsRole, type Operation, readContract } from "./openapi";
import { logIn, register, walkAccounts } from "./walk-accounts";
import { walkCatalogue } from "./walk-catalogue";
import { walkComments, walkNotifications } from "./walk-comments";
import { walkOrders } from "./walk-orders";

let shop: RunningShop;
let api: Api;
let staff: string;
let admin: string;
beforeAll(async () => {
  // Many people from one address, who get much wrong.
  const env = { RATE_LIMIT_CREDENTIALS_ADDRESS: "0", RATE_LIMIT_CREDENTIALS_ACCOUNT: "0" };
  shop = await startRunningShop({ ...(await shopEnvironment()), ...env });
  const portOf = (service: string): string => shop.env[`${service.toUpperCase()}_PORT`] ?? "";
  api = createApi(shop.url, await readContract(shop.url), portOf);
  staff = (await logIn(api, "staff@example.com")).accessToken;
  admin = (await logIn(api, "admin@example.com")).accessToken;
}, 120_000);
afterAll(async () => {
  const { code, left } = await shop.stop();
  removeData(shop);
  expect({ code, left }).toEqual({ code: 0, left: [] });
}, 60_000);

it("answers every route as it describes it, the same on both ports, and keeps what staff did by any", async () => {
  const mailbox = async () => (await fetch(`${shop.url}/mailbox`)).text();
  await walkAccounts(api, { staff, admin, mailbox });
  const productId = await walkCatalogue(api, staff);
  const ada = await walkOrders(api, staff, productId);
  await walkComments(api, staff, productId, ada);
  await walkNotifications(api, staff, productId, ada);
  const streams = ["GET /v1/notifications/stream"]; // see below
  const described = api.contract.operations.map(({ name }) => name);
  expect(described.filter((name) => !api.succeeded.has(name) && !streams.includes(name))).toEqual([]);
  await expectAudited(api, admin);
}, 120_000);

it("streams notifications from a place on, the same at both ports", async () => {
  const { accessToken: as } = await register(api);
  const { resumeCursor } = await api.ok<{ resumeCursor: string }>("GET /v1/notifications", { as });
  const title = `Free delivery ${resumeCursor}`;
  await api.ok("POST /v1/announcements", { as: staff, body: { title, body: "All of December." } });
  const isTold = (told: readonly ToldEvent[]): boolean => told.some(({ data }) => data["title"] === title);
  const ports = [shop.url, `http://localhost:${shop.env["NOTIFICATION_PORT"] ?? ""}`];
  const streams = ports.map((port) => `${port}/v1/notifications/stream`);
  const headers = { authorization: `Bearer ${as}`, "last-event-id": resumeCursor };
  const [here, there] = await Promise.all(streams.map((url) => readStream(url, headers, isTold)));
  expect(there).toEqual(here);
  expect(here?.every(({ id, event, data }) => id === data["cursor"] && event === undefined)).toBe(true);

  const lost = { ...headers, "last-event-id": "nothing" };
  for (const url of streams) {
    const told = await readStream(url, lost, ({ length }) => length > 0);
    expect(told).toMatchObject([{ id: "", event: "problem", data: { code: "BAD_USER_INPUT" } }]);
  }
  const stranger = await api.call("GET /v1/notifications/stream", { headers: { accept: "text/event-stream" } });
  expect(stranger.status).toBe(401);
});

const exampleOf = (operation: Operation): unknown => operation.requestBody?.content["application/json"].example;
const pathOf = ({ parameters }: Operation) =>
  Object.fromEntries(parameters.filter((one) => one.in === "path").map(({ name, example }) => [name, String(example)]));
const callOf = (operation: Operation) => ({ path: pathOf(operation), body: exampleOf(operation) });

it("asks for a token where its document says that it needs one, and for a role where it needs that", async () => {
  const customer = (await register(api)).accessToken;
  for (const operation of api.contract.operations) {
    const headers: Record<string, string> = operation.name.endsWith("/stream") ? { accept: "text/event-stream" } : {};
    const call = { ...callOf(operation), headers };
    if (!isOpen(operation)) expect([operation.name, (await api.call(operation.name, call)).status]).toEqual([operation.name, 401]);
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

it("is not brought down by any body, nor answers as its document does not say", async () => {
  const { accessToken: as } = await register(api);
  for (const operation of api.contract.operations.filter(({ requestBody }) => requestBody !== undefined)) {
    const { schema } = operation.requestBody?.content["application/json"] ?? { schema: {} };
    const arbitrary = almost(api.contract.resolve(schema));
    const path = pathOf(operation);
    for (const body of fc.sample(arbitrary, 8)) {
      const token = operation.responses[403] === undefined ? as : staff;
      const { status } = await api.call(operation.name, { path, body, as: token });
      if (status >= 500) throw new Error(`${operation.name} answered ${status} to ${JSON.stringify(body)}`);
    }
  }
}, 120_000);

it("is not brought down by any parameter", async () => {
  const texts = ["", "\u0000", "%", "a/b", "../x", "x".repeat(300), "💥", '{"$ne":1}', "-1", "1e9", "null"];
  for (const operation of api.contract.operations.filter(
    ({ method, path }) => method === "GET" && !path.endsWith("/stream"),
  )) {
    for (const text of texts) {
      const named = operation.parameters.filter((one) => one.in === "query" && one.name !== "attributes");
      const path = Object.fromEntries(Object.keys(pathOf(operation)).map((name) => [name, text === "" ? "-" : text]));
      const calls =
        named.length === 0
          ? [{ path }]
          : named.map(({ name }) => ({ path: pathOf(operation), query: { [name]: text } }));
      for (const call of calls) {
        const { status } = await api.call(operation.name, { ...call, as: admin });
        if (status >= 500) throw new Error(`${operation.name} answered ${status} to ${JSON.stringify(call)}`);
      }
    }
  }
}, 120_000);
