import { Long } from "bson";
import { CommandError } from "./errors";
import { type RawPart } from "./wire-messages";
import { type PlainDocument } from "./values/bson";

/** MongoDB's own: a cursor that nobody asks for more is forgotten after ten minutes. */
const idleTimeoutMs = 10 * 60 * 1000;
const defaultFirstBatch = 101;
/** Room for a batch's documents within one reply of at most 48 MB: MongoDB's 16 MiB. */
const maxBatchBytes = 16 * 1024 * 1024;

/** A reply whose documents are BSON already. */
export interface RawReply {
  readonly reply: PlainDocument;
  readonly path: readonly string[];
  readonly raw: RawPart;
}

export type Cursors = ReturnType<typeof createCursors>;

/** Results that are fetched in batches. A cursor holds what was there when it was opened. */
export function createCursors() {
  const open = new Map<number, { namespace: string; rest: readonly Buffer[]; usedAtMs: number }>();
  let nextId = 1;

  function batchReply(namespace: string, id: number, name: string, batch: readonly Buffer[]): RawReply {
    return { reply: { cursor: { id: Long.fromNumber(id), ns: namespace } }, path: ["cursor", name], raw: batch };
  }

  return {
    /**
     * Answers with the first batch and keeps the rest.
     * @param single the client wants no more than the first batch
     */
    open(namespace: string, documents: readonly Buffer[], batchSize = defaultFirstBatch, single = false): RawReply {
      const count = batchLength(documents, batchSize);
      const rest = documents.slice(count);
      const id = rest.length === 0 || single ? 0 : nextId++;
      if (id !== 0) open.set(id, { namespace, rest, usedAtMs: Date.now() });
      return batchReply(namespace, id, "firstBatch", documents.slice(0, count));
    },

    /** @throws CommandError CursorNotFound */
    more(id: number, namespace: string, batchSize = Infinity): RawReply {
      const cursor = open.get(id);
      if (cursor?.namespace !== namespace) {
        throw new CommandError(43, "CursorNotFound", `cursor id ${id} not found`);
      }
      const count = batchLength(cursor.rest, batchSize);
      const batch = cursor.rest.slice(0, count);
      const rest = cursor.rest.slice(count);
      if (rest.length === 0) open.delete(id);
      else open.set(id, { namespace, rest, usedAtMs: Date.now() });
      return batchReply(namespace, rest.length === 0 ? 0 : id, "nextBatch", batch);
    },

    /** @returns false if there was no such cursor */
    kill: (id: number) => open.delete(id),

    forgetIdle(): void {
      for (const [id, { usedAtMs }] of open) if (Date.now() - usedAtMs > idleTimeoutMs) open.delete(id);
    },
  };
}

/** How many documents go into one batch: at least one, unless none are asked for, so that a cursor gets on. */
function batchLength(documents: readonly Buffer[], batchSize: number): number {
  let bytes = 0;
  let count = 0;
  for (const document of documents) {
    bytes += document.length;
    if (count >= batchSize || (count > 0 && bytes > maxBatchBytes)) break;
    count++;
  }
  return count;
}
