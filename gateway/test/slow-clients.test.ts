import { connectSocket, openEventStream } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeEach(async () => {
  shop = await startShop({ config: { keepAliveMs: 2_000 } });
});
afterEach(() => shop.stop());

const subscription = "subscription { notificationReceived { title } }";
/** More than the buffers of a connection hold. */
const flood = (): void => {
  for (let n = 0; n < 400; n += 1) shop.events.add("x".repeat(100_000));
};
const upstreamsAre = async (count: number): Promise<void> => {
  while (shop.notification.openSockets() !== count) await new Promise(setImmediate);
};

it("ends a socket whose client does not read, and no other", async () => {
  const [slow, prompt] = [await connectSocket(shop.socketUrl), await connectSocket(shop.socketUrl)];
  for (const client of [slow, prompt]) client.send({ id: "1", type: "subscribe", payload: { query: subscription } });
  await shop.events.hasReaders(1);
  expect(shop.notification.openSockets()).toBe(1);
  slow.socket.pause();
  flood();
  for (let n = 0; n < 400; n += 1) expect((await prompt.receive()).type).toBe("next");
  slow.socket.resume();
  await slow.closed;
  shop.events.add("still there");
  expect(await prompt.receive()).toMatchObject({
    payload: { data: { notificationReceived: { title: "still there" } } },
  });
  slow.socket.terminate();
  prompt.socket.close();
});

it("ends an event stream whose client does not read", async () => {
  const stream = await openEventStream(shop.url, subscription);
  await shop.events.hasReaders(1);
  flood();
  await upstreamsAre(0);
  stream.close();
});
