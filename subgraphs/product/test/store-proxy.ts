// Between the service and MongoDB: counts what the store is asked, and can stop answering.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { mongo } from "mongoose";

export interface StoreProxy {
  /** The store's URL by way of the proxy. */
  readonly url: string;
  /** How often a collection was read so far by exactly these fields; workers ask by others. */
  reads(collection: string, ...fields: string[]): number;
  /** From now on nothing comes through, and no connection ends. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

const opMsg = 2013;
const commandAt = 21; // after the header, the flags, and the kind of the first section

export async function createStoreProxy(mongoUrl: string): Promise<StoreProxy> {
  const target = new URL(mongoUrl);
  const sockets = new Set<Socket>();
  const counts = new Map<string, number>();
  let frozen = false;

  const server = createServer((client) => {
    const store = connect(Number(target.port), target.hostname);
    for (const [from, to] of [
      [client, store],
      [store, client],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => to.write(chunk));
      from.on("error", () => to.destroy());
      from.on("close", () => {
        sockets.delete(from);
        to.destroy();
      });
      if (frozen) from.pause();
    }
    let buffered = Buffer.alloc(0);
    client.on("data", (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      for (let length; buffered.length >= 4 && buffered.length >= (length = buffered.readInt32LE(0));) {
        const read = readOf(buffered.subarray(0, length));
        if (read !== null) counts.set(read, (counts.get(read) ?? 0) + 1);
        buffered = buffered.subarray(length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(mongoUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url.searchParams.set("directConnection", "true"); // else the driver goes where the server says that it is

  return {
    url: url.href,
    reads: (...read) => counts.get(read.join()) ?? 0,
    freeze: () => {
      frozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw: () => {
      frozen = false;
      for (const socket of sockets) socket.resume();
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** @returns the collection that a `find` asks and the fields it asks by; null for any other message */
function readOf(message: Buffer): string | null {
  if (message.readInt32LE(12) !== opMsg) return null;
  const command = mongo.BSON.deserialize(message.subarray(commandAt));
  if (typeof command["find"] !== "string") return null;
  return [command["find"], ...Object.keys(command["filter"] as object)].join();
}
