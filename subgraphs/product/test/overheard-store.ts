// The way to MongoDB, with an ear for what is read.
import { startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { mongo } from "mongoose";

export interface OverheardStore extends TcpGate {
  /** How often a collection was read so far by exactly these fields; workers ask by others. */
  reads(collection: string, ...fields: string[]): number;
  /** Holds back the answer to the next such read, and all that comes after it. @returns when that has been asked for */
  freezeAtRead(collection: string, ...fields: string[]): Promise<void>;
}

const opMsg = 2013;
const commandAt = 21; // after the header, the flags, and the kind of the first section

export async function overhearStore(mongoUrl: string): Promise<OverheardStore> {
  const counts = new Map<string, number>();
  const awaited = new Map<string, () => void>();
  const gate = await startTcpGate(mongoUrl, () =>
    createListener((read) => {
      counts.set(read, (counts.get(read) ?? 0) + 1);
      awaited.get(read)?.();
      awaited.delete(read);
    }),
  );
  const url = new URL(gate.url);
  url.searchParams.set("directConnection", "true"); // else the driver goes where the server says that it is
  return {
    ...gate,
    url: url.href,
    reads: (...read) => counts.get(read.join()) ?? 0,
    freezeAtRead: (...read) =>
      new Promise((resolve) => {
        awaited.set(read.join(), () => {
          gate.set("frozen");
          resolve();
        });
      }),
  };
}

function createListener(onRead: (read: string) => void): (chunk: Buffer) => void {
  let buffered = Buffer.alloc(0);
  return (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let length; buffered.length >= 4 && buffered.length >= (length = buffered.readInt32LE(0));) {
      const read = readOf(buffered.subarray(0, length));
      if (read !== null) onRead(read);
      buffered = buffered.subarray(length);
    }
  };
}

/** @returns the collection that a `find` asks and the fields it asks by; null for any other message */
function readOf(message: Buffer): string | null {
  if (message.readInt32LE(12) !== opMsg) return null;
  const command = mongo.BSON.deserialize(message.subarray(commandAt));
  if (typeof command["find"] !== "string") return null;
  return [command["find"], ...Object.keys(command["filter"] as object)].join();
}
