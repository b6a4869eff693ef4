// The way to MongoDB, with an ear for what is asked.
import { type GateListener, startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { mongo } from "mongoose";

export interface OverheardStore extends TcpGate {
  /**
   * How often a collection was read so far by exactly these fields; workers ask by others. What the driver asked
   * again over another connection because it gave one up, as it does on a machine that stood still, counts once.
   */
  reads(collection: string, ...fields: string[]): number;
  /**
   * How often a collection was written to so far, each command once, however many documents it holds: of updates those by
   * exactly these fields.
   */
  writes(collection: string, kind: "insert" | "update", ...fields: string[]): number;
  /** Holds back the answer to the next such read, and all that comes after it. @returns when that has been asked for */
  freezeAtRead(collection: string, ...fields: string[]): Promise<void>;
  /** As freezeAtRead, for the next write of that kind: the store makes it, and whoever asked for it never hears. */
  freezeAtWrite(collection: string, kind: "insert" | "update", ...fields: string[]): Promise<void>;
}

const opMsg = 2013;
const commandAt = 21; // after the header, the flags, and the kind of the first section

export async function overhearStore(mongoUrl: string): Promise<OverheardStore> {
  const heard = new Map<string, Heard[]>();
  const awaited = new Map<string, () => void>();
  const count = (what: string): number => {
    const all = heard.get(what) ?? [];
    const isAskedAgain = ({ connection, command }: Heard, n: number): boolean =>
      connection.isClosed && all.slice(n + 1).some((later) => later.command.operation === command.operation);
    return all.filter((one, n) => !isAskedAgain(one, n)).length;
  };
  const gate = await startTcpGate(mongoUrl, (): GateListener => {
    const connection = { isClosed: false };
    return {
      sent: createListener((command) => {
        const what = [command.kind, command.collection, ...command.fields].join();
        heard.set(what, [...(heard.get(what) ?? []), { connection, command }]);
        awaited.get(what)?.();
        awaited.delete(what);
      }),
      closed: () => {
        connection.isClosed = true;
      },
    };
  });
  const freezeAt = (what: string): Promise<void> =>
    new Promise((resolve) => {
      awaited.set(what, () => {
        gate.set("frozen");
        resolve();
      });
    });
  const url = new URL(gate.url);
  url.searchParams.set("directConnection", "true"); // else the driver goes where the server says that it is
  return {
    ...gate,
    url: url.href,
    reads: (...read) => count(["find", ...read].join()),
    writes: (collection, kind, ...fields) => count([kind, collection, ...fields].join()),
    freezeAtRead: (...read) => freezeAt(["find", ...read].join()),
    freezeAtWrite: (collection, kind, ...fields) => freezeAt([kind, collection, ...fields].join()),
  };
}

interface Heard {
  readonly connection: { readonly isClosed: boolean };
  readonly command: Command;
}

interface Command {
  readonly kind: string;
  readonly collection: string;
  /** What a `find` asks by, or the first change of an `update`. */
  readonly fields: readonly string[];
  /** The same where the driver asks again, in the same session, because a connection broke or was silent. */
  readonly operation: string;
}

function createListener(onCommand: (command: Command) => void): (chunk: Buffer) => void {
  let buffered = Buffer.alloc(0);
  return (chunk) => {
    buffered = Buffer.concat([buffered, chunk]);
    for (let length; buffered.length >= 4 && buffered.length >= (length = buffered.readInt32LE(0));) {
      const command = commandOf(buffered.subarray(0, length));
      if (command !== null) onCommand(command);
      buffered = buffered.subarray(length);
    }
  };
}

/** @returns null for a message that is of no collection */
function commandOf(message: Buffer): Command | null {
  if (message.readInt32LE(12) !== opMsg) return null;
  // The documents of a write may follow in a section of their own.
  const body = message.subarray(commandAt, commandAt + message.readInt32LE(commandAt));
  const command = mongo.BSON.deserialize(body);
  const [kind = "", collection] = Object.entries(command)[0] ?? [];
  if (typeof collection !== "string") return null;
  const [change] = (command["updates"] as { q: object }[] | undefined) ?? [];
  const filter = (command["filter"] as object | undefined) ?? change?.q ?? {};
  return { kind, collection, fields: Object.keys(filter), operation: JSON.stringify([command["lsid"], filter]) };
}
