import { connectSocket, openSocket, type SocketClient } from "./clients";
import { type Shop, startShop } from "./shop";

/** A shop for all tests of a file, and sockets to it, none of which outlives its test. */
export interface SocketShop {
  /** Not before the tests run. */
  readonly shop: Shop;
  open(): Promise<SocketClient>;
  /** As `open`, acknowledged. */
  connect(payload?: Record<string, unknown>): Promise<SocketClient>;
  keep(client: SocketClient): SocketClient;
}

export function useSocketShop(): SocketShop {
  let shop: Shop;
  let opened: SocketClient[] = [];
  beforeAll(async () => {
    shop = await startShop({ config: { socketInitTimeoutMs: 5_000, maxViewerSockets: 6 } });
  });
  afterAll(() => shop.stop());
  afterEach(async () => {
    for (const { socket } of opened) socket.terminate();
    await Promise.all(opened.map(({ closed }) => closed));
    opened = [];
    shop.product.hanging = false;
  });
  const keep = (client: SocketClient): SocketClient => {
    opened.push(client);
    return client;
  };
  return {
    get shop() {
      return shop;
    },
    open: async () => keep(await openSocket(shop.socketUrl)),
    connect: async (payload) => keep(await connectSocket(shop.socketUrl, payload)),
    keep,
  };
}

export const init = { type: "connection_init" };
export const endless = "subscription { notificationReceived { title } }";
export const complete = (id = "1") => ({ id, type: "complete" });
export const subscribe = (query: string, id = "1", more: object = {}) => ({
  id,
  type: "subscribe",
  payload: { query, ...more },
});
