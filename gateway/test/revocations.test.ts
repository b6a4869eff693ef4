import { createTestFeed, type TestFeed } from "@shop/auth/testing";
import { userDeleted, userRoleChanged, userSessionsRevoked } from "@shop/event-contracts";
import { startTestBroker, type TestBroker } from "@shop/local/testing";
import { WebSocket } from "ws";
import { connectSocket, openEventStream } from "./shop/clients";
import { openMultipart } from "./shop/multipart-client";
import { type Answer, type Shop, startShop } from "./shop/shop";

let broker: TestBroker;
let feed: TestFeed;
let shop: Shop;
beforeAll(async () => {
  broker = await startTestBroker();
  feed = createTestFeed(broker.brokers);
  shop = await startShop({ kafkaBrokers: broker.brokers });
});
afterAll(async () => {
  await shop.stop();
  await feed.stop();
  await broker.stop();
});

let users = 0;
const query = "subscription { notificationReceived { title } }";
const unauthenticated = { extensions: { code: "UNAUTHENTICATED" } };

async function signIn() {
  const [userId, sessionId] = [`usr_${++users}`, `ses_${users}`];
  const authorization = await shop.issuer.bearer({ userId, sessionId, role: "STAFF" });
  return { userId, sessionId, authorization };
}
const end = ({ userId, sessionId }: { userId: string; sessionId: string }) =>
  feed.tell(userSessionsRevoked, { userId, sessionIds: [sessionId], before: new Date().toISOString() });
const headersOf = ({ authorization }: { authorization: string }) => ({ authorization });
const ask = (user: { authorization: string }): Promise<Answer> => shop.ask("{ whoAsks }", { headers: headersOf(user) });

it.each<[string, (user: { userId: string; sessionId: string }) => Promise<unknown>]>([
  ["its session is ended", end],
  ["its user is deleted", ({ userId }) => feed.tell(userDeleted, { userId })],
  ["its user's role is another", ({ userId }) => feed.tell(userRoleChanged, { userId, role: "CUSTOMER" })],
])("refuses a token with 401 once %s, though a moment ago it was good", async (_what, revoke) => {
  const [gone, other] = [await signIn(), await signIn()];
  for (const { authorization } of [gone, other]) expect((await ask({ authorization })).data).not.toBeNull();
  await revoke(gone);
  let answer: Answer;
  do answer = await ask(gone);
  while (answer.errors === undefined);
  expect(answer).toMatchObject({ status: 401, errors: [unauthenticated] });
  expect((await ask(other)).errors).toBeUndefined();
});

it("ends whatever is open with a token that is revoked, and nothing else", async () => {
  const [gone, other] = [await signIn(), await signIn()];
  const [socket, kept] = await Promise.all(
    [gone, other].map(({ authorization }) => connectSocket(shop.socketUrl, { Authorization: authorization })),
  );
  const events = await openEventStream(shop.url, query, headersOf(gone));
  const parts = await openMultipart(shop.url, { query }, { headers: headersOf(gone) });
  await end(gone);
  expect(await socket?.closed).toBe(4403);
  expect(await events.receive()).toMatchObject({ event: "next", data: { errors: [unauthenticated] } });
  let part: unknown;
  do part = await parts.receive();
  while (Object.keys(part as object).length === 0); // heartbeats
  expect(part).toMatchObject({ payload: null, errors: [unauthenticated] });
  expect(kept?.socket.readyState).toBe(WebSocket.OPEN);
  kept?.socket.close();
  await expect(connectSocket(shop.socketUrl, { Authorization: gone.authorization })).rejects.toThrow("4403");
});

it("serves as before while the broker is away, and knows what it knew", async () => {
  const [gone, customer] = [await signIn(), await signIn()];
  await end(gone);
  while ((await ask(gone)).status !== 401);
  await broker.goAway();
  expect([(await ask(gone)).status, (await ask(customer)).status]).toEqual([401, 200]);
  const late = await signIn();
  await broker.comeBack();
  while (!(await end(late).catch(() => undefined)));
  while ((await ask(late)).status !== 401);
});
