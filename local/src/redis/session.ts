import { type Bytes, type Reply } from "./reply";

/** What the server remembers of a connection. */
export interface Session {
  readonly id: number;
  name: Bytes;
  readonly channels: Set<Bytes>;
  readonly patterns: Set<Bytes>;
  /** Present between MULTI and EXEC; broken once a request of it was refused. */
  transaction: { readonly queue: (readonly Bytes[])[]; broken: boolean } | undefined;
  readonly watches: { dirty: boolean; readonly stop: Map<Bytes, () => void> };
  /** No request after this one will be read. */
  closing: boolean;
  /** Sends what was not asked for: messages, and the several answers of one SUBSCRIBE. */
  readonly push: (reply: Reply) => void;
}

export function createSession(id: number, push: (reply: Reply) => void): Session {
  return {
    id,
    name: "",
    channels: new Set(),
    patterns: new Set(),
    transaction: undefined,
    watches: { dirty: false, stop: new Map() },
    closing: false,
    push,
  };
}

export function forgetWatches({ watches }: Session): void {
  for (const stop of watches.stop.values()) stop();
  watches.stop.clear();
  watches.dirty = false;
}
