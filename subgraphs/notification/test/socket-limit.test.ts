import { once } from "node:events";
import { type IncomingMessage } from "node:http";
import { createServiceCredentials, serviceCredentialHeader } from "@shop/auth";
import { testServiceKeys } from "@shop/auth/testing";
import { eventually } from "@shop/subgraph-server/testing";
import { WebSocket } from "ws";
import { startShop, type TestShop } from "./harness";

const maxSockets = 3;
let shop: TestShop;
beforeAll(async () => {
  shop = await startShop({ maxSockets });
}, 60_000);
afterAll(() => shop.stop());

/** @returns the socket, which has begun, for others are closed after 3 s; or how it was refused */
async function open(headers: Record<string, string> = {}) {
  const socket = new WebSocket(`ws://127.0.0.1:${shop.port()}/graphql`, "graphql-transport-ws", { headers });
  const opened = once(socket, "open").then(async () => {
    socket.send('{"type":"connection_init"}');
    await once(socket, "message");
    return { ok: true as const, socket };
  });
  const refused = once(socket, "unexpected-response").then(([, response]: unknown[]) => {
    const { statusCode, headers: answered } = response as IncomingMessage;
    socket.on("error", () => undefined); // of ending what was not opened
    socket.terminate();
    return { ok: false as const, status: statusCode, retryAfter: answered["retry-after"] };
  });
  return Promise.race([opened, refused]);
}

const credentialOf = createServiceCredentials({ caller: "gateway", key: testServiceKeys.gateway.privateKey });

it("takes so many sockets and no more, those of the gateway beside them, and another once one has gone", async () => {
  const opened = await Promise.all(Array.from({ length: maxSockets }, () => open()));
  expect(opened.every(({ ok }) => ok)).toBe(true);
  expect(await open()).toEqual({ ok: false, status: 503, retryAfter: "10" });
  const ofGateway = await open({ [serviceCredentialHeader]: await credentialOf("notification") });
  expect(ofGateway.ok).toBe(true);
  expect(await open({ [serviceCredentialHeader]: "forged" })).toMatchObject({ status: 403 });
  expect(await open()).toMatchObject({ status: 503 }); // neither has made room

  const [first] = opened;
  if (first?.ok === true) first.socket.close();
  await eventually(open, ({ ok }) => ok);
});

/** Opens event streams for someone new. */
async function createStreams() {
  const authorization = await shop.issuer.bearer({ userId: await shop.newUser() });
  return (signal?: AbortSignal, query = "") =>
    fetch(`http://127.0.0.1:${shop.port()}/v1/notifications/stream${query}`, {
      headers: { accept: "text/event-stream", authorization },
      signal: signal ?? null,
    });
}

it("takes as many event streams and no more, and another once one has gone", async () => {
  const stream = await createStreams();
  const leaving = new AbortController();
  const others = new AbortController();
  for (let n = 1; n < maxSockets; n++) expect((await stream(others.signal)).status).toBe(200);
  expect((await stream(leaving.signal)).status).toBe(200);
  const refused = await stream();
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"]);
  await refused.body?.cancel();
  leaving.abort();
  await eventually(
    () => stream(others.signal),
    ({ status }) => status === 200,
  );
  others.abort();
});

it("takes no more event streams where many come at once, and has room again for those that it refused", async () => {
  const stream = await createStreams();
  const countOpened = async (): Promise<number> => {
    const leaving = new AbortController();
    const asked = await Promise.all(Array.from({ length: 4 * maxSockets }, () => stream(leaving.signal)));
    const statuses = asked.map(({ status }) => status);
    leaving.abort();
    const opened = statuses.filter((status) => status === 200).length;
    expect(opened).toBeLessThanOrEqual(maxSockets);
    expect(statuses.filter((status) => status === 503)).toHaveLength(statuses.length - opened);
    return opened;
  };
  await eventually(countOpened, (opened) => opened === maxSockets); // once those of before have gone
  for (let n = 0; n <= maxSockets; n++) await (await stream(undefined, "?after=nothing")).text();
  await eventually(countOpened, (opened) => opened === maxSockets);
});
