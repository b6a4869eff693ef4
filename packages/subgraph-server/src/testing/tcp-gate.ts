import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** `cut`: no connection stands and none is taken. `frozen`: they stand, and nothing comes through, as if the store hung. */
export type GateState = "open" | "cut" | "frozen";

export interface TcpGate {
  /** The store's URL by way of the gate. */
  readonly url: string;
  set(state: GateState): void;
  stop(): Promise<void>;
}

/** Hears one connection. */
export interface GateListener {
  /** What the service sent. */
  sent(chunk: Buffer): void;
  closed?(): void;
}

/**
 * Stands between a service and its store.
 * @param url the store's own
 * @param listen called for each connection
 */
export async function startTcpGate(url: string, listen?: () => GateListener): Promise<TcpGate> {
  const target = new URL(url);
  const sockets = new Set<Socket>();
  let state: GateState = "open";

  const server = createServer((client) => {
    if (state === "cut") {
      client.destroy();
      return;
    }
    const store = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, store],
      [store, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => from.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      if (state === "frozen") from.pause();
    }
    const listener = listen?.();
    if (listener !== undefined) {
      client.on("data", (chunk) => listener.sent(chunk));
      client.on("close", () => listener.closed?.());
    }
    if (state === "frozen") client.pause(); // a listener makes it flow
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const byGate = new URL(url);
  byGate.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;

  return {
    url: byGate.href,
    set: (next) => {
      state = next;
      for (const socket of sockets) {
        if (next === "cut") socket.destroy();
        else if (next === "frozen") socket.pause();
        else socket.resume();
      }
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
