// MongoDB as it is while it cannot answer: on the way to it, a kind of command is answered with an error of its own.
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { mongo } from "mongoose";

export interface RefusingStore {
  readonly url: string;
  /** Answers commands of these kinds with a code of the server's, until it is told otherwise. */
  refuse(code: number, ...kinds: string[]): void;
  allowAll(): void;
  stop(): Promise<void>;
}

const opMsg = 2013;
const headerBytes = 16;
const bodyAt = headerBytes + 5; // after the flags, and the kind of the first section

export async function startRefusingStore(mongoUrl: string): Promise<RefusingStore> {
  const target = new URL(mongoUrl);
  const sockets = new Set<Socket>();
  let refused: { code: number; kinds: string[] } | null = null;

  const server = createServer((client) => {
    const store = connect(Number(target.port), target.hostname);
    for (const [socket, other] of [
      [client, store],
      [store, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
    store.pipe(client);
    let buffered = Buffer.alloc(0);
    client.on("data", (chunk: Buffer) => {
      buffered = Buffer.concat([buffered, chunk]);
      for (let length; buffered.length >= 4 && buffered.length >= (length = buffered.readInt32LE(0));) {
        const message = buffered.subarray(0, length);
        buffered = buffered.subarray(length);
        if (refused?.kinds.includes(kindOf(message)) === true) client.write(failureOf(message, refused.code));
        else store.write(message);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = new URL(mongoUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  url.searchParams.set("directConnection", "true"); // else the driver goes where the server says that it is

  return {
    url: url.href,
    refuse: (code, ...kinds) => {
      refused = { code, kinds };
    },
    allowAll: () => {
      refused = null;
    },
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function kindOf(message: Buffer): string {
  if (message.readInt32LE(12) !== opMsg) return "";
  const body = message.subarray(bodyAt, bodyAt + message.readInt32LE(bodyAt));
  return Object.keys(mongo.BSON.deserialize(body))[0] ?? "";
}

function failureOf(request: Buffer, code: number): Buffer {
  const body = mongo.BSON.serialize({ ok: 0, code, codeName: "Refused", errmsg: "refused by shard-7.internal:27018" });
  const reply = Buffer.alloc(bodyAt);
  reply.writeInt32LE(bodyAt + body.length, 0);
  reply.writeInt32LE(request.readInt32LE(4), 8); // answers this request
  reply.writeInt32LE(opMsg, 12);
  return Buffer.concat([reply, body]);
}
