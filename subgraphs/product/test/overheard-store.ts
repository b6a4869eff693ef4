// The way to MongoDB, with an ear for what is asked.
import { type GateListener, startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { mongo } from "mongoose";

export interface OverheardStore extends TcpGate {
  /**
   * How often a collection was read so far by exactly these fields; workers ask by others. What the driver gave up on
   * unanswered, to ask it again over another connection, as it does on a machine that stood still, counts once.
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
  const counts = new Map<string, number>();
  const awaited = new Map<string, () => void>();
  const count = (what: string, by: 1 | -1): void => void counts.set(what, (counts.get(what) ?? 0) + by);
  const hear = (what: string): void => {
    count(what, 1);
    awaited.get(what)?.();
    awaited.delete(what);
  };
  const gate = await startTcpGate(mongoUrl, (): GateListener => {
    let unanswered: string | null = null; // a connection carries one command at a time
    return {
      sent: createListener(({ kind, collection, fields }) => {
        unanswered = [kind, collection, ...fields].join();
        hear(unanswered);
      }),
      answered: () => {
        unanswered = null;
      },
      closed: () => {
        if (unanswered !== null) count(unanswered, -1);
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
    reads: (...read) => counts.get(["find", ...read].join()) ?? 0,
    writes: (collection, kind, ...fields) => counts.get([kind, collection, ...fields].join()) ?? 0,
    freezeAtRead: (...read) => freezeAt(["find", ...read].join()),
    freezeAtWrite: (collection, kind, ...fields) => freezeAt([kind, collection, ...fields].join()),
  };
}

interface Command {
  readonly kind: string;
  readonly collection: string;
  /** What a `find` asks by, or the first change of an `update`. */
  readonly fields: readonly string[];
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
  return { kind, collection, fields: Object.keys(filter) };
}
