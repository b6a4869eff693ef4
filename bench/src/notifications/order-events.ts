import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type LatencySummary, summariseLatencies } from "../load/latencies";
import { placeOrder, shippingAddress } from "../orders/checkout-operations";
import { createAsk } from "./ask";
import { openSockets } from "./sockets";

export interface OrderEventsLoad {
  readonly url: string;
  readonly socketUrl: string;
  /** Authorization headers of the viewers who listen; they buy in turn. */
  readonly viewers: readonly string[];
  readonly productId: string;
  readonly orders: number;
}

export type OrderEventsResult = LatencySummary & { readonly received: number };

const subscription = { query: "subscription OwnNotifications { notificationReceived { id kind createdAt } }" };
/** From the last acknowledgement until all subscriptions stand at notification. */
const settleMs = 5_000;
const pauseMs = 100;
const limitMs = 10_000;

/**
 * Every viewer listens to notifications of their own; they place orders, one after another. Counted is the time from the
 * moment that the event bears, which its transaction commits after, until the customer has it: all on one clock.
 */
export async function runOrderEvents(load: OrderEventsLoad): Promise<OrderEventsResult> {
  const { viewers, productId, orders } = load;
  const ask = createAsk(load.url);
  const latenciesMs: number[] = [];
  let onReceived: () => void = () => undefined;
  const close = await openSockets({
    url: load.socketUrl,
    authorizations: viewers,
    subscription,
    onData: (data) => {
      const { createdAt } = data["notificationReceived"] as { createdAt: string };
      latenciesMs.push(Date.now() - Date.parse(createdAt));
      onReceived();
    },
  });
  await sleep(settleMs);
  for (let place = 0; place < orders; place++) {
    const received = new Promise<void>((resolve) => {
      onReceived = resolve;
    });
    const input = { lines: [{ productId, quantity: 1 }], shippingAddress, idempotencyKey: randomUUID() };
    await ask(placeOrder, { input }, viewers[place % viewers.length] ?? "");
    await Promise.race([received, sleep(limitMs)]);
    await sleep(pauseMs);
  }
  close();
  return { received: latenciesMs.length, ...summariseLatencies(latenciesMs) };
}
