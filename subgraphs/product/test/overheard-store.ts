// The way to MongoDB, with an ear for what is asked.
import { type GateListener, startTcpGate, type TcpGate } from "@shop/subgraph-server/testing";
import { mongo } from "mongoose";

/**
 * By what something is asked for: exactly these fields. `_id.$in` is one with an operator, and `_id=prd_1` one with a value:
 * the service hears of other tests' orders as well, and looks for their products.
 */
type Fields = readonly string[];

export interface OverheardStore extends TcpGate {
  /**
   * How often a collection was read so far by these fields. What the driver asked again over another connection because it
   * gave one up, as it does on a machine that stood still, counts once.
   */
  reads(collection: string, ...fields: Fields): number;
  /**
   * How often a collection was written to so far, each command once, however many documents it holds: of updates those by
   * these fields.
   */
  writes(collection: string, kind: "insert" | "update", ...fields: Fields): number;
  /** Holds back the answer to the next such read, and all that comes after it. @returns when that has been asked for */
  freezeAtRead(collection: string, ...fields: Fields): Promise<void>;
  /** As freezeAtRead, for the next write of that kind: the store makes it, and whoever asked for it never hears. */
  freezeAtWrite(collection: string, kind: "insert" | "update", ...fields: Fields): Promise<void>;
}

const opMsg = 2013;
const commandAt = 21; // after the header, the flags, and the kind of the first section

export async function overhearStore(mongoUrl: string): Promise<OverheardStore> {
  const heard: Heard[] = [];
  let awaited: { readonly wanted: Wanted; readonly come: () => void }[] = [];
  const count = (wanted: Wanted): number => {
    const all = heard.filter(({ command }) => isIt(command, wanted));
    // What came before it over the same connection had its answer, and may have been asked with the same words.
    const isAskedAgain = ({ connection, command }: Heard, n: number): boolean =>
      connection.isClosed &&
      connection.last === command &&
      all.slice(n + 1).some((later) => later.command.operation === command.operation);
    return all.filter((one, n) => !isAskedAgain(one, n)).length;
  };
  const gate = await startTcpGate(mongoUrl, (): GateListener => {
    const connection: HeardConnection = { isClosed: false, last: null };
    return {
      sent: createListener((command) => {
        connection.last = command;
        heard.push({ connection, command });
        for (const { wanted, come } of awaited) if (isIt(command, wanted)) come();
        awaited = awaited.filter(({ wanted }) => !isIt(command, wanted));
      }),
      closed: () => {
        connection.isClosed = true;
      },
    };
  });
  const freezeAt = (wanted: Wanted): Promise<void> =>
    new Promise((resolve) => {
      const come = (): void => {
        gate.set("frozen");
        resolve();
      };
      awaited.push({ wanted, come });
    });
  const url = new URL(gate.url);
  url.searchParams.set("directConnection", "true"); // else the driver goes where the server says that it is
  return {
    ...gate,
    url: url.href,
    reads: (collection, ...fields) => count({ kind: "find", collection, fields }),
    writes: (collection, kind, ...fields) => count({ kind, collection, fields }),
    freezeAtRead: (collection, ...fields) => freezeAt({ kind: "find", collection, fields }),
    freezeAtWrite: (collection, kind, ...fields) => freezeAt({ kind, collection, fields }),
  };
}

interface HeardConnection {
  isClosed: boolean;
  /** What was asked over it last. */
  last: Command | null;
}

interface Heard {
  readonly connection: HeardConnection;
  readonly command: Command;
}

interface Command {
  readonly kind: string;
  readonly collection: string;
  /** What a `find` asks by, or the first change of an `update`. */
  readonly filter: Readonly<Record<string, unknown>>;
  /** The same where the driver asks again, in the same session, because a connection broke or was silent. */
  readonly operation: string;
}

interface Wanted extends Pick<Command, "kind" | "collection"> {
  readonly fields: Fields;
}

function isIt({ kind, collection, filter }: Command, wanted: Wanted): boolean {
  if (kind !== wanted.kind || collection !== wanted.collection) return false;
  return Object.keys(filter).length === wanted.fields.length && wanted.fields.every((field) => isIn(filter, field));
}

function isIn(filter: Command["filter"], field: string): boolean {
  const [, name = "", operator, value] = /^([^.=]+)(?:\.(\$.+)|=(.+))?$/.exec(field) ?? [];
  if (!(name in filter)) return false;
  if (operator !== undefined) return operator in Object(filter[name]);
  return value === undefined || filter[name] === value;
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
  const [change] = (command["updates"] as { q: Command["filter"] }[] | undefined) ?? [];
  const filter = (command["filter"] as Command["filter"] | undefined) ?? change?.q ?? {};
  return { kind, collection, filter, operation: JSON.stringify([command["lsid"], command["txnNumber"], filter]) };
}
