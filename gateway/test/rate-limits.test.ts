import { randomUUID } from "node:crypto";
import { type Message } from "graphql-ws";
import { testStores } from "@shop/local/testing";
import { registerRestFacade } from "@shop/rest-facade";
import { eventually, startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { createLogger } from "@shop/telemetry";
import { type RateLimitSettings } from "../src/limits/rate-limits";
import { parseTrustedProxies } from "../src/client-address";
import { connectSocket, openEventStream } from "./shop/clients";
import { type Answer, type Shop, startShop } from "./shop/shop";

const none: RateLimitSettings = {
  requestsPerAddress: 0,
  requestsPerViewer: 0,
};
const oneProxy = parseTrustedProxies(["127.0.0.1"]);
/** Addresses that no other test has. */
const someone = (): { "x-forwarded-for": string } => {
  const [a, b, c] = [0, 1, 2].map(() => Math.floor(Math.random() * 256));
  return { "x-forwarded-for": `10.${a}.${b}.${c}` };
};

const statusesOf = async (count: number, ask: () => Promise<Answer>): Promise<number[]> => {
  const statuses: number[] = [];
  for (let n = 0; n < count; n += 1) statuses.push((await ask()).status);
  return statuses;
};

describe("requests", () => {
  let shop: Shop;
  beforeAll(async () => {
    const rateLimits = { ...none, requestsPerAddress: 3, requestsPerViewer: 5 };
    shop = await startShop({
      config: { rateLimits, trustProxy: oneProxy },
      routes: (app, { admit, schema }) => {
        registerRestFacade(app, { admit, schema, docs: false, log: createLogger("rest") });
      },
    });
  });
  afterAll(() => shop.stop());

  it("refuses an address that asks too often with 429, and no other", async () => {
    const [often, other] = [someone(), someone()];
    expect(await statusesOf(3, () => shop.ask("{ unread }", { headers: often }))).toEqual([200, 200, 200]);

    const refused = await fetch(shop.url, {
      method: "POST",
      headers: { "content-type": "application/json", ...often },
      body: JSON.stringify({ query: "{ unread }" }),
    });
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: "RATE_LIMITED", retryAfterSeconds: Number(refused.headers.get("retry-after")) } }],
    });
    expect((await shop.ask("{ unread }", { headers: other })).status).toBe(200);
  });

  it("counts what is no operation at all", async () => {
    const headers = { ...someone(), authorization: "Bearer nonsense" };
    expect(await statusesOf(4, () => shop.ask("{ unread }", { headers }))).toEqual([401, 401, 401, 429]);
  });

  it("counts a viewer wherever the requests come from", async () => {
    const authorization = await shop.issuer.bearer({ userId: `usr_${randomUUID()}` });
    const ask = () => shop.ask("{ unread }", { headers: { ...someone(), authorization } });
    expect(await statusesOf(6, ask)).toEqual([200, 200, 200, 200, 200, 429]);
  });

  it("counts event streams, sockets and the operations on them, and the REST routes with the rest", async () => {
    const headers = someone();
    const first = await openEventStream(shop.url, "{ unread }", headers);
    expect((await first.receive())?.data).toEqual({ data: { unread: 3 } });
    first.close();

    const socket = await connectSocket(shop.socketUrl, undefined, headers);
    const messages: Message[] = [];
    for (const id of ["1", "2"]) {
      socket.send({ id, type: "subscribe", payload: { query: "{ unread }" } });
      messages.push(await socket.receive(), ...(id === "1" ? [await socket.receive()] : []));
    }
    expect(messages).toEqual([
      { id: "1", type: "next", payload: { data: { unread: 3 } } },
      { id: "1", type: "complete" },
      {
        id: "2",
        type: "error",
        payload: [expect.objectContaining({ extensions: expect.objectContaining({ code: "RATE_LIMITED" }) as object })],
      },
    ]);
    socket.socket.close();

    const { response } = await openEventStream(shop.url, "{ unread }", headers);
    expect([response.status, response.headers.has("retry-after")]).toEqual([429, true]);
    const rest = await fetch(new URL("/v1/products", shop.url), { headers });
    expect([rest.status, rest.headers.has("retry-after")]).toEqual([429, true]);
    expect(await rest.json()).toMatchObject({ code: "RATE_LIMITED" });
  });

  it("counts the /64 of an IPv6 address, since a host has all of it", async () => {
    const prefix = `2001:db8:${Math.floor(Math.random() * 65_536).toString(16)}:1`;
    const hosts = [":1", ":2", "ffff:0:0:1", "aaaa:bbbb:cccc:dddd"].map((host) => `${prefix}:${host}`);
    const ask = () => shop.ask("{ unread }", { headers: { "x-forwarded-for": hosts.shift() ?? "" } });
    expect(await statusesOf(4, ask)).toEqual([200, 200, 200, 429]);
  });
});

it("ignores X-Forwarded-For unless a trusted proxy says it", async () => {
  const rateLimits = { ...none, requestsPerAddress: 2 };
  const shop = await startShop({ config: { rateLimits } });
  expect(await statusesOf(3, () => shop.ask("{ unread }", { headers: someone() }))).toEqual([200, 200, 429]);
  await shop.stop();
});

it("believes a trusted proxy about the address next to it, and nobody further on", async () => {
  const rateLimits = { ...none, requestsPerAddress: 2 };
  const shop = await startShop({ config: { rateLimits, trustProxy: parseTrustedProxies(["1"]) } });
  const client = someone()["x-forwarded-for"];
  const ask = () =>
    shop.ask("{ unread }", { headers: { "x-forwarded-for": `${someone()["x-forwarded-for"]}, ${client}` } });
  expect(await statusesOf(3, ask)).toEqual([200, 200, 429]);
  await shop.stop();
});

describe("several processes on one Redis", () => {
  const points = 50;
  let gate: TcpGate;
  let shops: readonly [Shop, Shop];
  beforeAll(async () => {
    gate = await startTcpGate(testStores().redisUrl);
    const rateLimits = { ...none, requestsPerAddress: points, requestsPerViewer: 3 };
    const config = { redisUrl: gate.url, rateLimits, trustProxy: oneProxy };
    shops = await Promise.all([startShop({ config }), startShop({ config })]);
  });
  afterAll(async () => {
    await Promise.all(shops.map((shop) => shop.stop()));
    await gate.stop();
  });

  /** @returns how many of so many requests, by turns to all processes, were let in */
  const admitted = async (count: number, headers: Record<string, string>): Promise<number> => {
    let admissions = 0;
    for (let n = 0; n < count; n += shops.length) {
      const answers = await Promise.all(shops.map((shop) => shop.ask("{ unread }", { headers })));
      for (const { status } of answers) {
        expect([200, 429]).toContain(status);
        if (status === 200) admissions += 1;
      }
    }
    return admissions;
  };
  /** Whether limits are shared right now, judged by a viewer whom one process has found to ask too often. */
  const shared = async (): Promise<boolean> => {
    const userId = `usr_${randomUUID()}`;
    const ask = async (shop: Shop) =>
      shop.ask("{ unread }", { headers: { ...someone(), authorization: await shop.issuer.bearer({ userId }) } });
    await statusesOf(3, () => ask(shops[0]));
    return (await ask(shops[1])).status === 429;
  };
  const untilShared = (): Promise<boolean> => eventually(shared, (are) => are);
  const comeBack = (sinceMs: number): number => (points * (Date.now() - sinceMs)) / 60_000 + 1;

  it("spend from one budget", async () => {
    const warned = shops.map(({ log }) => jest.spyOn(log, "warn"));
    let startedAtMs: number;
    let count: number;
    do {
      await untilShared();
      for (const warning of warned) warning.mockClear();
      startedAtMs = Date.now();
      count = await admitted(points + 30, someone());
      // Again where Redis did not answer a process in time, which then counted by itself.
    } while (warned.some(({ mock }) => mock.calls.length > 0));
    for (const warning of warned) warning.mockRestore();
    expect(count).toBeGreaterThanOrEqual(points);
    expect(count).toBeLessThanOrEqual(points + comeBack(startedAtMs));
  });

  it.each(["cut", "frozen"] as const)(
    "count by themselves while Redis is %s, refuse nothing for it, and share again",
    async (state) => {
      await untilShared();
      gate.set(state);
      const headers = someone();
      const startedAtMs = Date.now();
      expect(await admitted(2 * points, headers)).toBe(2 * points);
      expect(await admitted(20, headers)).toBeLessThanOrEqual(2 * comeBack(startedAtMs));
      gate.set("open");
      await untilShared();
    },
  );
});
