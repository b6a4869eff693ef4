import { once } from "node:events";
import { request as httpRequest, type IncomingMessage } from "node:http";
import { connectSocket, openEventStream } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
beforeEach(async () => {
  shop = await startShop({ config: { keepAliveMs: 4_000 } });
});
afterEach(() => shop.stop());

const subscription = "subscription { notificationReceived { title } }";
/** More than the buffers of a connection hold. */
const flood = ({ events }: Shop): void => {
  for (let n = 0; n < 400; n += 1) events.add("x".repeat(100_000));
};
/** Reads a stream as slowly as a thin line lets it. @returns how many characters came before it ended, or `enough` */
const trickle = async (stream: IncomingMessage, enough: number): Promise<number> => {
  let read = 0;
  for await (const chunk of stream) {
    read += (chunk as Buffer).length;
    if (read >= enough) break;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return read;
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
  flood(shop);
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
  flood(shop);
  await upstreamsAre(0);
  stream.close();
});

it("leaves an event stream alone whose client reads, slowly and all the time", async () => {
  const headers = { "content-type": "application/json", accept: "text/event-stream" };
  const request = httpRequest(shop.url, { method: "POST", headers }).end(JSON.stringify({ query: subscription }));
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await shop.events.hasReaders(1);
  flood(shop);
  expect(await trickle(response, 40_000_000)).toBeGreaterThanOrEqual(40_000_000);
  request.destroy();
}, 60_000);
