// Those who listen and those who cause what they hear of, in a process of its own: one clock for both.
import { serveCalls } from "../calls";
import { runOrderEvents } from "./order-events";
import { openProductEvents, type ProductEventsLoad } from "./product-events";
import { openSockets, type SocketsOptions } from "./sockets";

let products: Awaited<ReturnType<typeof openProductEvents>> | undefined;
const closings: (() => void)[] = [];

const handlers = {
  runOrderEvents,
  openProductEvents: async (load: ProductEventsLoad) => {
    products = await openProductEvents(load);
  },
  runProductEvents: (pace: { aSecond: number; forMs: number }) => {
    if (products === undefined) throw new Error("Nobody subscribed to a product.");
    return products.run(pace);
  },
  closeProductEvents: () => products?.close(),
  openSockets: async (options: Omit<SocketsOptions, "onData">) => {
    closings.push(await openSockets(options));
  },
  closeSockets: () => {
    for (const close of closings.splice(0)) close();
  },
};

export type NotificationHandlers = typeof handlers;

serveCalls(handlers);
