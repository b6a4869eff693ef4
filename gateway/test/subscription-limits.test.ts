import { connectSocket, type SocketClient } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeAll(async () => {
  shop = await startShop({ config: { maxViewerSubscriptions: 2 } });
});
afterAll(() => shop.stop());

async function connectAs(userId: string): Promise<SocketClient> {
  return connectSocket(shop.socketUrl, { Authorization: await shop.issuer.bearer({ userId }) });
}

const query = "subscription ($after: String) { notificationReceived(after: $after) { title } }";
const subscribe = (client: SocketClient, id: string): void =>
  client.send({ id, type: "subscribe", payload: { query, variables: { after: "c0" } } });

it("lets a viewer open so many subscriptions, over however many sockets, and another one when one has ended", async () => {
  shop.events.add("first");
  const [one, other, stranger] = await Promise.all([connectAs("usr_1"), connectAs("usr_1"), connectAs("usr_2")]);
  subscribe(one, "1");
  subscribe(other, "2");
  expect(await one.receive()).toMatchObject({ id: "1", type: "next" });
  expect(await other.receive()).toMatchObject({ id: "2", type: "next" });

  subscribe(one, "3");
  expect(await one.receive()).toMatchObject({
    id: "3",
    type: "error",
    payload: [{ extensions: { code: "RATE_LIMITED", retryAfterSeconds: expect.any(Number) as number } }],
  });
  subscribe(stranger, "4");
  expect(await stranger.receive()).toMatchObject({ id: "4", type: "next" });

  other.send({ id: "2", type: "complete" });
  other.send({ type: "ping" });
  expect(await other.receive()).toMatchObject({ type: "pong" });
  subscribe(one, "5");
  expect(await one.receive()).toMatchObject({ id: "5", type: "next" });
  for (const { socket } of [one, other, stranger]) socket.terminate();
});
