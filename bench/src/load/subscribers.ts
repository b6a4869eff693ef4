import { once } from "node:events";
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, type Message, MessageType } from "graphql-ws";
import { WebSocket } from "ws";
import { type LatencySummary, summariseLatencies } from "./latencies";

export interface SubscribersOptions {
  readonly url: string;
  readonly query: string;
  readonly count: number;
  readonly viewers: "NONE" | "SAME" | "DIFFERENT";
}

export interface Subscribers {
  /**
   * Waits until every subscriber has received the next event.
   * @returns whether they all did, in time
   */
  receive(timeoutMs: number): Promise<boolean>;
  /** From each event's publication to its deliveries, since the last call. */
  takeLatencies(): LatencySummary & { readonly deliveries: number };
  close(): void;
}

interface StockEvent {
  readonly stockChanged: {
    readonly publishedAtNs: string;
    readonly product: { readonly upc: string; readonly inStock: boolean; readonly name: string };
  };
}

/** Clients of a graphql-transport-ws server, each with a socket of its own and one subscription. */
export async function openSubscribers({ url, query, count, viewers }: SubscribersOptions): Promise<Subscribers> {
  let latenciesMs: number[] = [];
  let received = 0;
  let onDelivery = (): void => undefined;

  const open = async (_: unknown, index: number): Promise<WebSocket> => {
    const socket = new WebSocket(url, GRAPHQL_TRANSPORT_WS_PROTOCOL);
    await once(socket, "open");
    const viewer = viewers === "SAME" ? "viewer" : `viewer-${index}`;
    const payload = viewers === "NONE" ? {} : { payload: { Authorization: `Bearer ${viewer}` } };
    socket.send(JSON.stringify({ type: MessageType.ConnectionInit, ...payload }));
    await once(socket, "message");
    socket.on("message", (data: Buffer) => {
      const message = JSON.parse(data.toString()) as Message;
      if (message.type === MessageType.Ping) socket.send(JSON.stringify({ type: MessageType.Pong }));
      if (message.type !== MessageType.Next) return;
      const event = (message.payload.data as StockEvent | null)?.stockChanged;
      if (typeof event?.product.name !== "string")
        throw new Error(`An event came without its product: ${String(data)}`);
      latenciesMs.push(Number(process.hrtime.bigint() - BigInt(event.publishedAtNs)) / 1e6);
      received += 1;
      onDelivery();
    });
    socket.send(JSON.stringify({ id: "1", type: MessageType.Subscribe, payload: { query } }));
    return socket;
  };
  const sockets = await Promise.all(Array.from({ length: count }, open));

  return {
    receive: (timeoutMs) =>
      new Promise((resolve) => {
        const settle = (all: boolean): void => {
          clearTimeout(timer);
          onDelivery = () => undefined;
          received = 0;
          resolve(all);
        };
        const timer = setTimeout(() => settle(false), timeoutMs);
        onDelivery = () => {
          if (received === count) settle(true);
        };
        onDelivery();
      }),
    takeLatencies: () => {
      const summary = { deliveries: latenciesMs.length, ...summariseLatencies(latenciesMs) };
      latenciesMs = [];
      return summary;
    },
    close: () => {
      for (const socket of sockets) socket.close(1000);
    },
  };
}
