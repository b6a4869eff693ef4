import { type Message, MessageType } from "graphql-ws";
import { connectSocket, openEventStream, type SocketClient } from "./shop/clients";
import { type Shop, startShop } from "./shop/shop";

let shop: Shop;
let clients: SocketClient[];
beforeEach(async () => {
  shop = await startShop();
  clients = [];
});
afterEach(async () => {
  for (const { socket } of clients) socket.terminate();
  await shop.stop();
});

const notifications = `subscription ($after: String) {
  notificationReceived(after: $after) { title subject { number } }
}`;
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise(setImmediate);
};
const upstreamsAre = (count: number): Promise<void> => until(() => shop.notification.openSockets() === count);

async function subscriber(query: string, variables = {}, params?: Record<string, unknown>): Promise<SocketClient> {
  const client = await connectSocket(shop.socketUrl, params);
  clients.push(client);
  client.send({ id: "1", type: "subscribe", payload: { query, variables } });
  // Answered after the subscription has been taken up.
  client.send({ type: "ping" });
  const pong = await client.receive();
  if (pong.type !== MessageType.Pong) throw new Error(`${pong.type} came before the pong`);
  return client;
}

const titleOf = (message: Message): unknown =>
  (message as { payload?: { data?: { notificationReceived?: { title: string } } } }).payload?.data?.notificationReceived
    ?.title;

async function titles(client: SocketClient, count: number): Promise<unknown[]> {
  const received: unknown[] = [];
  while (received.length < count) received.push(titleOf(await client.receive()));
  return received;
}

const numbered = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${from + index}`);

it("opens one upstream for all whose operation and viewer are the same, and fills each event once", async () => {
  const all = [await subscriber(notifications), await subscriber(notifications), await subscriber(notifications)];
  const stream = await openEventStream(shop.url, notifications);
  await shop.events.hasReaders(1);
  shop.events.add("Paid", "ord_1");
  for (const client of all) {
    expect(await client.receive()).toMatchObject({
      payload: { data: { notificationReceived: { title: "Paid", subject: { number: "No. ord_1" } } } },
    });
  }
  expect(await stream.receive()).toMatchObject({ data: { data: { notificationReceived: { title: "Paid" } } } });
  expect(shop.notification.openSockets()).toBe(1);
  expect(shop.order.requests).toHaveLength(1);
  stream.close();
});

it("never shares between viewers", async () => {
  const query = "subscription { notificationReceived { viewer } }";
  const bearers = [
    await shop.issuer.bearer({ userId: "usr_1" }),
    await shop.issuer.bearer({ userId: "usr_1", sessionId: "ses_other" }),
    await shop.issuer.bearer({ userId: "usr_2" }),
  ];
  const signedIn = await Promise.all(bearers.map((Authorization) => subscriber(query, {}, { Authorization })));
  const stranger = await subscriber(query);
  await upstreamsAre(4);
  await shop.events.hasReaders(4);
  shop.events.add("Hello");
  for (const [index, client] of signedIn.entries()) {
    expect(await client.receive()).toMatchObject({
      payload: { data: { notificationReceived: { viewer: bearers[index] } } },
    });
  }
  expect(await stranger.receive()).toMatchObject({ payload: { data: { notificationReceived: { viewer: "nobody" } } } });
});

it("does not share where variables differ", async () => {
  const query = "subscription ($from: Int!) { countdown(from: $from) }";
  const [two, one] = [await subscriber(query, { from: 2 }), await subscriber(query, { from: 1 })];
  expect(await two.receive()).toMatchObject({ payload: { data: { countdown: 2 } } });
  expect(await one.receive()).toMatchObject({ payload: { data: { countdown: 1 } } });
});

it("keeps the upstream until the last of those who share it leaves", async () => {
  const [first, second] = [await subscriber(notifications), await subscriber(notifications)];
  await shop.events.hasReaders(1);
  first.send({ id: "1", type: "complete" });
  shop.events.add("1");
  expect(await titles(second, 1)).toEqual(["1"]);
  second.send({ id: "1", type: "complete" });
  await upstreamsAre(0);
});

it("lets a client catch up on its own, then join the others", async () => {
  const live = await subscriber(notifications);
  await shop.events.hasReaders(1);
  for (const title of numbered(1, 3)) shop.events.add(title);
  expect(await titles(live, 3)).toEqual(numbered(1, 3));
  const late = await subscriber(notifications, { after: "c1" });
  expect(await titles(late, 2)).toEqual(numbered(2, 3));
  await upstreamsAre(1);
  shop.events.add("4");
  expect(await titles(late, 1)).toEqual(["4"]);
  expect(await titles(live, 1)).toEqual(["4"]);
});

it("joins at once a client that stands where the others do", async () => {
  const live = await subscriber(notifications);
  await shop.events.hasReaders(1);
  shop.events.add("1");
  expect(await titles(live, 1)).toEqual(["1"]);
  const back = await subscriber(notifications, { after: "c1" });
  expect(shop.notification.openSockets()).toBe(1);
  shop.events.add("2");
  expect(await titles(back, 1)).toEqual(["2"]);
});

it("gives each event once and in order, to all, while clients catch up and events go on coming", async () => {
  const live = await subscriber(notifications);
  await shop.events.hasReaders(1);
  const last = 400;
  let added = 0;
  const adding = (async () => {
    while (added < last) {
      added += 1;
      shop.events.add(`${added}`);
      await new Promise((resolve) => setTimeout(resolve, added % 7 === 0 ? 2 : 0));
    }
  })();
  const caughtUp: Promise<void>[] = [];
  for (let joined = 0; joined < 12; joined += 1) {
    await until(() => added >= joined * 25);
    const after = Math.max(0, added - joined * 20);
    const client = await subscriberFrom(after);
    caughtUp.push(titles(client, last - after).then((got) => expect(got).toEqual(numbered(after + 1, last))));
  }
  await adding;
  await Promise.all(caughtUp);
  expect(await titles(live, last)).toEqual(numbered(1, last));
  await upstreamsAre(1);

  async function subscriberFrom(after: number): Promise<SocketClient> {
    const client = await connectSocket(shop.socketUrl);
    clients.push(client);
    client.send({ id: "1", type: "subscribe", payload: { query: notifications, variables: { after: `c${after}` } } });
    return client;
  }
});

it("tells a client without a cursor nothing of what others catch up on", async () => {
  for (const title of numbered(1, 3)) shop.events.add(title);
  const late = await subscriber(notifications, { after: "c3" });
  await shop.events.hasReaders(1);
  const live = await subscriber(notifications);
  await shop.events.hasReaders(2);
  shop.events.add("4");
  expect(await titles(live, 1)).toEqual(["4"]);
  expect(await titles(late, 1)).toEqual(["4"]);
  await upstreamsAre(1);
});

it("resumes for all who share when the subgraph restarts: none missing, none twice", async () => {
  const all = [await subscriber(notifications), await subscriber(notifications)];
  await shop.events.hasReaders(1);
  shop.events.add("1");
  for (const client of all) expect(await titles(client, 1)).toEqual(["1"]);
  await shop.notification.kill();
  shop.events.add("2");
  await shop.notification.revive();
  for (const client of all) expect(await titles(client, 1)).toEqual(["2"]);
  expect(shop.notification.openSockets()).toBe(1);
});

it("tells a newcomer how it stands now, then what follows, from the upstream of the others", async () => {
  const query = "subscription { headline { title subject { number } } }";
  shop.events.add("old", "ord_1");
  const first = await connectSocket(shop.socketUrl);
  const second = await connectSocket(shop.socketUrl);
  clients.push(first, second);
  const headline = (title: string, number: string | undefined) => ({
    payload: { data: { headline: { title, subject: number === undefined ? null : { number } } } },
  });
  first.send({ id: "1", type: "subscribe", payload: { query } });
  expect(await first.receive()).toMatchObject(headline("old", "No. ord_1"));
  const asked = shop.order.requests.length;
  second.send({ id: "1", type: "subscribe", payload: { query } });
  expect(await second.receive()).toMatchObject(headline("old", "No. ord_1"));
  expect(shop.order.requests).toHaveLength(asked + 1);
  expect(shop.notification.openSockets()).toBe(1);
  shop.events.add("new");
  for (const client of [first, second]) expect(await client.receive()).toMatchObject(headline("new", undefined));
});

it("does not let a newcomer in on events that nothing is promised of, once they have begun", async () => {
  const query = "subscription { countdown(from: 2) }";
  const countdown = async (): Promise<SocketClient> => {
    const client = await connectSocket(shop.socketUrl);
    clients.push(client);
    client.send({ id: "1", type: "subscribe", payload: { query } });
    for (const left of [2, 1]) {
      expect(await client.receive()).toMatchObject({ payload: { data: { countdown: left } } });
    }
    return client;
  };
  await countdown();
  await countdown();
  expect(shop.notification.openSockets()).toBe(2);
});
